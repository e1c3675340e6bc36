import { z } from 'zod'
import { statement } from '../db/statement.ts'

export const AccountRow = z.strictObject({
  accountId: z.uuid(),
  username: z.string(),
  roles: z.array(z.string()),
  /** PHC string of Argon2id. */
  passwordHash: z.string(),
  language: z.enum(['en', 'ur']),
  createdAt: z.date(),
  disabledAt: z.date().nullable(),
})
export type AccountRow = z.infer<typeof AccountRow>

const columns = 'account_id, username, roles, password_hash, language, created_at, disabled_at'

export const insertAccount = statement({
  name: 'access.insertAccount',
  text: `
    insert into accounts (institution_id, account_id, username, roles, password_hash, language, created_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (institution_id, username) do nothing`,
})

export const accountNames = statement({
  name: 'access.accountNames',
  text: 'select account_id, username from accounts where institution_id = $1 and account_id = any($2::uuid[])',
  row: AccountRow.pick({ accountId: true, username: true }),
})

export const listAccounts = statement({
  name: 'access.listAccounts',
  text: `select ${columns} from accounts where institution_id = $1 order by username`,
  row: AccountRow,
})

/** The roles that an account is opened with, in the whole institution; see the column `grant_id` (0004_units.sql). */
export const insertFirstGrants = statement({
  name: 'access.insertFirstGrants',
  text: `
    insert into account_grants (institution_id, grant_id, account_id, role, unit_id, given_at)
    select distinct $1::uuid, overlay(overlay(encode(substr(sha256(textsend($2::text || ' ' || role)), 1, 16), 'hex') placing '8' from 13) placing '8' from 17)::uuid, $2::text::uuid,
      role, null::uuid, $4::timestamptz
    from unnest($3::text[]) as role`,
})

export const GrantRow = z.strictObject({
  grantId: z.uuid(),
  accountId: z.uuid(),
  role: z.string(),
  /** Null where the role holds in the whole institution. */
  unitId: z.uuid().nullable(),
  givenAt: z.date(),
})
export type GrantRow = z.infer<typeof GrantRow>

/** Nothing where the account has the role there already. */
export const insertGrant = statement({
  name: 'access.insertGrant',
  text: `
    insert into account_grants (institution_id, grant_id, account_id, role, unit_id, given_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict do nothing`,
})

export const grantsInForce = statement({
  name: 'access.grantsInForce',
  text: `
    select grant_id, account_id, role, unit_id, given_at from account_grants
    where institution_id = $1 and account_id = any($2::uuid[]) and revoked_at is null
    order by account_id, role, unit_id nulls first`,
  row: GrantRow,
})

export const revokeGrant = statement({
  name: 'access.revokeGrant',
  text: `
    update account_grants set revoked_at = $4
    where institution_id = $1 and account_id = $2 and grant_id = $3 and revoked_at is null`,
})

/** An account's roles, each with the units where it holds, those below included; no units where it holds everywhere. */
export const rightsOfAccount = statement({
  name: 'access.rightsOfAccount',
  text: `
    with recursive given as (
      select role, unit_id from account_grants
      where institution_id = $1 and account_id = $2 and revoked_at is null
    ), held (role, unit_id) as (
      select role, unit_id from given
      union
      select held.role, units.unit_id from held join units on units.institution_id = $1 and units.parent_id = held.unit_id
    )
    select role, bool_or(unit_id is null) as is_everywhere,
      coalesce(array_agg(unit_id) filter (where unit_id is not null), '{}') as unit_ids
    from held group by role order by role`,
  row: z.strictObject({ role: z.string(), isEverywhere: z.boolean(), unitIds: z.array(z.uuid()) }),
})

export const accountById = statement({
  name: 'access.accountById',
  text: `select ${columns} from accounts where institution_id = $1 and account_id = $2`,
  row: AccountRow,
})

/** Locks an account, so that what is granted to it is granted one after the other. */
export const lockAccount = statement({
  name: 'access.lockAccount',
  text: `select ${columns} from accounts where institution_id = $1 and account_id = $2 for update`,
  row: AccountRow,
})

export const disableAccount = statement({
  name: 'access.disableAccount',
  text: `
    update accounts set disabled_at = $3
    where institution_id = $1 and account_id = $2 and disabled_at is null`,
})

export const endSessions = statement({
  name: 'access.endSessions',
  text: 'delete from sessions where institution_id = $1 and account_id = $2',
})

/** A page of accounts by user name, behind $2. */
export const accountsAfter = statement({
  name: 'access.accountsAfter',
  text: `
    select ${columns} from accounts
    where institution_id = $1 and ($2::text is null or username > $2)
    order by username limit $3`,
  row: AccountRow,
})
