import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { pino } from 'pino'
import { listening, until, wire } from './sample/loopback.ts'
import { asOfficer } from './sample/server.ts'

const head = (method: string, url: string, headers: Record<string, string | number>) =>
  `${[`${method} ${url} HTTP/1.1`, ...Object.entries({ host: 'x', ...asOfficer, ...headers }).map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`

const permit = JSON.stringify({ number: 'A', holder: null, areaHa: 1 })
const json = { 'content-type': 'application/json' }

test('what is not HTTP gets 400 as problem details, and the connection is closed', async (t) => {
  const { port } = await listening(t)
  for (const bytes of [
    'SSH-2.0-OpenSSH\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    head('POST', '/', { 'content-length': 'x' }),
  ]) {
    const { socket, closed } = wire(port)
    socket.write(bytes)
    const reply = await closed()
    assert.match(reply, /^HTTP\/1\.1 400 /, bytes)
  }
})

test('two lengths for one body are refused: a proxy could have believed the other', async (t) => {
  const { port } = await listening(t)
  const { socket, closed } = wire(port)
  socket.write(head('POST', '/v1/permits', { ...json, 'content-length': 3, 'transfer-encoding': 'chunked' }))
  assert.match(await closed(), /^HTTP\/1\.1 400 .*request\.malformed/s)
})

test('headers beyond the limit get 431', async (t) => {
  const { port } = await listening(t)
  const { socket, closed } = wire(port)
  socket.write(head('GET', '/v1/permits', { 'x-long': 'x'.repeat(20_000) }))
  assert.match(await closed(), /^HTTP\/1\.1 431 .*request\.headers_too_large/s)
})

test('headers that do not end are not waited for', async (t) => {
  const { port } = await listening(t, { limits: { headersMs: 50 } })
  const { socket, closed } = wire(port)
  socket.write('GET /v1/permits HTTP/1.1\r\nhost: x\r\nx-slow: ')
  assert.match(await closed(), /^HTTP\/1\.1 408 .*request\.timed_out/s)
})

test('a body that trickles in is given up on', async (t) => {
  const { port } = await listening(t, { limits: { requestMs: 50 } })
  const { socket, receive } = wire(port)
  socket.write(head('POST', '/v1/permits', { ...json, 'content-length': permit.length }))
  socket.write(permit.slice(0, 5))
  assert.match(await receive(/\}$/), /^HTTP\/1\.1 408 .*request\.timed_out/s)
})

test('an operation that takes too long is answered for, and its signal is aborted', async (t) => {
  const { origin, state } = await listening(t, { limits: { requestMs: 50 } })
  const reply = await fetch(`${origin}/v1/waits`, { method: 'POST', headers: asOfficer })
  assert.equal(reply.status, 503)
  assert.match(await reply.text(), /server\.timed_out/)
  assert.equal(state.signals.get('permits.wait')?.aborted, true)
})

test('a signal is not aborted just because the body has come in, and is when the client hangs up', async (t) => {
  const { origin, state } = await listening(t)
  const controller = new AbortController()
  const reply = fetch(`${origin}/v1/waits`, { method: 'POST', headers: asOfficer, signal: controller.signal })
  await until(() => state.release !== undefined)
  assert.equal(state.signals.get('permits.wait')?.aborted, false)
  controller.abort()
  await assert.rejects(reply)
  await until(() => state.signals.get('permits.wait')?.aborted === true)
})

test('an operation that stops because its client left is no fault', async (t) => {
  const lines: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const { port, state } = await listening(t, { logger })
  const { socket } = wire(port)
  socket.write(head('POST', '/v1/waits', {}))
  await until(() => state.release !== undefined)
  socket.destroy()
  await until(() => state.signals.get('permits.wait')?.aborted === true)
  // The operation has thrown by now, and the server has made of it what it will.
  await new Promise(setImmediate)
  assert.deepEqual(lines, [])
})

test('an operation whose time was up is logged once', async (t) => {
  const lines: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line).msg) })
  const { origin } = await listening(t, { logger, limits: { requestMs: 50 } })
  await fetch(`${origin}/v1/waits`, { method: 'POST', headers: asOfficer })
  await new Promise(setImmediate)
  assert.deepEqual(lines, ['server.timed_out'])
})

test('the signal of a request that was answered stays as it is', async (t) => {
  const { origin, state } = await listening(t)
  await fetch(`${origin}/v1/permits`, { method: 'POST', headers: { ...asOfficer, ...json }, body: permit })
  const again = await fetch(`${origin}/v1/permits/A`, { headers: asOfficer })
  assert.deepEqual([again.status, state.signals.get('permits.open')?.aborted], [200, false])
})

test('a client that sends far too much still gets to read why it was refused', async (t) => {
  const { origin } = await listening(t)
  const post = (size: number, headers: Record<string, string>) =>
    fetch(`${origin}/v1/permits`, { method: 'POST', headers, body: Buffer.alloc(size, ' ') })
  for (const [size, headers, status] of [
    [3_000_000, { ...asOfficer, ...json }, 413],
    [3_000_000, { ...json }, 401],
    [3_000_000, { ...asOfficer, 'content-type': 'text/plain' }, 415],
  ] as const) {
    const reply = await post(size, headers)
    assert.equal(reply.status, status)
    await reply.body?.cancel()
  }
})

test('after a refused body the connection serves the next request', async (t) => {
  const { port } = await listening(t)
  const { socket, receive } = wire(port)
  const body = 'x'.repeat(100_000)
  socket.write(head('POST', '/v1/permits', { 'content-type': 'text/plain', 'content-length': body.length }))
  socket.write(body)
  await receive(/415 .*\}$/s)
  socket.write(head('GET', '/v1/permits', {}))
  assert.match(await receive(/"next":null\}$/), /HTTP\/1\.1 200 OK/)
})

test('a body cut off before its length is not taken for a whole one', async (t) => {
  const { port, state } = await listening(t)
  const { socket, closed } = wire(port)
  socket.end(`${head('POST', '/v1/permits', { ...json, 'content-length': permit.length + 10 })}${permit}`)
  await closed()
  assert.equal(state.permits.size, 0)
})

test('whoever asks before sending is let on when all is well, and spared the sending when not', async (t) => {
  const { port } = await listening(t)
  const expecting = { ...json, 'content-length': permit.length, expect: '100-continue' }
  const good = wire(port)
  good.socket.write(head('POST', '/v1/permits', expecting))
  await good.receive(/^HTTP\/1\.1 100 Continue\r\n\r\n/)
  good.socket.write(permit)
  await good.receive(/HTTP\/1\.1 201 /)
  const refused = wire(port)
  refused.socket.write(head('POST', '/v1/permits', { ...expecting, 'content-type': 'text/plain' }))
  const reply = await refused.closed()
  assert.match(reply, /^HTTP\/1\.1 415 /)
  assert.match(reply, /connection: close/i)
})

test('several requests sent at once on a connection are answered in their order', async (t) => {
  const { port } = await listening(t)
  const { socket, receive } = wire(port)
  socket.write(
    head('GET', '/v1/permits/none', {}) + head('GET', '/health/live', {}) + head('GET', '/v1/nothing', {}),
  )
  const replies = await receive(/request\.not_found.*\}$/s)
  assert.deepEqual(
    [...replies.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    ['404', '200', '404'],
  )
})

test('no more connections are held than the limit', async (t) => {
  const { port } = await listening(t, { limits: { connections: 1 } })
  const first = wire(port)
  first.socket.write(head('GET', '/health/live', {}))
  await first.receive(/"live"\}$/)
  assert.equal(await wire(port).closed(), '')
})
