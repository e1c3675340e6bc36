/** Operations of the sample that show something, wait or fail. */

import { z } from 'zod'
import { type AnyOperation, operation } from '../../../kernel/operation.ts'
import { cursorsOf, pageOf, pageQuery } from '../../../kernel/paging.ts'
import { found, None, One, type SampleState, Shown } from './state.ts'

const byNumber = cursorsOf('permits.list', z.tuple([z.string()]))

const showPermit = (state: SampleState) =>
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
  })

const listPermits = (state: SampleState) =>
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
  })

const waitForTest = (state: SampleState) =>
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
    reply: { status: 200, schema: z.strictObject({ ok: z.boolean() }) },
    async handle(_kernel, { signal }) {
      state.signals.set('permits.wait', signal)
      await new Promise<void>((resolve) => {
        state.release = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      signal.throwIfAborted()
      return { status: 200, body: { ok: true } }
    },
  })

const failAsTold = (state: SampleState) =>
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
  })

export const reads = (state: SampleState): readonly AnyOperation[] => [
  showPermit(state),
  listPermits(state),
  waitForTest(state),
  failAsTold(state),
]
