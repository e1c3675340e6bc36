import { legalBasisKinds } from '@khudi/sdk'
import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const SystemState = z.enum(['live', 'stopped'])

export const SystemRow = z.strictObject({
  registrationId: z.uuid(),
  applicationId: z.string(),
  applicationDigest: Bytes,
  state: SystemState,
  /** On what it stood in law when it was registered; null where that was before legal bases were kept. */
  legalBasisKind: z.enum(legalBasisKinds).nullable(),
  legalBasisEn: z.string().nullable(),
  legalBasisUr: z.string().nullable(),
  legalBasisSection: z.string().nullable(),
  registeredAt: z.date(),
})
export type SystemRow = z.infer<typeof SystemRow>

const columns = `registration_id, application_id, application_digest, state, legal_basis_kind, legal_basis_en, legal_basis_ur,
    legal_basis_section, registered_at`

export const insertSystem = statement({
  name: 'register.insert',
  text: `
    insert into ai_systems (institution_id, registration_id, application_id, application_digest, state, registered_at,
      legal_basis_kind, legal_basis_en, legal_basis_ur, legal_basis_section)
    values ($1, $2, $3, $4, 'live', $5, $6, $7, $8, $9)`,
})

/** The registration in force. */
export const systemById = statement({
  name: 'register.byId',
  text: `
    select ${columns} from ai_systems
    where institution_id = $1 and application_id = $2
    order by registration_id desc
    limit 1`,
  row: SystemRow,
})

/** The registration in force of every application. */
export const listSystems = statement({
  name: 'register.list',
  text: `
    select distinct on (application_id) ${columns} from ai_systems
    where institution_id = $1
    order by application_id, registration_id desc`,
  row: SystemRow,
})
