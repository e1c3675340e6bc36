import { strict as assert } from 'node:assert'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { Fatal, Refusal } from '../../kernel/errors.ts'
import { answerClientError } from './failures.ts'
import { describeError } from './log.ts'
import { languageOf, Problem } from './problem.ts'
import { asOfficer, sampleServer } from './sample/server.ts'

/** A logger that keeps its lines. */
function keptLog() {
  const lines: Record<string, unknown>[] = []
  const logger = pino(
    { level: 'trace', base: null },
    { write: (line: string) => lines.push(JSON.parse(line)) },
  )
  return { lines, logger }
}

test('a refusal tells what is the matter and what to do, in the language asked for', async () => {
  const { app } = sampleServer()
  const show = async (headers: Record<string, string>) =>
    await app.inject({ url: '/v1/permits/none', headers: { ...asOfficer, ...headers } })
  const english = await show({})
  assert.equal(english.headers['content-type'], 'application/problem+json; charset=utf-8')
  assert.equal(english.headers['content-language'], 'en')
  assert.deepEqual(Problem.parse(english.json()), {
    type: 'urn:khudi:error:case.not_found',
    title: 'There is no such case here',
    status: 404,
    code: 'case.not_found',
    detail: 'Check the number; it may belong to another institution.',
    requestId: english.headers['x-request-id'],
  })
  const urdu = await show({ 'accept-language': 'ur-PK,ur;q=0.9,en;q=0.8' })
  assert.equal(urdu.headers['content-language'], 'ur')
  assert.equal(urdu.json().title, 'یہاں ایسا کوئی مقدمہ نہیں')
})

test('the language is the one of the two that weighs more, English where neither does', () => {
  const cases = {
    ur: 'ur',
    'ur-PK': 'ur',
    'en, ur;q=0.5': 'en',
    'ur;q=0.5, en;q=0.4': 'ur',
    fr: 'en',
    '*, ur;q=0.1': 'en',
    '': 'en',
    'ur;q=0': 'en',
    'ur;q=7': 'en',
  }
  for (const [header, language] of Object.entries(cases)) assert.equal(languageOf(header), language, header)
  fc.assert(fc.property(fc.string(), (header) => ['en', 'ur'].includes(languageOf(header))))
})

test('a fault answers with a number and nothing of its cause; the log has the cause under that number', async () => {
  const { lines, logger } = keptLog()
  const { app, state } = sampleServer({ logger })
  state.failure = new Error('pool is empty', { cause: new Error('no route to 10.1.2.3') })
  const reply = await app.inject({ url: '/v1/faults', headers: asOfficer })
  assert.equal(reply.statusCode, 500)
  assert.equal(reply.json().code, 'server.fault')
  assert.ok(!/pool|10\.1\.2\.3|Error/.test(reply.body))
  const fault = lines.find(({ msg }) => msg === 'fault')
  assert.equal(reply.json().instance, `urn:uuid:${fault?.fault}`)
  assert.match(JSON.stringify(fault), /pool is empty.*no route to 10\.1\.2\.3/)
  assert.equal(fault?.requestId, reply.json().requestId)
})

test('what is for the operator only stays with the operator, whatever its code', async () => {
  const { app, state } = sampleServer()
  state.failure = new Refusal('database.binaries_unusable', { folder: '/var/lib/secret' })
  const reply = await app.inject({ url: '/v1/faults', headers: asOfficer })
  assert.deepEqual([reply.statusCode, reply.json().code], [500, 'server.fault'])
  assert.ok(!reply.body.includes('secret'))
})

test('an absent database is told as such, with when to come back', async () => {
  const { app, state } = sampleServer()
  state.failure = new Refusal('database.unavailable')
  const reply = await app.inject({ url: '/v1/faults', headers: asOfficer })
  assert.deepEqual([reply.statusCode, reply.json().code], [503, 'database.unavailable'])
  assert.equal(reply.headers['retry-after'], '5')
})

test('a fatal error is reported to whoever must stop the process', async () => {
  const stopped: Fatal[] = []
  const { app, state } = sampleServer({ onFatal: (error) => stopped.push(error) })
  const fatal = new Fatal('database.newer', { schema: 'khudi', found: 9, known: 1 })
  state.failure = fatal
  const reply = await app.inject({ url: '/v1/faults', headers: asOfficer })
  assert.deepEqual([reply.statusCode, reply.json().code], [500, 'server.fault'])
  assert.deepEqual(stopped, [fatal])
})

test('a reply that is not of its described form is a fault where replies are checked', async () => {
  const { app, state } = sampleServer()
  state.permits.set('A', { number: 'A', holder: null, areaHa: -1, version: 1 })
  assert.equal((await app.inject({ url: '/v1/permits/A', headers: asOfficer })).statusCode, 500)
})

test('a caller may number his request, if the number can serve as one', async () => {
  const { app } = sampleServer()
  const numbered = async (id: string) =>
    (await app.inject({ url: '/health/live', headers: { 'x-request-id': id } })).headers['x-request-id']
  const good = '01890a5d-ac96-774b-bcce-b302099a8057'
  assert.equal(await numbered(good), good)
  for (const bad of [
    '',
    'short',
    '35202-1234567-1',
    'x'.repeat(65),
    'a b c d e f g h i j k',
    '"quoted-quoted-quoted"',
  ])
    assert.notEqual(await numbered(bad), bad)
})

test('nothing is here but what is here, and what is here takes its methods only', async () => {
  const { app } = sampleServer()
  assert.deepEqual((await app.inject({ url: '/v1/nothing' })).json().code, 'request.not_found')
  assert.deepEqual((await app.inject({ method: 'POST', url: '/', payload: {} })).statusCode, 404)
  const reply = await app.inject({ method: 'PATCH', url: '/v1/permits/A' })
  assert.deepEqual([reply.statusCode, reply.headers.allow], [405, 'DELETE, GET, HEAD, PUT'])
  assert.equal(reply.json().code, 'request.method_not_allowed')
})

test('every reply tells browsers not to frame, run, sniff or keep it', async () => {
  const { app } = sampleServer()
  for (const url of ['/health/live', '/v1/nothing', '/v1/permits', '/v1/permits/%zz', '/v1/openapi.json']) {
    const { headers } = await app.inject({ url, headers: asOfficer })
    assert.match(
      String(headers['content-security-policy']),
      /default-src 'none'; base-uri 'none'; .*frame-ancestors 'none'; object-src 'none'/,
      url,
    )
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.match(String(headers['cache-control']), /no-store|no-cache/)
  }
})

const samplePages = {
  pages: async (site: FastifyInstance) => {
    site.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send('<!doctype html>'))
    site.post('/forms/:number', (_request, reply) => reply.redirect('/', 303))
    site.get('/slow', () => new Promise(() => undefined))
  },
}

test('pages have a policy without anything inline', async () => {
  const { headers } = await sampleServer(samplePages).app.inject({ url: '/' })
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /script-src 'self';.*frame-ancestors 'none'/)
  assert.ok(!policy.includes('unsafe'))
  assert.equal(headers['referrer-policy'], 'same-origin')
})

test('a form of another site is refused, a link from there is not', async () => {
  const { app } = sampleServer(samplePages)
  const elsewhere = { headers: { 'sec-fetch-site': 'cross-site' } }
  assert.equal((await app.inject({ method: 'POST', url: '/forms/1', ...elsewhere })).statusCode, 403)
  assert.equal((await app.inject({ method: 'POST', url: '/forms/1' })).statusCode, 303)
  assert.equal((await app.inject({ url: '/', ...elsewhere })).statusCode, 200)
})

test('a page that never comes is given up on', async () => {
  const { app } = sampleServer({ ...samplePages, limits: { requestMs: 40 } })
  assert.equal((await app.inject({ url: '/slow' })).statusCode, 503)
})

test('where browsers come by https they are told to stay with it', async () => {
  const { headers } = await sampleServer({ isSecure: true }).app.inject({ url: '/health/live' })
  assert.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains')
  assert.equal(
    (await sampleServer().app.inject({ url: '/health/live' })).headers['strict-transport-security'],
    undefined,
  )
})

test('a line is logged for each request, without address, contents or headers', async () => {
  const { lines, logger } = keptLog()
  const { app } = sampleServer({ logger })
  const headers = { ...asOfficer, cookie: 'session=secret' }
  await app.inject({ url: '/v1/permits?holder=35202-1234567-1', headers })
  await app.close()
  const [line] = lines.filter(({ msg }) => msg === 'answered')
  assert.deepEqual([line?.operation, line?.status, line?.actor], ['permits.list', 200, 'key:sample'])
  assert.ok(!/35202|secret|Bearer|127\.0\.0\.1/.test(JSON.stringify(lines)))
})

test('a log line keeps what went wrong and leaves out the values that errors quote', () => {
  const data = Object.assign(new Error('invalid input syntax for type uuid: "35202-1234567-1"'), {
    code: '22P02',
  })
  const row = Object.assign(new Error('duplicate key value violates unique constraint "cases_pkey"'), {
    code: '23505',
    detail: 'Key (reference)=(35202-1234567-1) already exists.',
  })
  const wrapped = new Error('the row was not kept', { cause: row })
  let syntax: unknown
  try {
    JSON.parse('{"cnic": 35202-1234567-1}')
  } catch (error) {
    syntax = error
  }
  for (const error of [data, wrapped, syntax])
    assert.ok(!JSON.stringify(describeError(error)).includes('35202'))
  assert.match(JSON.stringify(describeError(wrapped)), /the row was not kept.*cases_pkey/)
  assert.match(describeError(wrapped).stack, /failures\.test\.ts/)
  assert.equal(describeError('35202-1234567-1').message.includes('35202'), false)
})

test('who was not let in, or not to this, is told of in the log by default, with the address they came from', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const { app } = sampleServer({ logger })
  const ask = (authorization: string | undefined) =>
    app.inject({
      url: '/v1/permits',
      remoteAddress: '192.0.2.7',
      headers: authorization === undefined ? {} : { authorization },
    })
  for (const authorization of [undefined, 'Bearer expired', 'Bearer council', 'Bearer officer'])
    await ask(authorization)
  const told = lines.map((line): Record<string, unknown> => JSON.parse(line))
  assert.deepEqual(
    told.map(({ msg, operation, status, code, actor, from }) => ({
      msg,
      operation,
      status,
      code,
      actor,
      from,
    })),
    [
      [401, 'access.not_signed_in', undefined],
      [401, 'access.key_invalid', undefined],
      [403, 'access.scope_missing', 'key:sample'],
    ].map(([status, code, actor]) => ({
      ...{ msg: 'turned away', operation: 'permits.list', status, code, actor, from: '192.0.2.7' },
    })),
  )
})

test('what was no request is answered with the headers of every reply', async () => {
  const written: string[] = []
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk.toString())
      done()
    },
  })
  answerClientError(Object.assign(new Error('not HTTP'), { code: 'HPE_INVALID_METHOD' }), socket)
  const [headers = '', body = ''] = written.join('').split('\r\n\r\n')
  assert.match(headers, /^HTTP\/1\.1 400 Refused\r\n/)
  for (const line of ['x-content-type-options: nosniff', 'cache-control: no-store', 'connection: close'])
    assert.ok(headers.includes(line), line)
  assert.match(headers, /content-security-policy: default-src 'none'/)
  assert.equal(JSON.parse(body).code, 'request.malformed')
})
