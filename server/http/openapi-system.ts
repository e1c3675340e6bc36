/** The addresses that are no operation of the kernel, for the description of the API. */

import { z } from 'zod'
import { Liveness, Readiness } from './health.ts'
import type { OperationObject, ResponseObject } from './openapi-document.ts'
import { refusalResponses } from './openapi-operation.ts'
import type { DescribedSchemas } from './openapi-schemas.ts'

/** Open to anybody; the metrics are guarded in their own way. */
export function systemPaths(
  schemas: Pick<DescribedSchemas, 'components'>,
): Record<string, Record<string, OperationObject>> {
  const ready = json('What works and what does not', Readiness)
  return {
    '/health/live': {
      get: open('server.live', 'Whether the process runs', { 200: json('It does', Liveness) }),
    },
    '/health/ready': {
      get: open('server.ready', 'Whether the server can do its work', { 200: ready, 503: ready }),
    },
    '/metrics': {
      get: open(
        'server.metrics',
        'Figures for Prometheus, for this machine or the bearer of the metrics token',
        {
          200: {
            description: 'Prometheus text format',
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
          // Whom it is not for is told no more than at an address where nothing is.
          ...refusalResponses(['request.not_found'], schemas),
        },
      ),
    },
    '/v1/openapi.json': {
      get: open('server.openapi', 'This description', {
        200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
        304: { description: 'The caller has it' },
      }),
    },
  }
}

function open(
  operationId: string,
  summary: string,
  responses: Readonly<Record<string, ResponseObject>>,
): OperationObject {
  return { operationId, summary, tags: ['server'], security: [], responses }
}

function json(description: string, schema: z.ZodType): ResponseObject {
  const { $schema, ...described } = z.toJSONSchema(schema)
  return { description, content: { 'application/json': { schema: described } } }
}
