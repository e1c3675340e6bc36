import { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import { roleTitle } from '../access/role-title.ts'
import type { Actor } from '../access/roles.ts'
import { Refusal } from '../errors.ts'
import { type InstitutionRow, institutionOf } from '../institutions/institutions.ts'
import type { Kernel } from '../kernel.ts'
import { type AnyOperation, fileOperation, operation } from '../operation.ts'
import { cursorsOf, page, pageOf, pageQuery } from '../paging.ts'
import { Purpose, purposes } from '../registers/purposes.ts'
import { holdingOf, ReadKind, readKind, readsOfPerson } from './disclosure.ts'
import { erasePerson } from './erase.ts'
import { exportPerson } from './export.ts'
import { ErasureGround } from './grounds.ts'
import { personName } from './person-name.ts'
import { personNamed } from './persons.ts'
import type { ReadRow } from './reads.ts'

const PersonParams = z.strictObject({ personId: z.uuid() })
const cursors = cursorsOf('reads', z.uuid())

const HeldReply = z.strictObject({
  personId: z.uuid(),
  erasedAt: z.iso.datetime().nullable(),
  held: z.array(
    z.strictObject({
      applicationId: z.string(),
      cases: z.number().int(),
      /** How many of them wait for an officer; the person cannot be erased meanwhile. */
      inReview: z.number().int(),
      lastOccurredOn: z.iso.date(),
    }),
  ),
})

/** What the person may see of a read: the office, never the officer. */
const ReadReply = z.strictObject({
  readId: z.uuid(),
  readAt: z.iso.datetime(),
  institution: BilingualText,
  role: z.string(),
  roleTitle: BilingualText,
  purpose: Purpose,
  purposeTitle: BilingualText,
  what: ReadKind,
  applicationId: z.string().nullable(),
  cases: z.number().int().describe('How many cases were opened; of a batch, how many people’s in all'),
})

/** A person is of all applications: a key that is bound to one may not look at half of them. */
function requireUnbound({ applicationId }: Actor): void {
  if (applicationId !== undefined) throw new Refusal('access.application_foreign')
}

const findRoute = operation({
  id: 'persons.find',
  method: 'POST',
  path: '/v1/persons/find',
  summary: 'Finds a person by an identifier; it is in no address, since addresses are kept in logs',
  scope: 'person.read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({
    name: z.string().max(200).describe('scheme:identifier, such as cnic:3520212345671'),
  }),
  reply: { status: 200, schema: z.strictObject({ personId: z.uuid() }) },
  refusals: ['access.application_foreign', 'vault.person_unknown'],
  async handle(kernel, { actor, body }) {
    requireUnbound(actor)
    const personId = await personNamed(kernel, actor.institutionId, personName(body.name))
    return { status: 200, body: { personId } }
  },
})

const showRoute = operation({
  id: 'persons.show',
  method: 'GET',
  path: '/v1/persons/{personId}',
  summary: 'How many cases are held on a person, without opening any',
  scope: 'person.read',
  params: PersonParams,
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: HeldReply },
  refusals: ['access.application_foreign', 'vault.person_unknown'],
  async handle(kernel, { actor, params }) {
    requireUnbound(actor)
    const { holderId, erasedAt, held } = await holdingOf(kernel, actor.institutionId, params.personId)
    const body = { personId: holderId, erasedAt: erasedAt?.toISOString() ?? null, held: [...held] }
    return { status: 200, body }
  },
})

const readsRoute = operation({
  id: 'persons.reads',
  method: 'GET',
  path: '/v1/persons/{personId}/reads',
  summary: 'Who read the data of a person, as the person may see it, newest first',
  scope: 'person.read',
  params: PersonParams,
  query: z.strictObject(pageQuery),
  body: undefined,
  reply: { status: 200, schema: pageOf(ReadReply) },
  refusals: ['access.application_foreign', 'request.cursor_invalid', 'vault.person_unknown'],
  async handle(kernel, { actor, params, query }) {
    requireUnbound(actor)
    const { institutionId } = actor
    const { holderId } = await holdingOf(kernel, institutionId, params.personId)
    const after = query.cursor === undefined ? undefined : cursors.read(query.cursor, holderId)
    const found = await readsOfPerson(kernel, institutionId, { holderId, after, size: query.limit + 1 })
    const { items, next } = page(found, query.limit, {
      cursors,
      within: holderId,
      positionOf: ({ readId }) => readId,
    })
    const institution = await institutionOf(kernel, institutionId)
    return { status: 200, body: { items: items.map((row) => readReply(kernel, institution, row)), next } }
  },
})

function readReply(kernel: Kernel, institution: InstitutionRow, row: ReadRow): z.infer<typeof ReadReply> {
  const { readId, readAt, role, purpose, applicationId, cases } = row
  return {
    readId,
    readAt: readAt.toISOString(),
    institution: { en: institution.titleEn, ur: institution.titleUr },
    role,
    roleTitle: roleTitle(kernel, role),
    purpose,
    purposeTitle: purposes[purpose].label,
    what: readKind(row),
    applicationId,
    cases,
  }
}

const exportRoute = fileOperation({
  id: 'persons.export',
  method: 'POST',
  path: '/v1/persons/{personId}/export',
  summary: 'Everything held on a person as one archive that they can read; making it is recorded as a read',
  scope: 'person.read',
  params: PersonParams,
  query: z.strictObject({}),
  body: undefined,
  mediaTypes: ['application/x-tar'],
  refusals: [
    'access.application_foreign',
    'policy.refused',
    'policy.unavailable',
    'vault.person_erased',
    'vault.person_unknown',
    'vault.purpose_forbidden',
  ],
  async handle(kernel, { actor, params }) {
    requireUnbound(actor)
    const holderId = params.personId
    const request = { holderId, purpose: 'subject_request', pages: kernel.exportPages } as const
    const chunks = await exportPerson(kernel, actor, request)
    return { mediaType: 'application/x-tar', fileName: `${holderId}.tar`, chunks }
  },
})

const eraseRoute = operation({
  id: 'persons.erase',
  method: 'POST',
  path: '/v1/persons/{personId}/erase',
  summary: 'Destroys the key of a person’s data; nothing brings it back',
  scope: 'person.erase',
  params: PersonParams,
  query: z.strictObject({}),
  body: z.strictObject({ reason: ErasureGround }),
  reply: {
    status: 200,
    schema: z.strictObject({
      personId: z.uuid(),
      cases: z.number().int().describe('Cases about the person; they stay, without what was sealed'),
      refusedRows: z.number().int().describe('Refused rows of imports that mentioned the person, deleted'),
      erasedAt: z.iso.datetime(),
    }),
  },
  refusals: [
    'access.proof_stale',
    'access.application_foreign',
    'application.not_installed',
    'vault.person_erased',
    'vault.person_unknown',
    'right.held',
    'right.held',
    'vault.case_in_review',
    'vault.retention_required',
  ],
  async handle(kernel, { actor, params, body }) {
    requireUnbound(actor)
    const { holderId, erasedAt, cases, refusedRows } = await erasePerson(kernel, actor, {
      holderId: params.personId,
      ground: body.reason,
    })
    const erased = { personId: holderId, cases, refusedRows, erasedAt: erasedAt.toISOString() }
    return { status: 200, body: erased }
  },
})

export const operations: readonly AnyOperation[] = [findRoute, showRoute, readsRoute, exportRoute, eraseRoute]
