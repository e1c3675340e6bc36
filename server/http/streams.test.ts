import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { restore } from '../../kernel/imports/neutralise.ts'
import { csvWriter } from './csv.ts'
import type { HttpServerOptions } from './http-server.ts'
import { listening, until } from './sample/loopback.ts'
import { asEverybody, asOfficer, type Sample, sampleServer } from './sample/server.ts'

const NDJSON = { ...asEverybody, 'content-type': 'application/x-ndjson' }

const lines = (body: string) =>
  body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

async function take(
  payload: string | Readable,
  headers: Record<string, string> = NDJSON,
  options: Partial<HttpServerOptions> = {},
) {
  const sample = sampleServer(options)
  const reply = await sample.app.inject({ method: 'POST', url: '/v1/permit-intake', payload, headers })
  return { ...sample, reply }
}

test('an intake answers a line for each line, in their order', async () => {
  const { reply } = await take('a\nbb\nccc\n')
  assert.equal(reply.statusCode, 200)
  assert.equal(reply.headers['content-type'], 'application/x-ndjson')
  assert.deepEqual(lines(reply.body), [
    { line: 1, bytes: 1 },
    { line: 2, bytes: 2 },
    { line: 3, bytes: 3 },
  ])
})

test('an intake takes NDJSON and CSV in UTF-8, and nothing else', async () => {
  for (const type of [
    'application/x-ndjson',
    'application/ndjson',
    'application/jsonl; charset=utf-8',
    'text/csv; header=present',
  ])
    assert.equal((await take('a\n', { ...asEverybody, 'content-type': type })).reply.statusCode, 200, type)
  for (const type of [
    'application/json',
    'text/csv; charset=windows-1256',
    'text/tab-separated-values',
    'application/gzip',
  ]) {
    const { reply } = await take('a\n', { ...asEverybody, 'content-type': type })
    assert.deepEqual([reply.statusCode, reply.json().code], [415, 'request.content_type_unsupported'], type)
  }
  const { reply } = await take('', { ...asEverybody })
  assert.equal(reply.statusCode, 415)
})

test('an empty intake is answered by nothing', async () => {
  const { reply } = await take('')
  assert.deepEqual([reply.statusCode, reply.body], [200, ''])
})

test('conditions that a stream cannot keep are refused', async () => {
  const keyed = await take('a\n', { ...NDJSON, 'idempotency-key': 'k' })
  assert.equal(keyed.reply.json().code, 'idempotency.not_supported')
  const conditional = await take('a\n', { ...NDJSON, 'if-match': '"1"' })
  assert.equal(conditional.reply.json().code, 'request.precondition_not_supported')
})

test('a refusal before the first line answers with its own status', async () => {
  const { reply } = await take('refuse\n')
  assert.deepEqual([reply.statusCode, reply.json().code], [422, 'case.invalid'])
})

test('a refusal after the first line ends the reply with a line that holds it', async () => {
  const { reply, state } = await take(Readable.from([Buffer.from('a\n'), Buffer.from('refuse\n')]))
  const [first, last] = lines(reply.body)
  assert.deepEqual([reply.statusCode, first], [200, { line: 1, bytes: 1 }])
  assert.deepEqual([last.problem.status, last.problem.code], [422, 'case.invalid'])
  assert.equal(state.isStreamClosed, true)
})

test('a fault after the first line ends the reply with its number and nothing of its cause', async () => {
  const { reply } = await take(Readable.from([Buffer.from('a\n'), Buffer.from('fail\n')]))
  const last = lines(reply.body).at(-1)
  assert.equal(last.problem.code, 'server.fault')
  assert.match(last.problem.instance, /^urn:uuid:/)
  assert.ok(!reply.body.includes('the intake broke'))
})

test('a line without end is refused once it is too long, by its number', async () => {
  const limits = { lineBytes: 100 }
  const fits = await take(`${'x'.repeat(100)}\n${'y'.repeat(100)}\n`, NDJSON, { limits })
  assert.equal(lines(fits.reply.body).length, 2)
  const parts = ['a\n', 'b\nccc', 'c'.repeat(60), 'c'.repeat(60)].map((text) => Buffer.from(text))
  const { reply } = await take(Readable.from(parts), NDJSON, { limits })
  const last = lines(reply.body).at(-1)
  assert.equal(last.problem.code, 'request.line_too_long')
  assert.match(last.problem.title, /^Line 3 /)
})

test('an export is NDJSON unless CSV is more welcome, and 406 where neither is', async () => {
  const { app } = sampleServer()
  const ask = (accept: string) => app.inject({ url: '/v1/permit-export', headers: { ...asOfficer, accept } })
  for (const accept of [
    '*/*',
    'application/x-ndjson',
    'application/*',
    'text/csv;q=0.5, */*',
    'application/ndjson',
  ])
    assert.equal((await ask(accept)).headers['content-type'], 'application/x-ndjson', accept)
  for (const accept of [
    'text/csv',
    'text/*',
    'application/x-ndjson;q=0.1, text/csv',
    'text/html, text/csv;q=0.2',
  ]) {
    const reply = await ask(accept)
    assert.equal(reply.headers['content-type'], 'text/csv; charset=utf-8; header=present', accept)
    assert.equal(reply.headers['content-disposition'], 'attachment; filename="permits-export.csv"')
  }
  for (const accept of ['text/html', 'text/csv;q=0, application/*;q=0', 'nonsense', '']) {
    const reply = await ask(accept)
    assert.deepEqual([reply.statusCode, reply.json().code], [406, 'request.not_acceptable'], accept)
  }
})

test('an export gives every row, in order', async () => {
  const { app, state } = sampleServer()
  state.batches = 3
  const reply = await app.inject({ url: '/v1/permit-export', headers: asOfficer })
  const numbers = lines(reply.body).map(({ number }) => number)
  assert.deepEqual(
    numbers,
    Array.from({ length: 300 }, (_, index) => `P-${index}`),
  )
})

test('a table without rows still has its header', async () => {
  const { app, state } = sampleServer()
  state.batches = 0
  const csv = await app.inject({ url: '/v1/permit-export', headers: { ...asOfficer, accept: 'text/csv' } })
  assert.equal(csv.body, 'number,note,tags\r\n')
  const ndjson = await app.inject({ url: '/v1/permit-export', headers: asOfficer })
  assert.equal(ndjson.body, '')
})

test('what is exported as CSV is read back exactly, and runs in no spreadsheet', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...`'=+-@\t\r\n",; 1.`) }),
  )
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          a: texts,
          b: fc.option(texts),
          c: fc.double({ noNaN: true, noDefaultInfinity: true }),
          d: fc.boolean(),
        }),
      ),
      (rows) => {
        const writer = csvWriter(['a', 'b', 'c', 'd'])
        const csv = writer.header + rows.map((row) => writer.line(row)).join('')
        const read: Record<string, string>[] = parse(csv, {
          columns: true,
          record_delimiter: '\r\n',
          relax_quotes: false,
        })
        const expected = rows.map(({ a, b, c, d }) => ({ a, b: b ?? '', c: String(c), d: String(d) }))
        assert.deepEqual(
          read.map(({ a = '', b = '', c, d }) => ({ a: restore(a), b: restore(b), c, d })),
          expected,
        )
        for (const { a = '' } of read) assert.ok(!/^[=@\t\r＝＋－＠]/.test(a) && !/^[+-][^0-9۰-۹٠-٩]/.test(a))
      },
    ),
  )
})

test('nothing and the empty text are told apart, a list is its JSON, a stray field is an error', () => {
  const writer = csvWriter(['a', 'b', 'c'])
  assert.equal(writer.line({ a: '', b: null, c: ['x', 1] }), '"",,"[""x"",1]"\r\n')
  assert.equal(writer.line({}), ',,\r\n')
  assert.throws(() => writer.line({ a: 'x', z: 1 }), /"z"/)
})

test('an export that fails half-way breaks the connection instead of looking whole', async (t) => {
  const { port, state } = await listening(t)
  state.failure = new Error('the cursor is gone')
  const reply = await fetch(`http://127.0.0.1:${port}/v1/permit-export`, { headers: asOfficer })
  assert.equal(reply.status, 200)
  await assert.rejects(reply.text())
  assert.equal(state.isStreamClosed, true)
})

test('an export that fails at once answers as any other failure', async () => {
  const { app, state } = sampleServer()
  state.batches = 0
  state.failure = new Error('no cursor')
  assert.equal((await app.inject({ url: '/v1/permit-export', headers: asOfficer })).statusCode, 500)
})

const askForFile = (number: string) =>
  ({
    method: 'POST',
    url: '/v1/permit-file',
    headers: { ...asOfficer, 'content-type': 'application/json' },
    payload: JSON.stringify({ number }),
  }) as const

test('a file comes byte for byte, under its name and type', async () => {
  const { app } = sampleServer()
  const reply = await app.inject(askForFile('P-1'))
  assert.equal(reply.statusCode, 200)
  assert.equal(reply.headers['content-type'], 'application/octet-stream')
  assert.equal(reply.headers['content-disposition'], 'attachment; filename="permit.bin"')
  const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte))
  assert.deepEqual(reply.rawPayload, Buffer.concat([bytes, bytes]))
})

test('a file that cannot be made is refused like anything else', async () => {
  const { app } = sampleServer()
  assert.equal((await app.inject(askForFile('none'))).json().code, 'case.not_found')
  const unread = { ...askForFile('P-1'), payload: '{"number":1}' }
  assert.equal((await app.inject(unread)).json().code, 'request.body_invalid')
})

test('a file that fails half-way breaks the connection instead of looking whole', async (t) => {
  const { port, state } = await listening(t)
  state.failure = new Error('the disk is gone')
  const { url, payload, ...rest } = askForFile('P-1')
  const reply = await fetch(`http://127.0.0.1:${port}${url}`, { ...rest, body: payload })
  assert.equal(reply.status, 200)
  await assert.rejects(reply.arrayBuffer())
  assert.equal(state.isStreamClosed, true)
})

/** An export of endless rows whose client reads nothing after the headers. */
async function unreadExport(sample: Sample & { readonly port: number }) {
  sample.state.batches = Number.POSITIVE_INFINITY
  const url = `/v1/permit-export?fill=${'x'.repeat(200)}`
  const request = httpRequest({ port: sample.port, host: '127.0.0.1', path: url, headers: asOfficer })
  request.end()
  const [reply] = await once(request, 'response')
  reply.pause()
  return { request, reply }
}

/** How many batches have been made once no more are: the connection's buffers hold the rest. */
async function settled(state: Sample['state']): Promise<number> {
  for (;;) {
    const before = state.madeBatches
    // The event loop goes round many times before the kernel of the system is done moving bytes about.
    for (let turn = 0; turn < 2_000; turn += 1) await new Promise(setImmediate)
    if (state.madeBatches === before) return before
  }
}

test('a reader who does not read holds the export back, and memory stays where it is', async (t) => {
  const sample = await listening(t)
  const { reply } = await unreadExport(sample)
  const held = await settled(sample.state)
  // 100 rows of some 240 bytes a batch: what a loopback connection buffers, and not the endless rest.
  assert.ok(held * 24_000 < 16_000_000, `${held} batches were made for nobody`)
  reply.resume()
  await until(() => sample.state.madeBatches > held + 100)
  reply.destroy()
  await until(() => sample.state.isStreamClosed)
})

test('a reader who hangs up ends the export, also while it waits for room', async (t) => {
  const sample = await listening(t)
  const { request } = await unreadExport(sample)
  await settled(sample.state)
  request.destroy()
  await until(() => sample.state.isStreamClosed)
  assert.equal(sample.state.signals.get('permits.export')?.aborted, true)
})

test('a sender who hangs up aborts the intake', async (t) => {
  const { port, state } = await listening(t)
  const socket = connect(port, '127.0.0.1')
  socket.write(
    `POST /v1/permit-intake HTTP/1.1\r\nhost: x\r\nauthorization: ${NDJSON.authorization}\r\ncontent-type: ${NDJSON['content-type']}\r\ntransfer-encoding: chunked\r\n\r\n2\r\na\n\r\n`,
  )
  await once(socket, 'data')
  assert.equal(state.isStreamClosed, false)
  socket.destroy()
  await until(() => state.isStreamClosed)
  assert.equal(state.signals.get('permits.import')?.aborted, true)
})

test('an intake answers while it is still being sent, and reads no faster than its answers are taken', async (t) => {
  const { port, state } = await listening(t)
  const socket = connect(port, '127.0.0.1')
  socket.write(
    `POST /v1/permit-intake HTTP/1.1\r\nhost: x\r\nauthorization: ${NDJSON.authorization}\r\ncontent-type: ${NDJSON['content-type']}\r\ntransfer-encoding: chunked\r\n\r\n2\r\na\n\r\n`,
  )
  const [head] = await once(socket, 'data')
  assert.match(String(head), /^HTTP\/1\.1 200/)
  socket.pause()
  // Each line of two bytes is answered by some twenty: unread answers fill the way back long before the way there.
  const chunk = `10000\r\n${'x\n'.repeat(0x8000)}\r\n`
  let sent = 0
  while (sent < 1_000 && socket.write(chunk)) sent += 1
  let before = -1
  while (state.readBytes !== before) {
    before = state.readBytes
    for (let turn = 0; turn < 2_000; turn += 1) await new Promise(setImmediate)
    while (sent < 1_000 && socket.write(chunk)) sent += 1
  }
  assert.ok(state.readBytes < 8_000_000, `${state.readBytes} bytes were read whose answers nobody took`)
  socket.destroy()
  await until(() => state.isStreamClosed)
})

test('no more streams run at once than the limit', async (t) => {
  const sample = await listening(t, { limits: { streams: 1 } })
  const { request } = await unreadExport(sample)
  const second = await sample.app.inject({ url: '/v1/permit-export', headers: asOfficer })
  assert.deepEqual([second.statusCode, second.json().code], [503, 'server.busy'])
  request.destroy()
  await until(() => sample.state.isStreamClosed)
})
