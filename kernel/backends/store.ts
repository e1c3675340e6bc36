import { classifications } from '@khudi/sdk'
import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'
import { BackendKind } from './facts.ts'

export const Scheme = z.enum(['https', 'http', 'postgresql', 'smtps', 'ntp'])

export const BackendRow = z.strictObject({
  backendId: z.string(),
  version: z.number().int(),
  change: z.enum(['registered', 'amended', 'withdrawn']),
  kind: BackendKind,
  titleEn: z.string(),
  titleUr: z.string(),
  scheme: Scheme.nullable(),
  host: z.string().nullable(),
  port: z.number().int().nullable(),
  addresses: z.array(z.string()),
  classifications: z.array(z.enum(classifications)),
  location: z.string(),
  operatorLaw: z.string(),
  ownerLaw: z.string(),
  keyHolder: z.string(),
  evidence: z.string(),
  evidenceDigest: Bytes.nullable(),
  expiresAt: z.date().nullable(),
  isBuiltIn: z.boolean(),
  changedAt: z.date(),
})
export type BackendRow = z.infer<typeof BackendRow>

const columns = `backend_id, version, change, kind, title_en, title_ur, scheme, host, port, addresses, classifications,
    location, operator_law, owner_law, key_holder, evidence, evidence_digest, expires_at, is_built_in, changed_at`

/** Nothing where another has taken the version meanwhile. */
export const insertBackend = statement({
  name: 'backends.insert',
  text: `
    insert into backends (institution_id, ${columns})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
    on conflict do nothing`,
})

/** The version in force, withdrawn or not. */
export const backendById = statement({
  name: 'backends.byId',
  text: `
    select ${columns} from backends
    where institution_id = $1 and backend_id = $2
    order by version desc
    limit 1`,
  row: BackendRow,
})

/** The version in force of each of these that is in the register, withdrawn or not. */
export const backendsById = statement({
  name: 'backends.byIds',
  text: `
    select distinct on (backend_id) ${columns} from backends
    where institution_id = $1 and backend_id = any($2::text[])
    order by backend_id, version desc`,
  row: BackendRow,
})

/** The version in force of every backend, those withdrawn included. */
export const listBackends = statement({
  name: 'backends.list',
  text: `
    select distinct on (backend_id) ${columns} from backends
    where institution_id = $1
    order by backend_id, version desc`,
  row: BackendRow,
})

/** Every version of one, newest first. */
export const backendVersions = statement({
  name: 'backends.versions',
  text: `select ${columns} from backends where institution_id = $1 and backend_id = $2 order by version desc`,
  row: BackendRow,
})

export const homeCountry = statement({
  name: 'backends.homeCountry',
  text: `
    select country from home_countries
    where institution_id = $1
    order by setting_id desc
    limit 1`,
  row: z.strictObject({ country: z.string() }),
})

export const insertHomeCountry = statement({
  name: 'backends.insertHomeCountry',
  text: 'insert into home_countries (institution_id, setting_id, country, set_at) values ($1, $2, $3, $4)',
})

export const insertTransfer = statement({
  name: 'backends.insertTransfer',
  text: `
    insert into transfers (institution_id, transfer_id, backend_id, backend_version, classification, purpose, role,
      is_redacted, transferred_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
})
