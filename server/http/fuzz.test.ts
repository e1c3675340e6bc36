/** Requests that nobody thought of: whatever comes in, the fault is never ours, and every code is one that is described. */

import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FastifyInstance, HTTPMethods } from 'fastify'
import { catalogue } from '../../kernel/errors.ts'
import type { AnyOperation } from '../../kernel/operation.ts'
import { refusalsOf } from './operation-refusals.ts'
import { Problem } from './problem.ts'
import { sampleOperations, sampleServer } from './sample/server.ts'
import { sampleState } from './sample/state.ts'

const token = fc.string({ unit: fc.constantFrom(...'abc019-._~%/?&=#:{}"\\ \u0000\u00ff'), maxLength: 30 })
/** Texts as a header can carry them: Node itself refuses the rest before we see it. */
const headerText = fc.string({
  unit: fc.constantFrom(...'az09-_.,;="*/\'\\(){}[]<>@ \t\u00e9'),
  maxLength: 60,
})
const headerNames = [
  'accept',
  'accept-language',
  'authorization',
  'content-encoding',
  'content-type',
  'cookie',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'sec-fetch-site',
  'x-request-id',
] as const
const headers = fc.dictionary(
  fc.constantFrom(...headerNames),
  fc.oneof(
    headerText,
    fc.constantFrom('application/json', 'text/csv', 'application/x-ndjson', '"1"', 'k-1', 'ur'),
  ),
  { maxKeys: 4 },
)
const bodies = fc.oneof(
  fc.constant(undefined),
  fc.json({ maxDepth: 6, noUnicodeString: false }),
  fc
    .record(
      {
        number: fc.oneof(fc.string({ maxLength: 25 }), fc.integer()),
        holder: fc.option(fc.string({ unit: 'binary' })),
        areaHa: fc.oneof(fc.double(), fc.string()),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.array(token, { maxLength: 20 }).map((lines) => lines.join('\n')),
)

interface Asked {
  readonly operation: AnyOperation
  readonly part: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
}

const requests = (operations: readonly AnyOperation[]): fc.Arbitrary<Asked> =>
  fc.record({
    operation: fc.constantFrom(...operations),
    part: fc.oneof(fc.constant('A-1'), token.map(encodeURIComponent), fc.webPath()),
    query: fc.oneof(
      fc.constant(''),
      fc.webQueryParameters(),
      fc.constantFrom(
        'limit=3',
        'limit=3&limit=4',
        'cursor=AAAA',
        '__proto__=1',
        'a[b]=c',
        '&&=&%',
        'holder=%ed%a0%80',
        'limit=%',
      ),
    ),
    headers,
    body: bodies,
  })

/** Sends so many requests to the operations. Fails by the first that is answered by a fault or by a code not described. */
export async function askStrangely(
  app: FastifyInstance,
  operations: readonly AnyOperation[],
  { authorization, numRuns }: { readonly authorization: string; readonly numRuns: number },
): Promise<void> {
  const ask = async ({ operation, part, query, headers, body }: Asked) => {
    const path = operation.path.replace(/\{\w+\}/g, () => part)
    const reply = await app.inject({
      method: operation.method,
      url: query === '' ? path : `${path}?${query}`,
      headers: { authorization, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    assert.ok(reply.statusCode < 500, reply.body)
    if (reply.statusCode >= 400) checkRefusal(operation, reply)
  }
  await fc.assert(fc.asyncProperty(requests(operations), ask), { numRuns })
}

function checkRefusal(
  operation: AnyOperation,
  reply: {
    readonly statusCode: number
    readonly headers: Readonly<Record<string, unknown>>
    json(): unknown
  },
): void {
  const problem = Problem.parse(reply.json())
  assert.equal(problem.status, reply.statusCode)
  assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8')
  assert.ok(Object.hasOwn(catalogue, problem.code))
  // A part with slashes leads to another address, where nothing is.
  const isElsewhere = problem.code === 'request.not_found' || problem.code === 'request.method_not_allowed'
  const isDescribed = refusalsOf(operation).some((code) => code === problem.code)
  assert.ok(isElsewhere || isDescribed, `${operation.id}: ${problem.code}`)
}

const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']
const addresses = fc.oneof(
  fc.webPath().map((path) => `/${path}`),
  token.map((text) => `/${encodeURI(text)}`),
  fc.constantFrom(
    ...[
      '/',
      '//',
      '/v1',
      '/v1/',
      '/V1/permits',
      '/v1/permits/',
      '/v1//permits',
      '/v1/permits/../permits',
      '/health/',
    ],
    ...['/metrics/x', '/%', '/%c0%ae', '/v1/permits/%2e%2e%2f', '*'],
  ),
)

/** Sends so many requests to addresses and by methods that nobody has described. */
export async function askAnywhere(app: FastifyInstance, numRuns: number): Promise<void> {
  const ask = async (method: HTTPMethods, url: string, given: Record<string, string>) => {
    const { statusCode, body } = await app.inject({ method, url, headers: given })
    assert.ok(statusCode < 500, body)
  }
  await fc.assert(fc.asyncProperty(fc.constantFrom(...methods), addresses, headers, ask), { numRuns })
}

const rates = { anonymousPerMinute: 1e9, personPerMinute: 1e9, systemPerMinute: 1e9 }

/** A server without limits on how often, and the operations of it that end by themselves. */
export function strangelyAsked() {
  const { app, state } = sampleServer({ limits: { rates } })
  state.batches = 1
  const operations = sampleOperations(sampleState()).filter(({ id }) => id !== 'permits.wait')
  return { app, operations, authorization: 'Bearer officer,engineer,auditor' }
}

test('no request to any operation is answered by a fault, and every refusal is a described one', async () => {
  const { app, operations, authorization } = strangelyAsked()
  await askStrangely(app, operations, { authorization, numRuns: 1_000 })
})

test('no method and no address is answered by a fault', async () => {
  await askAnywhere(strangelyAsked().app, 500)
})
