/** One operation as the description of the API shows it. */

import { catalogue, type ErrorCode, unreachable } from '../../kernel/errors.ts'
import type { AnyOperation } from '../../kernel/operation.ts'
import { mediaTypes, streamContentTypes } from './media.ts'
import type { JsonSchema, OperationObject, ParameterObject, ResponseObject } from './openapi-document.ts'
import type { DescribedSchemas } from './openapi-schemas.ts'
import { refusalsOf } from './operation-refusals.ts'

export function describeOperation(operation: AnyOperation, schemas: DescribedSchemas): OperationObject {
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
        [mediaTypes.csv]: { schema: csvRows },
      }
      return {
        200: { description: 'The rows; a connection that breaks means that some are missing', content },
      }
    }
    case 'file': {
      const bytes = { schema: { type: 'string', format: 'binary' } } as const
      const content = Object.fromEntries(operation.mediaTypes.map((type) => [type, bytes]))
      return {
        200: { description: 'The file; a connection that breaks means that a part is missing', content },
      }
    }
    default:
      return unreachable(operation)
  }
}

const csvRows: JsonSchema = {
  type: 'string',
  description:
    'RFC 4180, field names first. A text that a spreadsheet would run as a formula (=, +, -, @, tab or line end at its start, plain numbers apart) has an apostrophe before it; a reader takes one off. An absent value is empty, an empty text is "".',
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
  const statuses = [status, ...(operation.reply.otherStatuses ?? [])]
  return {
    ...Object.fromEntries(statuses.map((each) => [each, success])),
    ...(operation.method === 'GET' ? { 304: { description: 'The caller has this version' } } : {}),
  }
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
