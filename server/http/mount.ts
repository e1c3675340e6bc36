/** Puts operations at their addresses. */

import type { FastifyInstance, HTTPMethods } from 'fastify'
import { z } from 'zod'
import { Refusal, unreachable } from '../../kernel/errors.ts'
import type { AnyOperation } from '../../kernel/operation.ts'
import { mountExport } from './mount-export.ts'
import { mountFile } from './mount-file.ts'
import { mountIntake } from './mount-intake.ts'
import { mountJson } from './mount-json.ts'
import type { Mounting } from './mounting.ts'

/** @throws Error for a set of operations that contradicts itself; its message names the operation. */
export function mountOperations(
  app: FastifyInstance,
  operations: readonly AnyOperation[],
  mounting: Mounting,
): void {
  const methodsByUrl = new Map<string, Set<string>>()
  const ids = new Set<string>()
  for (const operation of operations) {
    checkOperation(operation)
    if (ids.has(operation.id)) throw new Error(`two operations are called ${operation.id}`)
    ids.add(operation.id)
    const url = routerPath(operation.path)
    mountOne(app, url, { operation, mounting })
    const methods = methodsByUrl.get(url) ?? new Set<string>()
    methodsByUrl.set(url, methods.add(operation.method))
    if (operation.kind === 'json' && operation.method === 'GET') methods.add('HEAD')
  }
  for (const [url, methods] of methodsByUrl) refuseOtherMethods(app, url, methods)
}

function mountOne(
  app: FastifyInstance,
  url: string,
  { operation, mounting }: { readonly operation: AnyOperation; readonly mounting: Mounting },
): void {
  switch (operation.kind) {
    case 'json':
      mountJson(app, url, { operation, mounting })
      break
    case 'intake':
      mountIntake(app, url, { operation, mounting })
      break
    case 'export':
      mountExport(app, url, { operation, mounting })
      break
    case 'file':
      mountFile(app, url, { operation, mounting })
      break
    default:
      unreachable(operation)
  }
}

const PATH = /^(?:\/(?:[a-z0-9][a-z0-9._-]*|\{[a-zA-Z]+\}))+$/

/** `/v1/cases/{caseId}` in the router's spelling, `/v1/cases/:caseId`. */
export function routerPath(path: string): string {
  return path.replace(/\{([a-zA-Z]+)\}/g, ':$1')
}

function checkOperation(operation: AnyOperation): void {
  const refuse = (rule: string) => {
    throw new Error(`operation ${operation.id}: ${rule}`)
  }
  if (!PATH.test(operation.path)) refuse(`"${operation.path}" is not a path such as /v1/cases/{caseId}`)
  if (operation.kind === 'intake' && operation.method !== 'POST') refuse('an intake is a POST')
  if (operation.kind === 'export' && operation.method !== 'GET') refuse('an export is a GET')
  const mayHaveBody = operation.kind === 'json' || operation.kind === 'file'
  if (mayHaveBody && operation.method === 'GET' && operation.body !== undefined) {
    refuse('a GET has no body')
  }
  for (const [part, schema] of Object.entries(requestSchemas(operation))) {
    const isLoose = schema instanceof z.ZodObject && !(schema.def.catchall instanceof z.ZodNever)
    if (isLoose) refuse(`its ${part} take unknown fields: use z.strictObject`)
  }
  const named = [...operation.path.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => name)
  const declared = operation.params instanceof z.ZodObject ? Object.keys(operation.params.shape) : []
  if (named.toSorted().join() !== declared.toSorted().join()) {
    refuse(`its path names {${named.join()}}, its params are {${declared.join()}}`)
  }
}

function requestSchemas(operation: AnyOperation): Readonly<Record<string, z.ZodType | undefined>> {
  switch (operation.kind) {
    case 'json':
    case 'file':
      return { params: operation.params, query: operation.query, body: operation.body }
    case 'intake':
      return { params: operation.params }
    case 'export':
      return { params: operation.params, query: operation.query }
    default:
      return unreachable(operation)
  }
}

const everyMethod: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']

/** 405 instead of 404 where the address is right and the method is not. */
function refuseOtherMethods(app: FastifyInstance, url: string, methods: ReadonlySet<string>): void {
  const allowed = [...methods].toSorted().join(', ')
  app.route({
    method: everyMethod.filter((method) => !methods.has(method)),
    url,
    onRequest: () => {
      throw new Refusal('request.method_not_allowed', { allowed })
    },
    handler: () => undefined,
  })
}
