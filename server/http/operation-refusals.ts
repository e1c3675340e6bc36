/** Every code an operation can answer with: its own, and those of the way there. */

import { type ErrorCode, unreachable } from '../../kernel/errors.ts'
import type { AnyOperation } from '../../kernel/operation.ts'

const always: readonly ErrorCode[] = [
  'access.key_invalid',
  'access.not_signed_in',
  'access.scope_missing',
  'database.unavailable',
  'request.headers_too_large',
  'request.malformed',
  'request.parameters_invalid',
  'request.rate_limited',
  'server.busy',
  'server.fault',
  'server.stopping',
]

const jsonBody: readonly ErrorCode[] = [
  'request.body_invalid',
  'request.body_missing',
  'request.body_too_large',
  'request.body_truncated',
  'request.content_type_unsupported',
  'request.encoding_unsupported',
  'request.json_duplicate_name',
  'request.json_malformed',
  'request.json_too_complex',
  'request.json_unsafe',
  'request.not_utf8',
  'request.timed_out',
]

/** Sorted, each once. */
export function refusalsOf(operation: AnyOperation): readonly ErrorCode[] {
  const codes = new Set([...always, ...operation.refusals, ...ofKind(operation)])
  if (operation.method !== 'GET') codes.add('access.cross_site')
  return [...codes].toSorted()
}

function ofKind(operation: AnyOperation): readonly ErrorCode[] {
  switch (operation.kind) {
    case 'json': {
      const body = operation.body === undefined ? (['request.body_unexpected'] as const) : jsonBody
      return ['server.timed_out', ...body, ...ofConditions(operation)]
    }
    case 'intake':
      return [
        'idempotency.not_supported',
        'request.body_truncated',
        'request.content_type_unsupported',
        'request.encoding_unsupported',
        'request.line_too_long',
        'request.precondition_not_supported',
      ]
    case 'file':
      return operation.body === undefined ? ['request.body_unexpected'] : jsonBody.filter(isNoDeadline)
    case 'export':
      return ['request.body_unexpected', 'request.not_acceptable']
    default:
      return unreachable(operation)
  }
}

/** A file takes the time it takes. */
const isNoDeadline = (code: ErrorCode) => code !== 'request.timed_out'

function ofConditions(operation: Extract<AnyOperation, { readonly kind: 'json' }>): readonly ErrorCode[] {
  if (operation.method === 'GET') return []
  const precondition: readonly ErrorCode[] =
    operation.editsVersion === true
      ? ['request.precondition_invalid', 'request.precondition_required']
      : ['request.precondition_not_supported']
  if (operation.honoursIdempotency === true) return [...precondition, 'idempotency.key_invalid']
  return operation.method === 'POST' ? [...precondition, 'idempotency.not_supported'] : precondition
}
