/** Operations of the sample that change something. */

import { z } from 'zod'
import { Refusal } from '../../../kernel/errors.ts'
import { type AnyOperation, applicationCase, operation } from '../../../kernel/operation.ts'
import { found, None, One, Permit, type SampleState, Shown } from './state.ts'

const openPermit = (state: SampleState) =>
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
      if (state.permits.has(body.number)) throw new Refusal('case.reference_taken', { reference: '(sample)' })
      const permit = { ...body, version: 1 }
      state.permits.set(body.number, permit)
      return {
        status: 201,
        body: permit,
        version: 1,
        location: `/v1/permits/${encodeURIComponent(body.number)}`,
      }
    },
  })

const amendPermit = (state: SampleState) =>
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
  })

const withdrawPermit = (state: SampleState) =>
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
  })

const takeCase = () =>
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
  })

export const edits = (state: SampleState): readonly AnyOperation[] => [
  openPermit(state),
  amendPermit(state),
  withdrawPermit(state),
  takeCase(),
]
