/** A small API for the tests of the HTTP layer: permits, kept in memory, with an operation of every kind. */

import { choice, date, defineApplication, measure, record, text } from '@khudi/sdk'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '../../kernel/access/roles.ts'
import { Refusal } from '../../kernel/errors.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import {
  type AnyOperation,
  applicationCase,
  exportOperation,
  type Idempotency,
  intakeOperation,
  operation,
} from '../../kernel/operation.ts'
import { cursorsOf, pageOf, pageQuery } from '../../kernel/paging.ts'
import { createHttpServer, type HttpServerOptions } from './http-server.ts'

const label = (en: string) => ({ en, ur: `${en} (اردو)` })

export const permits = defineApplication({
  id: 'permits',
  title: label('Permits'),
  purpose: label('Choose which permits to inspect'),
  legalBasis: 'Sample Act 2026, section 1',
  classification: 'official',
  case: record({
    number: text(label('Number'), { max: 20 }),
    filedOn: date(label('Filed on')),
    netMassKg: measure(label('Net mass'), 'kg'),
  }),
  outcome: record({ finding: choice(label('Finding'), { fit: label('Fit'), unfit: label('Unfit') }) }),
  roles: { inspector: label('Inspector') },
  models: {},
  recommendations: { inspect: { label: label('Inspect'), adverse: true, review: { role: 'inspector' } } },
  fallback: { role: 'inspector' },
  reference: (given) => given.number,
  occurredOn: (given) => given.filedOn,
  summary: ['number'],
  decide: async () => ({ recommendation: 'inspect', reasons: [] }),
})

const unused = (): never => {
  throw new Error('the sample operations use nothing of the kernel')
}

export const sampleKernel: Kernel = {
  get db(): never {
    return unused()
  },
  get objects(): never {
    return unused()
  },
  get workers(): never {
    return unused()
  },
  get singles(): never {
    return unused()
  },
  clock: () => new Date('2026-01-31T00:00:00Z'),
  applications: new Map([['permits', { application: permits, folder: '/', digest: new Uint8Array(32) }]]),
}

const Permit = z.strictObject({
  number: z.string().min(1).max(20),
  holder: z.string().max(200).nullable(),
  areaHa: z.number().min(0),
})
type Permit = z.infer<typeof Permit>
const Shown = Permit.extend({ version: z.int() })
const One = z.strictObject({ number: z.string().max(20) })
const None = z.strictObject({})

/** What the sample has been asked, and what its tests decide. */
export interface SampleState {
  readonly permits: Map<string, Permit & { readonly version: number }>
  /** Keys that came with openings, in their order. */
  readonly keys: (Idempotency | undefined)[]
  /** Ends a wait; set while `permits.wait` runs. */
  release: (() => void) | undefined
  /** Signals of the requests that ran last, by operation. */
  readonly signals: Map<string, AbortSignal>
  /** Bytes that an intake has read so far. */
  readBytes: number
  /** Batches that an export has made so far, and how many it makes at most. */
  madeBatches: number
  batches: number
  /** What an export's handler throws after its last batch. */
  failure: Error | undefined
  /** Whether the last stream's handler was let go of in order. */
  isStreamClosed: boolean
}

export function sampleState(): SampleState {
  return {
    permits: new Map(),
    keys: [],
    release: undefined,
    signals: new Map(),
    readBytes: 0,
    madeBatches: 0,
    batches: 2,
    failure: undefined,
    isStreamClosed: false,
  }
}

const found = (state: SampleState, number: string) => {
  const permit = state.permits.get(number)
  if (permit === undefined) throw new Refusal('case.not_found')
  return permit
}

export function sampleOperations(state: SampleState): readonly AnyOperation[] {
  return [...edits(state), ...reads(state), ...streams(state)]
}

function edits(state: SampleState): readonly AnyOperation[] {
  return [
    operation({
      id: 'permits.open',
      method: 'POST',
      path: '/v1/permits',
      summary: 'Opens a permit',
      scope: 'case.open',
      refusals: ['case.reference_taken'],
      params: None,
      query: None,
      body: Permit,
      reply: { status: 201, schema: Shown },
      honoursIdempotency: true,
      async handle(_kernel, { body, idempotency, signal }) {
        state.keys.push(idempotency)
        state.signals.set('permits.open', signal)
        if (state.permits.has(body.number))
          throw new Refusal('case.reference_taken', { reference: '(sample)' })
        const permit = { ...body, version: 1 }
        state.permits.set(body.number, permit)
        return {
          status: 201,
          body: permit,
          version: 1,
          location: `/v1/permits/${encodeURIComponent(body.number)}`,
        }
      },
    }),
    operation({
      id: 'permits.amend',
      method: 'PUT',
      path: '/v1/permits/{number}',
      summary: 'Amends a permit',
      scope: 'case.open',
      refusals: ['case.not_found', 'case.version_stale'],
      params: One,
      query: None,
      body: Permit,
      reply: { status: 200, schema: Shown },
      editsVersion: true,
      async handle(_kernel, { params, body, ifMatch }) {
        const { version } = found(state, params.number)
        if (version !== ifMatch) throw new Refusal('case.version_stale')
        const permit = { ...body, number: params.number, version: version + 1 }
        state.permits.set(params.number, permit)
        return { status: 200, body: permit, version: permit.version }
      },
    }),
    operation({
      id: 'permits.withdraw',
      method: 'DELETE',
      path: '/v1/permits/{number}',
      summary: 'Withdraws a permit',
      scope: 'case.open',
      refusals: [],
      params: One,
      query: None,
      body: undefined,
      reply: { status: 204, schema: z.undefined() },
      async handle(_kernel, { params }) {
        state.permits.delete(params.number)
        return { status: 204, body: undefined }
      },
    }),
    operation({
      id: 'permits.decide',
      method: 'POST',
      path: '/v1/applications/{application}/cases',
      summary: 'Takes a case of an application',
      scope: 'case.open',
      refusals: ['application.not_installed'],
      params: z.strictObject({ application: z.string().max(40) }),
      query: None,
      body: z.strictObject({ case: applicationCase }),
      maxBodyBytes: 4_096,
      reply: { status: 202, schema: z.strictObject({ taken: applicationCase }) },
      async handle(kernel, { params, body }) {
        if (!kernel.applications.has(params.application)) {
          throw new Refusal('application.not_installed', { application: '(sample)' })
        }
        return { status: 202, body: { taken: body.case } }
      },
    }),
  ]
}

const byNumber = cursorsOf('permits.list', z.tuple([z.string()]))

function reads(state: SampleState): readonly AnyOperation[] {
  return [
    operation({
      id: 'permits.show',
      method: 'GET',
      path: '/v1/permits/{number}',
      summary: 'Shows a permit',
      scope: 'case.read',
      refusals: ['case.not_found'],
      params: One,
      query: None,
      body: undefined,
      reply: { status: 200, schema: Shown },
      async handle(_kernel, { params }) {
        const permit = found(state, params.number)
        return { status: 200, body: permit, version: permit.version }
      },
    }),
    operation({
      id: 'permits.list',
      method: 'GET',
      path: '/v1/permits',
      summary: 'Lists permits by number',
      scope: 'case.read',
      refusals: ['request.cursor_invalid'],
      params: None,
      query: z.strictObject({ ...pageQuery, holder: z.string().max(200).optional() }),
      body: undefined,
      reply: { status: 200, schema: pageOf(Shown) },
      async handle(_kernel, { query }) {
        const after = query.cursor === undefined ? '' : byNumber.read(query.cursor, query.holder)[0]
        const rows = [...state.permits.values()]
          .filter(
            ({ number, holder }) => number > after && (query.holder === undefined || holder === query.holder),
          )
          .toSorted((a, b) => (a.number < b.number ? -1 : 1))
        const items = rows.slice(0, query.limit)
        const last = items.at(-1)
        const next =
          last === undefined || rows.length === items.length
            ? null
            : byNumber.write([last.number], query.holder)
        return { status: 200, body: { items, next } }
      },
    }),
    operation({
      id: 'permits.wait',
      method: 'POST',
      path: '/v1/waits',
      summary: 'Answers when the test lets it',
      scope: 'case.read',
      refusals: [],
      params: None,
      query: None,
      body: undefined,
      reply: { status: 200, schema: z.strictObject({ isAborted: z.boolean() }) },
      async handle(_kernel, { signal }) {
        state.signals.set('permits.wait', signal)
        await new Promise<void>((resolve) => {
          state.release = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
        return { status: 200, body: { isAborted: signal.aborted } }
      },
    }),
    operation({
      id: 'permits.fail',
      method: 'GET',
      path: '/v1/faults',
      summary: 'Fails as the test wants',
      scope: 'case.read',
      refusals: [],
      params: None,
      query: None,
      body: undefined,
      reply: { status: 200, schema: z.strictObject({ ok: z.boolean() }) },
      async handle() {
        if (state.failure !== undefined) throw state.failure
        return { status: 200, body: { ok: true } }
      },
    }),
  ]
}

const IntakeLine = z.strictObject({ line: z.int(), bytes: z.int() })

function streams(state: SampleState): readonly AnyOperation[] {
  return [
    intakeOperation({
      id: 'permits.import',
      method: 'POST',
      path: '/v1/permit-intake',
      summary: 'Takes permits, one a line',
      scope: 'import.run',
      refusals: ['case.invalid'],
      params: None,
      line: IntakeLine,
      async *handle(_kernel, { source, signal }) {
        state.signals.set('permits.import', signal)
        state.isStreamClosed = false
        let line = 0
        try {
          for await (const chunk of source) {
            state.readBytes += chunk.length
            const lines = Buffer.from(chunk).toString().split('\n').slice(0, -1)
            if (lines.includes('refuse')) throw new Refusal('case.invalid', { application: 'permits' })
            if (lines.includes('fail')) throw new Error('the intake broke')
            yield lines.map((text) => {
              line += 1
              return { line, bytes: text.length }
            })
          }
        } finally {
          state.isStreamClosed = true
        }
      },
    }),
    exportOperation({
      id: 'permits.export',
      method: 'GET',
      path: '/v1/permit-export',
      summary: 'Hands out permits',
      scope: 'decision.read',
      refusals: ['case.not_found'],
      params: None,
      query: z.strictObject({ fill: z.string().max(200).optional() }),
      row: z.strictObject({ number: z.string(), note: z.string().nullable(), tags: z.array(z.string()) }),
      async *handle(_kernel, { signal, query }) {
        state.signals.set('permits.export', signal)
        state.isStreamClosed = false
        try {
          for (state.madeBatches = 0; state.madeBatches < state.batches; state.madeBatches += 1) {
            yield Array.from({ length: 100 }, (_, index) => ({
              number: `P-${state.madeBatches * 100 + index}`,
              note: query.fill ?? null,
              tags: ['a', 'b'],
            }))
          }
          if (state.failure !== undefined) throw state.failure
        } finally {
          state.isStreamClosed = true
        }
      },
    }),
  ]
}

export function actorWith(roles: readonly string[], accountId?: string): Actor {
  const name = accountId === undefined ? 'key:sample' : `account:${accountId}`
  return {
    institutionId: '00000000-0000-7000-8000-000000000001',
    name,
    accountId,
    roles,
    applicationId: undefined,
  }
}

/** `Bearer officer`, `Bearer engineer,officer`, …: the roles themselves. */
export function authenticateByRoles(request: FastifyRequest): Actor | undefined {
  const roles = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (roles === 'expired') throw new Refusal('access.key_invalid')
  return roles === undefined ? undefined : actorWith(roles.split(','))
}

export const asOfficer = { authorization: 'Bearer officer' } as const
export const asEverybody = { authorization: 'Bearer officer,engineer' } as const

export interface Sample {
  readonly app: FastifyInstance
  readonly state: SampleState
}

/** A server over the sample that checks its own replies. */
export function sampleServer(options: Partial<HttpServerOptions> = {}): Sample {
  const state = sampleState()
  const app = createHttpServer({
    kernel: sampleKernel,
    operations: sampleOperations(state),
    authenticate: authenticateByRoles,
    checksReplies: true,
    ...options,
  })
  return { app, state }
}
