/** The description of the API (OpenAPI 3.1.1), made from the operations that are mounted. */

import type { FastifyInstance } from 'fastify'
import { sha256 } from '../../kernel/canonical.ts'
import { catalogue, type ErrorCode, unreachable } from '../../kernel/errors.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AnyOperation } from '../../kernel/operation.ts'
import { exchangeOf } from './exchange.ts'
import { mediaTypes, streamContentTypes } from './media.ts'
import {
  type DescribedSchemas,
  describeSchemas,
  type JsonSchema,
  type SchemaOrRef,
} from './openapi-schemas.ts'
import { systemPaths } from './openapi-system.ts'
import { refusalsOf } from './operation-refusals.ts'

export interface OpenApiDocument {
  readonly openapi: '3.1.1'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>>
  }
}

export interface OperationObject {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  /** Either way of saying who asks will do; none for what anybody may see. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly ParameterObject[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, ResponseObject>>
  readonly 'x-scope'?: string
}

interface ParameterObject {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

type Content = Readonly<Record<string, { readonly schema: SchemaOrRef }>>

export interface ResponseObject {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>
  readonly content?: Content
}

export interface Described {
  readonly operations: readonly AnyOperation[]
  readonly kernel: Pick<Kernel, 'applications'>
  readonly sessionCookie?: string
}

export function describeApi({ operations, kernel, sessionCookie }: Described): OpenApiDocument {
  const applications = [...kernel.applications.values()].map(({ application }) => application)
  const schemas = describeSchemas(operations, applications)
  const paths: Record<string, Record<string, OperationObject>> = systemPaths()
  for (const operation of operations) {
    const path = paths[operation.path] ?? {}
    path[operation.method.toLowerCase()] = describeOperation(operation, schemas)
    paths[operation.path] = path
  }
  const tags = new Set(
    Object.values(paths).flatMap((path) => Object.values(path).flatMap(({ tags }) => tags)),
  )
  return {
    openapi: '3.1.1',
    info: {
      title: 'Khudi',
      version: '1',
      description: 'Requests and replies are JSON in UTF-8; many records travel as NDJSON or CSV streams.',
    },
    servers: [{ url: '/' }],
    tags: [...tags].toSorted().map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'Key of a connected system' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: sessionCookie ?? 'session',
          description: 'Session of a person who signed in',
        },
      },
    },
  }
}

function describeOperation(operation: AnyOperation, schemas: DescribedSchemas): OperationObject {
  const requestBody = bodyOf(operation, schemas)
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [operation.id.split('.', 1)[0] ?? operation.id],
    security: [{ key: [operation.scope] }, { session: [operation.scope] }],
    parameters: parametersOf(operation, schemas),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: { ...successOf(operation, schemas), ...refusalResponses(refusalsOf(operation), schemas) },
    'x-scope': operation.scope,
  }
}

function parametersOf(operation: AnyOperation, schemas: DescribedSchemas): readonly ParameterObject[] {
  const placed = (place: 'path' | 'query', schema: AnyOperation['params']) =>
    Object.entries(schemas.propertiesOf(schema)).map(([name, { schema, isRequired }]): ParameterObject => {
      const { description, ...rest } = schema
      return {
        name,
        in: place,
        required: place === 'path' || isRequired,
        ...(description === undefined ? {} : { description }),
        schema: rest,
      }
    })
  return [
    ...placed('path', operation.params),
    ...(operation.kind === 'intake' ? [] : placed('query', operation.query)),
    ...headersOf(operation),
    header('X-Request-Id', 'Number that the reply and our log will carry', {
      pattern: '^[0-9A-Za-z][0-9A-Za-z._-]{15,63}$',
    }),
    header('Accept-Language', 'en or ur, for the texts of refusals', {}),
  ]
}

function headersOf(operation: AnyOperation): readonly ParameterObject[] {
  if (operation.kind !== 'json') return []
  if (operation.method === 'GET')
    return [header('If-None-Match', 'ETag of the version that the caller has', {})]
  const headers: ParameterObject[] = []
  if (operation.editsVersion === true) {
    headers.push({
      ...header('If-Match', 'ETag of the version that is edited', { pattern: '^"(0|[1-9][0-9]*)"$' }),
      required: true,
    })
  }
  if (operation.honoursIdempotency === true) {
    const pattern = '^[\\x21-\\x7e]{1,255}$'
    headers.push(
      header('Idempotency-Key', 'Sent again with the same request, it brings the same reply', { pattern }),
    )
  }
  return headers
}

function header(name: string, description: string, rest: JsonSchema): ParameterObject {
  return { name, in: 'header', required: false, description, schema: { type: 'string', ...rest } }
}

function bodyOf(operation: AnyOperation, schemas: DescribedSchemas): OperationObject['requestBody'] {
  if (operation.kind === 'export') return undefined
  if (operation.kind === 'intake') {
    const stream = {
      schema: { type: 'string', description: 'One record a line; CSV begins with its field names' },
    } as const
    return { required: true, content: Object.fromEntries(streamContentTypes.map((type) => [type, stream])) }
  }
  if (operation.body === undefined) return undefined
  return { required: true, content: { 'application/json': { schema: schemas.refOf(operation.body) } } }
}

function successOf(
  operation: AnyOperation,
  schemas: DescribedSchemas,
): Readonly<Record<string, ResponseObject>> {
  switch (operation.kind) {
    case 'json':
      return jsonSuccess(operation, schemas)
    case 'intake': {
      const line = { oneOf: [schemas.refOf(operation.line), problemLine] }
      return {
        200: {
          description: 'A line for each record, in their order',
          content: { [mediaTypes.ndjson]: { schema: line } },
        },
      }
    }
    case 'export': {
      const content = {
        [mediaTypes.ndjson]: { schema: schemas.refOf(operation.row) },
        [mediaTypes.csv]: { schema: { type: 'string' } as const },
      }
      return {
        200: { description: 'The rows; a connection that breaks means that some are missing', content },
      }
    }
    default:
      return unreachable(operation)
  }
}

/** Ends an intake's reply where it could not go on. */
const problemLine: JsonSchema = {
  type: 'object',
  properties: { problem: { $ref: '#/components/schemas/Problem' } },
  required: ['problem'],
  additionalProperties: false,
}

function jsonSuccess(
  operation: Extract<AnyOperation, { readonly kind: 'json' }>,
  schemas: DescribedSchemas,
): Readonly<Record<string, ResponseObject>> {
  const { status, schema } = operation.reply
  const success: ResponseObject = {
    description: operation.summary,
    headers: {
      ETag: { description: 'Version of what the reply shows, where it has one', schema: { type: 'string' } },
      ...(status === 201
        ? { Location: { description: 'Where to find it', schema: { type: 'string' } } }
        : {}),
    },
    ...(status === 204 ? {} : { content: { 'application/json': { schema: schemas.refOf(schema) } } }),
  }
  if (operation.method !== 'GET') return { [status]: success }
  return { [status]: success, 304: { description: 'The caller has this version' } }
}

/** One response a status, which lists the codes that it can carry. */
export function refusalResponses(
  codes: readonly ErrorCode[],
  schemas: Pick<DescribedSchemas, 'components'>,
): Readonly<Record<string, ResponseObject>> {
  if (schemas.components.Problem === undefined) throw new Error('problem details are not described')
  const byStatus = Map.groupBy(codes, (code) => catalogue[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: same.map((code) => `\`${code}\`: ${catalogue[code].title.en}`).join('\n\n'),
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Problem' },
                { type: 'object', properties: { code: { enum: [...same] } } },
              ],
            },
          },
        },
      },
    ]),
  )
}

/** `GET /v1/openapi.json`, written at the first request: a thousand applications take a while to describe. */
export function mountOpenApi(app: FastifyInstance, described: Described): void {
  let written: { readonly text: string; readonly tag: string } | undefined
  app.get('/v1/openapi.json', (request, reply) => {
    exchangeOf(request).operationId = 'server.openapi'
    if (written === undefined) {
      const text = JSON.stringify(describeApi(described))
      written = { text, tag: `"${sha256(text).toString('base64url')}"` }
    }
    reply.header('etag', written.tag).header('cache-control', 'no-cache')
    if (request.headers['if-none-match'] === written.tag) reply.code(304).send()
    else reply.type('application/json; charset=utf-8').send(written.text)
  })
}
