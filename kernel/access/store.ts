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

export const accountByUsername = statement({
  name: 'access.accountByUsername',
  text: `select ${columns} from accounts where institution_id = $1 and username = $2`,
  row: AccountRow,
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

export const insertSession = statement({
  name: 'access.insertSession',
  text: `
    insert into sessions (institution_id, token_hash, account_id, created_at, expires_at)
    values ($1, $2, $3, $4, $5)`,
})

/** The account behind a session that is still good. */
export const accountOfSession = statement({
  name: 'access.accountOfSession',
  text: `
    select accounts.account_id, username, roles, password_hash, language, accounts.created_at, disabled_at
    from sessions join accounts using (institution_id, account_id)
    where institution_id = $1 and token_hash = $2 and expires_at > $3 and disabled_at is null`,
  row: AccountRow,
})

export const deleteSession = statement({
  name: 'access.deleteSession',
  text: 'delete from sessions where institution_id = $1 and token_hash = $2',
})

export const deleteExpiredSessions = statement({
  name: 'access.deleteExpiredSessions',
  text: 'delete from sessions where institution_id = $1 and expires_at <= $2',
})

export const insertKey = statement({
  name: 'access.insertKey',
  text: `
    insert into access_keys (institution_id, key_hash, label, roles, application_id, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
})

export const keyByHash = statement({
  name: 'access.keyByHash',
  text: `
    select label, roles, application_id from access_keys
    where institution_id = $1 and key_hash = $2 and expires_at > $3 and revoked_at is null`,
  row: z.strictObject({
    label: z.string(),
    roles: z.array(z.string()),
    applicationId: z.string().nullable(),
  }),
})
