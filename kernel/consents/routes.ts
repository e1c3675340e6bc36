import { z } from 'zod'
import { Refusal } from '../errors.ts'
import { type AnyOperation, operation } from '../operation.ts'
import { holdingOf } from '../vault/disclosure.ts'
import { type ConsentRow, consentsOf, record } from './consents.ts'
import { ConsentChannel, ConsentEvent, ConsentUse } from './events.ts'

const PersonParams = z.strictObject({ personId: z.uuid() })

const ConsentReply = z.strictObject({
  consentId: z.uuid(),
  applicationId: z.string(),
  use: ConsentUse.describe(
    'What it is about: decisions and all that belongs to them, or what models learn from',
  ),
  event: ConsentEvent,
  channel: ConsentChannel,
  recordedBy: z.string(),
  recordedAt: z.iso.datetime(),
})

function consentReply(row: ConsentRow): z.infer<typeof ConsentReply> {
  const { consentId, applicationId, use, event, channel, recordedBy, recordedAt } = row
  return { consentId, applicationId, use, event, channel, recordedBy, recordedAt: recordedAt.toISOString() }
}

const listRoute = operation({
  id: 'consents.list',
  method: 'GET',
  path: '/v1/persons/{personId}/consents',
  summary: 'What a person agreed or objected to, oldest first; the last of each sort counts',
  scope: 'person.read',
  params: PersonParams,
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ consents: z.array(ConsentReply) }) },
  refusals: ['access.application_foreign', 'vault.person_unknown'],
  async handle(kernel, { actor, params }) {
    // A person is of all applications: a key that is bound to one may not look at half of them.
    if (actor.applicationId !== undefined) throw new Refusal('access.application_foreign')
    const { holderId } = await holdingOf(kernel, actor.institutionId, params.personId)
    const rows = await consentsOf(kernel, actor.institutionId, holderId)
    return { status: 200, body: { consents: rows.map(consentReply) } }
  },
})

const recordRoute = operation({
  id: 'consents.record',
  method: 'POST',
  path: '/v1/persons/{personId}/consents',
  summary: 'Records that a person gave consent, took it back, objected or lifted the objection',
  scope: 'consent.record',
  params: PersonParams,
  query: z.strictObject({}),
  body: z.strictObject({
    applicationId: z.string().max(40),
    use: ConsentUse,
    event: ConsentEvent,
    channel: ConsentChannel.describe('How it was said'),
    evidence: z
      .string()
      .trim()
      .min(1)
      .max(2_000)
      .describe('Where the evidence is; sealed under the key of the person'),
  }),
  reply: { status: 201, schema: ConsentReply },
  refusals: [
    'access.application_foreign',
    'application.not_installed',
    'consent.not_asked',
    'consent.objection_not_allowed',
    'consent.unchanged',
    'vault.person_erased',
    'vault.person_unknown',
  ],
  async handle(kernel, { actor, params, body }) {
    const row = await record(kernel, actor, { ...body, holderId: params.personId })
    return { status: 201, body: consentReply(row) }
  },
})

export const operations: readonly AnyOperation[] = [listRoute, recordRoute]
