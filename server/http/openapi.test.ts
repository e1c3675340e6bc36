import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { cnic, list, number, part, record, text } from '@khudi/sdk'
import { z } from 'zod'
import { catalogue } from '../../kernel/errors.ts'
import { operation } from '../../kernel/operation.ts'
import { findOperations } from '../operations.ts'
import { describeApi } from './openapi.ts'
import type { OpenApiDocument } from './openapi-document.ts'
import { refusalsOf } from './operation-refusals.ts'
import { sampleKernel } from './sample/application.ts'
import { asOfficer, sampleOperations, sampleServer } from './sample/server.ts'
import { sampleState } from './sample/state.ts'

/**
 * The rules of OpenAPI 3.1.1 for the objects that we write, as its published JSON Schema states them: these fields, of these
 * types, and `x-` extensions; nothing else.
 */
function fixed<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .looseObject(shape)
    .refine((given) => Object.keys(given).every((name) => name in shape || name.startsWith('x-')), {
      error: ({ input }) => `unknown field among ${Object.keys(z.looseObject({}).parse(input))}`,
    })
}

/** JSON Schema 2020-12, the vocabulary that OpenAPI 3.1 takes over. */
const Schema: z.ZodType = z.lazy(() => z.union([z.boolean(), SchemaObject]))
const whole = z.int().min(0)
const types = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] as const
const SchemaObject = fixed({
  $ref: z.string().startsWith('#/components/schemas/').optional(),
  type: z.union([z.enum(types), z.array(z.enum(types)).min(1)]).optional(),
  enum: z.array(z.unknown()).min(1).optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  format: z.string().optional(),
  contentEncoding: z.string().optional(),
  pattern: z
    .string()
    .refine((pattern) => new RegExp(pattern, 'u') instanceof RegExp)
    .optional(),
  minLength: whole.optional(),
  maxLength: whole.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
  items: Schema.optional(),
  prefixItems: z.array(Schema).min(1).optional(),
  minItems: whole.optional(),
  maxItems: whole.optional(),
  uniqueItems: z.boolean().optional(),
  properties: z.record(z.string(), Schema).optional(),
  required: z
    .array(z.string())
    .refine((names) => new Set(names).size === names.length)
    .optional(),
  additionalProperties: Schema.optional(),
  propertyNames: Schema.optional(),
  minProperties: whole.optional(),
  maxProperties: whole.optional(),
  anyOf: z.array(Schema).min(1).optional(),
  oneOf: z.array(Schema).min(1).optional(),
  allOf: z.array(Schema).min(1).optional(),
  not: Schema.optional(),
})

const Content = z.record(z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/), fixed({ schema: Schema }))
const Parameter = fixed({
  name: z.string().min(1),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean(),
  description: z.string().optional(),
  schema: Schema,
}).refine((given) => given.in !== 'path' || given.required, 'a parameter in the path is required')
const Response = fixed({
  description: z.string(),
  headers: z.record(z.string(), fixed({ description: z.string(), schema: Schema })).optional(),
  content: Content.optional(),
})
const OperationObject = fixed({
  operationId: z.string(),
  summary: z.string().min(1),
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(Parameter).optional(),
  requestBody: fixed({ required: z.boolean(), content: Content }).optional(),
  responses: z
    .record(z.string().regex(/^[1-5]\d\d$/), Response)
    .refine((given) => Object.keys(given).length > 0),
})
const methods = ['get', 'put', 'post', 'delete'] as const
const Document = fixed({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: fixed({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(fixed({ url: z.string() })),
  tags: z.array(fixed({ name: z.string() })),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(z.enum(methods), OperationObject)),
  components: fixed({
    schemas: z.record(z.string().regex(/^[a-zA-Z0-9._-]+$/), Schema),
    securitySchemes: z.record(
      z.string(),
      z.union([
        fixed({ type: z.literal('http'), scheme: z.literal('bearer'), description: z.string() }),
        fixed({
          type: z.literal('apiKey'),
          in: z.literal('cookie'),
          name: z.string(),
          description: z.string(),
        }),
      ]),
    ),
  }),
})

/** What the published schema cannot say, and the specification does. */
function checkWhole(document: OpenApiDocument): void {
  const names = new Set(Object.keys(document.components.schemas))
  for (const [, name = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
    assert.ok(names.has(name), `nothing is called ${name}`)
  const ids = new Set<string>()
  const tags = new Set(document.tags.map(({ name }) => name))
  for (const [path, item] of Object.entries(document.paths)) {
    const templated = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    for (const { operationId, parameters = [], security, ...rest } of Object.values(item)) {
      assert.ok(!ids.has(operationId), `two operations are called ${operationId}`)
      ids.add(operationId)
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      assert.deepEqual(inPath.toSorted(), templated.toSorted(), path)
      const keys = parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
      assert.equal(new Set(keys).size, keys.length)
      for (const scheme of security.flatMap(Object.keys))
        assert.ok(scheme in document.components.securitySchemes)
      for (const tag of rest.tags) assert.ok(tags.has(tag))
    }
  }
}

const operations = sampleOperations(sampleState())
const document = describeApi({ kernel: sampleKernel, operations })

test('the description is an OpenAPI 3.1 document', () => {
  Document.parse(document)
  checkWhole(document)
})

test('so is the description of the whole product, and all of it can be mounted', async () => {
  const operations = await findOperations()
  const whole = describeApi({ kernel: sampleKernel, operations })
  Document.parse(JSON.parse(JSON.stringify(whole)))
  checkWhole(whole)
  // Mounting finds contradictions between an operation's parts.
  await sampleServer({ operations }).app.ready()
})

test('every route is described, and everything described is a route', async () => {
  const { app } = sampleServer()
  const routes: string[] = []
  app.addHook('onRoute', ({ method, url, onRequest }) => {
    // The routes that only refuse other methods have several; HEAD comes with every GET.
    if (typeof method === 'string' && method !== 'HEAD' && onRequest !== undefined)
      routes.push(`${method} ${url}`)
    else if (typeof method === 'string' && method === 'GET') routes.push(`${method} ${url}`)
  })
  await app.ready()
  const described = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  )
  assert.deepEqual(routes.toSorted(), described.toSorted())
})

test('every operation lists the codes it can refuse with, each under its status', () => {
  for (const each of operations) {
    const { responses } = document.paths[each.path]?.[each.method.toLowerCase()] ?? { responses: undefined }
    for (const code of refusalsOf(each)) {
      const response = responses?.[String(catalogue[code].status)]
      assert.match(
        JSON.stringify(response?.content),
        new RegExp(`"${code.replaceAll('.', '\\.')}"`),
        `${each.id} ${code}`,
      )
    }
  }
})

test('the schemas that validate are the ones described, with the labels and units of their fields', () => {
  const { schemas } = document.components
  assert.deepEqual(schemas['permits.case']?.properties?.netMassKg, {
    type: 'number',
    minimum: 0,
    maximum: 1e15,
    title: 'Net mass',
    'x-label': { en: 'Net mass', ur: 'Net mass (اردو)' },
    'x-unit': 'kg',
    'x-protection': 'operational',
  })
  assert.deepEqual(schemas['permits.case']?.additionalProperties, false)
})

test('every field of a case says whether it is sealed, in parts and lists too', () => {
  const label = { en: 'Field', ur: 'خانہ' }
  const { applications } = sampleKernel
  const heirs = list(label, part(label, { share: number(label), card: cnic(label) }), { max: 9 })
  const owner = part(label, { name: text(label, { protection: 'sensitive' }) }).nullable()
  const schema = record({ heirs: heirs.optional(), owner })
  const [known] = applications.values()
  assert.ok(known)
  const changed = { ...known, application: { ...known.application, case: schema } }
  const { components } = describeApi({
    kernel: { applications: new Map([['permits', changed]]) },
    operations,
  })
  const described = JSON.stringify(components.schemas['permits.case'])
  const said = [...described.matchAll(/"x-protection":"(\w+)"/g)].map(([, protection]) => protection)
  assert.deepEqual(said.toSorted(), [
    'operational',
    'personal',
    'personal',
    'personal',
    'sensitive',
    'sensitive',
  ])
})

test('where a request holds a case, the cases of the installed applications are described', () => {
  const body = document.components.schemas.PermitsDecideBody
  assert.deepEqual(body?.properties?.case, {
    description: 'The case of the application that the request names',
    anyOf: [{ $ref: '#/components/schemas/permits.case' }],
  })
})

test('conditions and keys are described where they are honoured, and only there', () => {
  const headersOf = (path: string, method: string) =>
    (document.paths[path]?.[method]?.parameters ?? [])
      .filter((each) => each.in === 'header')
      .map(({ name }) => name)
  assert.deepEqual(headersOf('/v1/permits', 'post'), ['Idempotency-Key', 'X-Request-Id', 'Accept-Language'])
  assert.deepEqual(headersOf('/v1/permits/{number}', 'put'), ['If-Match', 'X-Request-Id', 'Accept-Language'])
  assert.deepEqual(headersOf('/v1/permits/{number}', 'get'), [
    'If-None-Match',
    'X-Request-Id',
    'Accept-Language',
  ])
  assert.deepEqual(headersOf('/v1/waits', 'post'), ['X-Request-Id', 'Accept-Language'])
})

test('anybody may read the description, and is spared it where he has it', async () => {
  const { app } = sampleServer()
  const first = await app.inject({ url: '/v1/openapi.json' })
  assert.deepEqual(first.json(), JSON.parse(JSON.stringify(document)))
  const headers = { 'if-none-match': String(first.headers.etag) }
  assert.equal((await app.inject({ url: '/v1/openapi.json', headers })).statusCode, 304)
})

test('an operation that contradicts itself is refused when it is mounted, by its name', async () => {
  const None = z.strictObject({})
  const sound = {
    id: 'a.show',
    method: 'GET',
    path: '/v1/a/{id}',
    summary: 'Shows',
    scope: 'case.read',
    refusals: [],
    params: z.strictObject({ id: z.string() }),
    query: None,
    body: undefined,
    reply: { status: 200, schema: None },
    handle: async () => ({ status: 200, body: {} }),
  } as const
  const mounting = async (...specs: Parameters<typeof operation>[0][]) =>
    await sampleServer({ operations: specs.map((spec) => operation(spec)) }).app.ready()
  await assert.doesNotReject(mounting(sound))
  await assert.rejects(mounting({ ...sound, path: '/v1/A' }), /a\.show.*not a path/)
  await assert.rejects(mounting({ ...sound, path: '/v1/a/{other}' }), /a\.show.*\{other\}.*\{id\}/)
  await assert.rejects(mounting({ ...sound, query: z.object({}) }), /a\.show.*query.*strictObject/)
  await assert.rejects(mounting({ ...sound, body: None }), /a\.show.*no body/)
  await assert.rejects(mounting(sound, { ...sound, path: '/v1/b/{id}' }), /two operations.*a\.show/)
})

test('a success of another status than described is found where replies are checked', async () => {
  const None = z.strictObject({})
  const spec = {
    id: 'a.open',
    method: 'POST',
    path: '/v1/a',
    summary: 'Opens',
    scope: 'case.open',
    refusals: [],
    params: None,
    query: None,
    body: undefined,
    handle: async () => ({ status: 200, body: {} }),
  } as const
  const ask = async (reply: { status: number; otherStatuses?: number[] }) => {
    const { app } = sampleServer({ operations: [operation({ ...spec, reply: { ...reply, schema: None } })] })
    return (await app.inject({ method: 'POST', url: '/v1/a', headers: asOfficer })).statusCode
  }
  assert.deepEqual([await ask({ status: 201 }), await ask({ status: 201, otherStatuses: [200] })], [500, 200])
})
