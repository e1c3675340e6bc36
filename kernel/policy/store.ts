import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const PolicyVersionRow = z.strictObject({
  version: z.number().int(),
  /** SHA-256 of `files`. */
  digest: Bytes,
  /** Canonical JSON: name and text of each file, in the order of the names. */
  files: z.string(),
  /** `account:<uuid>` or `operator:<user>`; `platform` for what the platform comes with. */
  proposedBy: z.string(),
  /** Null for what the platform comes with. */
  approvedBy: z.string().nullable(),
  setAt: z.date(),
})
export type PolicyVersionRow = z.infer<typeof PolicyVersionRow>

const columns = 'version, digest, files, proposed_by, approved_by, set_at'

/** The version in force. */
export const latestVersion = statement({
  name: 'policy.latest',
  text: `
    select ${columns} from policy_versions
    where institution_id = $1 order by version desc limit 1`,
  row: PolicyVersionRow,
})

/** Newest first. */
export const listVersions = statement({
  name: 'policy.list',
  text: `select ${columns} from policy_versions where institution_id = $1 order by version desc`,
  row: PolicyVersionRow,
})

/** Nothing where the version is there already: somebody else was faster. */
export const insertVersion = statement({
  name: 'policy.insert',
  text: `
    insert into policy_versions (institution_id, version, digest, files, proposed_by, approved_by, set_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (institution_id, version) do nothing`,
})
