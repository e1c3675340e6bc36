/**
 * Operations of the HTTP API as data. A noun's `routes.ts` exports them; the server mounts them and describes them in
 * OpenAPI from the same schemas that validate.
 */
import { z } from 'zod'
import type { Actor, Scope } from './access/roles.ts'
import type { Singles } from './decisions/singles.ts'
import type { ErrorCode } from './errors.ts'
import type { Idempotency } from './idempotency/idempotency.ts'
import type { ProposingKernel } from './proposals/kinds.ts'
import type { ExportPages } from './vault/export.ts'

/** What operations work with: the kernel, and what shares transactions among the requests of one server. */
export interface ServingKernel extends ProposingKernel {
  readonly singles: Singles
  /** How the pages of a person's export are written. */
  readonly exportPages: ExportPages
}

/** What came with the request besides its parts. */
export interface CallContext {
  readonly actor: Actor
  /** For log lines and problem replies. */
  readonly requestId: string
  /** Version the caller last saw, from `If-Match`; `undefined` where it sent none. */
  readonly ifMatch: number | undefined
  /** From `Idempotency-Key`, with the digest of the request's method, path and body. */
  readonly idempotency: Idempotency | undefined
  /** Aborted when the client hung up, the time for the request is up, or the server stops. */
  readonly signal: AbortSignal
}

/**
 * Stand for a case or an outcome of the application that the request names, wherever a body, a line or a reply holds one.
 * The operation reads it with the application's own schema; the description of the API lists those of all installed
 * applications in its place.
 */
export const applicationCase = z.unknown().meta({ applicationSchema: 'case' })
export const applicationOutcome = z.unknown().meta({ applicationSchema: 'outcome' })
/** The same in a reply: without what is sealed of it, unless the request states a purpose. */
export const visibleCase = z.unknown().meta({ applicationSchema: 'visibleCase' })
export const visibleOutcome = z.unknown().meta({ applicationSchema: 'visibleOutcome' })

/** A reply with its status; `version` becomes the ETag. */
export interface Reply<T> {
  readonly status: number
  readonly body: T
  readonly version?: number
  readonly location?: string
}

interface OperationBase {
  /** `cases.show`: noun and verb; the OpenAPI operationId. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** OpenAPI form, `/v1/cases/{caseId}`. */
  readonly path: string
  readonly summary: string
  /** The scope that the caller must hold. */
  readonly scope: Scope
  readonly refusals: readonly ErrorCode[]
}

/** One JSON request, one JSON reply. */
export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  ReplyBody extends z.ZodType = z.ZodType,
> extends OperationBase {
  readonly kind: 'json'
  readonly params: Params
  readonly query: Query
  /** `undefined` for operations that take no body. */
  readonly body: Body | undefined
  /** Largest body, in bytes; the server's own limit (1 MiB unless set) where absent. */
  readonly maxBodyBytes?: number
  readonly reply: {
    readonly status: number
    /** Further successes with the same body: 200 where the thing to create was there already. */
    readonly otherStatuses?: readonly number[]
    readonly schema: ReplyBody
  }
  /** Edits something that has a version: `If-Match` is required. Elsewhere a write that carries one is refused. */
  readonly editsVersion?: boolean
  /** Creates something: `Idempotency-Key` is honoured. Elsewhere a POST that carries one is refused rather than unprotected. */
  readonly honoursIdempotency?: boolean
  handle(
    kernel: ServingKernel,
    call: CallContext & {
      readonly params: z.output<Params>
      readonly query: z.output<Query>
      readonly body: z.output<Body>
    },
  ): Promise<Reply<z.input<ReplyBody>>>
}

/**
 * Many records in, one line of reply each, in the order given; back-pressure both ways. NDJSON or CSV by content type, the
 * reply is NDJSON. A refusal before the first line answers with its status; a later one, or a fault, ends the reply with a
 * line `{ "problem": … }`.
 */
export interface IntakeOperation<Params extends z.ZodType = z.ZodType, Line extends z.ZodType = z.ZodType>
  extends OperationBase {
  readonly kind: 'intake'
  readonly params: Params
  /** One line of the reply. */
  readonly line: Line
  handle(
    kernel: ServingKernel,
    call: CallContext & {
      readonly params: z.output<Params>
      readonly format: 'ndjson' | 'csv'
      readonly source: AsyncIterable<Uint8Array>
    },
  ): AsyncIterable<readonly z.input<Line>[]>
}

/**
 * Many rows out, as NDJSON or CSV by `Accept`, read from the database as fast as the client takes them. A failure after the
 * first batch breaks the connection, so that half an export is never taken for a whole one.
 */
export interface ExportOperation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Row extends z.ZodType = z.ZodType,
> extends OperationBase {
  readonly kind: 'export'
  readonly params: Params
  readonly query: Query
  readonly row: Row
  handle(
    kernel: ServingKernel,
    call: CallContext & { readonly params: z.output<Params>; readonly query: z.output<Query> },
  ): AsyncIterable<readonly z.input<Row>[]>
}

/** What a file operation sends. */
export interface FileReply {
  readonly mediaType: string
  /** The name to keep it under, without personal data: letters, digits, dots and dashes. */
  readonly fileName: string
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/**
 * One file out, as fast as the client takes it. What keeps it from being made is refused before the first chunk; a failure
 * after that breaks the connection, so that half a file is never taken for a whole one.
 */
export interface FileOperation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> extends OperationBase {
  readonly kind: 'file'
  readonly method: 'GET' | 'POST'
  readonly params: Params
  readonly query: Query
  /** `undefined` for operations that take no body. */
  readonly body: Body | undefined
  /** Everything that the file may be. */
  readonly mediaTypes: readonly string[]
  handle(
    kernel: ServingKernel,
    call: CallContext & {
      readonly params: z.output<Params>
      readonly query: z.output<Query>
      readonly body: z.output<Body>
    },
  ): Promise<FileReply>
}

export type AnyOperation = Operation | IntakeOperation | ExportOperation | FileOperation

/** Gives an operation its types; the platform then holds it as one of unknown types, and only hands it what its schemas parsed. */
export function operation<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  spec: Omit<Operation<P, Q, B, R>, 'kind'>,
): Operation<P, Q, B, R> {
  return { kind: 'json', ...spec }
}

export function intakeOperation<P extends z.ZodType, L extends z.ZodType>(
  spec: Omit<IntakeOperation<P, L>, 'kind'>,
): IntakeOperation<P, L> {
  return { kind: 'intake', ...spec }
}

export function exportOperation<P extends z.ZodType, Q extends z.ZodType, R extends z.ZodType>(
  spec: Omit<ExportOperation<P, Q, R>, 'kind'>,
): ExportOperation<P, Q, R> {
  return { kind: 'export', ...spec }
}

export function fileOperation<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: Omit<FileOperation<P, Q, B>, 'kind'>,
): FileOperation<P, Q, B> {
  return { kind: 'file', ...spec }
}
