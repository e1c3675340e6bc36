import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'
import { Purpose } from '../registers/purpose.ts'

export const KeyRow = z.strictObject({
  keyHash: Bytes,
  label: z.string(),
  roles: z.array(z.string()),
  applicationId: z.string().nullable(),
  purposes: z.array(Purpose).nullable(),
  /** Networks in CIDR notation. */
  addresses: z.array(z.string()).nullable(),
  createdAt: z.date(),
  expiresAt: z.date(),
  revokedAt: z.date().nullable(),
})
export type KeyRow = z.infer<typeof KeyRow>

export const UsedKeyRow = KeyRow.extend({ usedAt: z.date().nullable() })
export type UsedKeyRow = z.infer<typeof UsedKeyRow>

const columns = `access_keys.key_hash, label, roles, application_id, purposes, addresses, created_at, expires_at, revoked_at`

export const insertKey = statement({
  name: 'keys.insert',
  text: `
    insert into access_keys
      (institution_id, key_hash, label, roles, application_id, purposes, addresses, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
})

export const keyByHash = statement({
  name: 'keys.byHash',
  text: `select ${columns} from access_keys where institution_id = $1 and key_hash = $2`,
  row: KeyRow,
})

export const listKeys = statement({
  name: 'keys.list',
  text: `
    select ${columns}, used_at
    from access_keys left join access_key_uses uses
      on uses.institution_id = access_keys.institution_id and uses.key_hash = access_keys.key_hash
    where access_keys.institution_id = $1
    order by created_at desc, access_keys.key_hash`,
  row: UsedKeyRow,
})

/** No row where it was revoked already. */
export const revokeKeyRow = statement({
  name: 'keys.revoke',
  text: `
    update access_keys set revoked_at = $3
    where institution_id = $1 and key_hash = $2 and revoked_at is null`,
})

/** At most once in a minute ($4: a minute before) whichever process says so. */
export const noteUse = statement({
  name: 'keys.noteUse',
  text: `
    insert into access_key_uses (institution_id, key_hash, used_at) values ($1, $2, $3)
    on conflict (institution_id, key_hash) do update set used_at = excluded.used_at
    where access_key_uses.used_at < $4`,
})
