/** The description of the API (OpenAPI 3.1.1), made from the operations that are mounted. */

import type { FastifyInstance } from 'fastify'
import { sha256 } from '../../kernel/canonical.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AnyOperation } from '../../kernel/operation.ts'
import { exchangeOf } from './exchange.ts'
import type { OpenApiDocument, OperationObject } from './openapi-document.ts'
import { describeOperation } from './openapi-operation.ts'
import { describeSchemas } from './openapi-schemas.ts'
import { systemPaths } from './openapi-system.ts'

export interface Described {
  readonly operations: readonly AnyOperation[]
  readonly kernel: Pick<Kernel, 'applications'>
  readonly sessionCookie?: string
}

export function describeApi({ operations, kernel, sessionCookie }: Described): OpenApiDocument {
  const applications = [...kernel.applications.values()].map(({ application }) => application)
  const schemas = describeSchemas(operations, applications)
  const paths: Record<string, Record<string, OperationObject>> = systemPaths(schemas)
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
