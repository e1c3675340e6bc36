import { z } from 'zod'
import { statement } from '../db/statement.ts'

/** How far somebody has come in signing in. */
export const Stage = z.enum(['full', 'second_factor', 'enrolment'])
export type Stage = z.infer<typeof Stage>

/** How a session was opened. */
export const Method = z.enum(['password', 'password_totp', 'password_recovery', 'passkey', 'issuer'])
export type Method = z.infer<typeof Method>

/** Where a browser is, as far as its address says. */
export const AddressClass = z.enum(['machine', 'private', 'public', 'unknown'])
export type AddressClass = z.infer<typeof AddressClass>

const Account = z.strictObject({
  accountId: z.uuid(),
  username: z.string(),
  /** PHC string of Argon2id: the password in force. */
  passwordHash: z.string(),
  language: z.enum(['en', 'ur']),
  disabledAt: z.date().nullable(),
})
export type Account = z.infer<typeof Account>

/** Accounts with the password in force: the last one that was set, else the first. */
const accountsNow = `
    select accounts.account_id, username, coalesce(latest.password_hash, accounts.password_hash) as password_hash,
      language, disabled_at
    from accounts left join lateral (
      select passwords.password_hash from passwords
      where passwords.institution_id = accounts.institution_id and passwords.account_id = accounts.account_id
      order by password_id desc limit 1
    ) as latest on true`

export const accountByUsername = statement({
  name: 'signIn.accountByUsername',
  text: `${accountsNow} where institution_id = $1 and username = $2`,
  row: Account,
})

export const accountById = statement({
  name: 'signIn.accountById',
  text: `${accountsNow} where institution_id = $1 and account_id = $2`,
  row: Account,
})

export const insertPassword = statement({
  name: 'signIn.insertPassword',
  text: `
    insert into passwords (institution_id, password_id, account_id, password_hash, set_at)
    values ($1, $2, $3, $4, $5)`,
})

/** Sessions of one account wait for one another here: what changes an account's factors counts what is left of them. */
export const lockAccount = statement({
  name: 'signIn.lockAccount',
  text: 'select account_id from accounts where institution_id = $1 and account_id = $2 for update',
  row: z.strictObject({ accountId: z.uuid() }),
})

export const insertSession = statement({
  name: 'signIn.insertSession',
  text: `
    insert into sessions (institution_id, token_hash, session_id, account_id, stage, method, verified_at, created_at,
      last_seen_at, expires_at, address_class, browser)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11)`,
})

/** The session behind a token, with its account; $3 is now, $4 since when it must have been seen. */
export const sessionByToken = statement({
  name: 'signIn.sessionByToken',
  text: `
    select session_id, stage, method, verified_at, sessions.created_at, last_seen_at, expires_at,
      accounts.account_id, username, language
    from sessions join accounts using (institution_id, account_id)
    where institution_id = $1 and token_hash = $2 and expires_at > $3 and last_seen_at > $4 and disabled_at is null`,
  row: z.strictObject({
    sessionId: z.uuid(),
    stage: Stage,
    method: Method,
    verifiedAt: z.date(),
    createdAt: z.date(),
    lastSeenAt: z.date(),
    expiresAt: z.date(),
    accountId: z.uuid(),
    username: z.string(),
    language: z.enum(['en', 'ur']),
  }),
})

export const touchSession = statement({
  name: 'signIn.touchSession',
  text: `
    update sessions set last_seen_at = $3
    where institution_id = $1 and token_hash = $2 and last_seen_at < $3`,
})

export const deleteSession = statement({
  name: 'signIn.deleteSession',
  text: 'delete from sessions where institution_id = $1 and token_hash = $2',
})

export const deleteSessionOf = statement({
  name: 'signIn.deleteSessionOf',
  text: 'delete from sessions where institution_id = $1 and account_id = $2 and session_id = $3',
})

/** All sessions of an account but one; of none where $3 is null. */
export const deleteOtherSessions = statement({
  name: 'signIn.deleteOtherSessions',
  text: `
    delete from sessions
    where institution_id = $1 and account_id = $2 and ($3::uuid is null or session_id <> $3::uuid)`,
})

/** What nobody can use any more; $2 is now, $3 since when a session must have been seen. */
export const deleteEndedSessions = statement({
  name: 'signIn.deleteEndedSessions',
  text: 'delete from sessions where institution_id = $1 and (expires_at <= $2 or last_seen_at <= $3)',
})

export const SessionRow = z.strictObject({
  sessionId: z.uuid(),
  method: Method,
  createdAt: z.date(),
  lastSeenAt: z.date(),
  addressClass: AddressClass,
  browser: z.string(),
})
export type SessionRow = z.infer<typeof SessionRow>

export const sessionsOfAccount = statement({
  name: 'signIn.sessionsOfAccount',
  text: `
    select session_id, method, created_at, last_seen_at, address_class, browser from sessions
    where institution_id = $1 and account_id = $2 and stage = 'full' and expires_at > $3 and last_seen_at > $4
    order by last_seen_at desc, session_id`,
  row: SessionRow,
})

/** Whether a second factor is asked of everybody. */
export const SecondFactor = z.enum(['required', 'optional'])
export type SecondFactor = z.infer<typeof SecondFactor>

export const ruleInForce = statement({
  name: 'signIn.ruleInForce',
  text: `
    select rule_id, second_factor from sign_in_rules where institution_id = $1 order by rule_id desc limit 1`,
  row: z.strictObject({ ruleId: z.uuid(), secondFactor: SecondFactor }),
})

export const insertRule = statement({
  name: 'signIn.insertRule',
  text: 'insert into sign_in_rules (institution_id, rule_id, second_factor, set_at) values ($1, $2, $3, $4)',
})

export const FactorKind = z.enum(['totp', 'passkey', 'recovery_codes'])
export type FactorKind = z.infer<typeof FactorKind>

export const FactorRow = z.strictObject({
  factorId: z.uuid(),
  accountId: z.uuid(),
  kind: FactorKind,
  name: z.string(),
  credentialId: z.instanceof(Uint8Array).nullable(),
  material: z.instanceof(Uint8Array),
  counter: z.number().int(),
  transports: z.array(z.string()),
  addedAt: z.date(),
  lastUsedAt: z.date().nullable(),
})
export type FactorRow = z.infer<typeof FactorRow>

const factorColumns =
  'factor_id, account_id, kind, name, credential_id, material, counter, transports, added_at, last_used_at'

export const factorsOfAccount = statement({
  name: 'signIn.factorsOfAccount',
  text: `
    select ${factorColumns} from factors
    where institution_id = $1 and account_id = $2 and removed_at is null order by factor_id`,
  row: FactorRow,
})

export const factorByCredential = statement({
  name: 'signIn.factorByCredential',
  text: `
    select ${factorColumns} from factors
    where institution_id = $1 and credential_id = $2 and removed_at is null`,
  row: FactorRow,
})

export const insertFactor = statement({
  name: 'signIn.insertFactor',
  text: `
    insert into factors (institution_id, factor_id, account_id, kind, name, credential_id, material, counter, transports,
      added_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict do nothing`,
})

export const removeFactor = statement({
  name: 'signIn.removeFactor',
  text: `
    update factors set removed_at = $4
    where institution_id = $1 and account_id = $2 and factor_id = $3 and removed_at is null`,
})

/** Takes a counter on: a time step or signature counter that is not above the last one changes nothing. */
export const advanceFactor = statement({
  name: 'signIn.advanceFactor',
  text: `
    update factors set counter = $3, last_used_at = $4
    where institution_id = $1 and factor_id = $2 and counter < $3 and removed_at is null`,
})

/** The same of an authenticator that does not count. */
export const useUncounted = statement({
  name: 'signIn.useUncounted',
  text: `
    update factors set last_used_at = $3
    where institution_id = $1 and factor_id = $2 and counter = 0 and removed_at is null`,
})

/** Uses one of the recovery codes up, by its bit; changes nothing where it was used. */
export const spendCode = statement({
  name: 'signIn.spendCode',
  text: `
    update factors set counter = counter | $3, last_used_at = $4
    where institution_id = $1 and factor_id = $2 and counter & $3 = 0 and removed_at is null`,
  parameters: ['uuid', 'uuid', 'bigint', 'timestamp with time zone'],
})

export const deviceOfAccount = statement({
  name: 'signIn.deviceOfAccount',
  text: `
    select last_seen_at from sign_in_devices
    where institution_id = $1 and device_hash = $2 and account_id = $3 and last_seen_at > $4`,
  row: z.strictObject({ lastSeenAt: z.date() }),
})

export const insertDevice = statement({
  name: 'signIn.insertDevice',
  text: `
    insert into sign_in_devices (institution_id, device_hash, account_id, first_seen_at, last_seen_at)
    values ($1, $2, $3, $4, $4)
    on conflict (institution_id, device_hash, account_id) do update set last_seen_at = excluded.last_seen_at`,
})

export const deleteOldDevices = statement({
  name: 'signIn.deleteOldDevices',
  text: 'delete from sign_in_devices where institution_id = $1 and last_seen_at <= $2',
})

export const deleteDevicesOf = statement({
  name: 'signIn.deleteDevicesOf',
  text: 'delete from sign_in_devices where institution_id = $1 and account_id = $2',
})

/**
 * Takes one attempt off an allowance; no row where there is none left. $4 is now, $5 the seconds that one attempt costs, $6 the
 * seconds that attempts may run ahead.
 */
export const spendAllowance = statement({
  name: 'signIn.spendAllowance',
  text: `
    insert into sign_in_allowances as allowance (institution_id, subject, device, spent_until)
    values ($1, $2, $3, $4::timestamptz + make_interval(secs => $5::float8))
    on conflict (institution_id, subject, device) do update
      set spent_until = greatest(allowance.spent_until, $4) + make_interval(secs => $5)
      where greatest(allowance.spent_until, $4) + make_interval(secs => $5) <= $4 + make_interval(secs => $6::float8)`,
  parameters: ['uuid', 'bytea', 'bytea', 'timestamp with time zone', 'double precision', 'double precision'],
})

export const allowanceSpent = statement({
  name: 'signIn.allowanceSpent',
  text: `
    select spent_until from sign_in_allowances where institution_id = $1 and subject = $2 and device = $3`,
  row: z.strictObject({ spentUntil: z.date() }),
})

/** Gives an attempt back that was no guess. */
export const refundAllowance = statement({
  name: 'signIn.refundAllowance',
  text: `
    update sign_in_allowances set spent_until = spent_until - make_interval(secs => $4)
    where institution_id = $1 and subject = $2 and device = $3`,
  parameters: ['uuid', 'bytea', 'bytea', 'double precision'],
})

export const deletePastAllowances = statement({
  name: 'signIn.deletePastAllowances',
  text: 'delete from sign_in_allowances where institution_id = $1 and spent_until <= $2',
})

export const insertCeremony = statement({
  name: 'signIn.insertCeremony',
  text: `
    insert into sign_in_ceremonies (institution_id, token_hash, kind, sealed, expires_at)
    values ($1, $2, $3, $4, $5)`,
})

export const takeCeremony = statement({
  name: 'signIn.takeCeremony',
  text: `
    delete from sign_in_ceremonies where institution_id = $1 and token_hash = $2 and kind = $3
    returning sealed, expires_at`,
  row: z.strictObject({ sealed: z.instanceof(Uint8Array), expiresAt: z.date() }),
})

export const deletePastCeremonies = statement({
  name: 'signIn.deletePastCeremonies',
  text: 'delete from sign_in_ceremonies where institution_id = $1 and expires_at <= $2',
})

export const IssuerRow = z.strictObject({
  issuerId: z.uuid(),
  issuer: z.string(),
  clientId: z.string(),
  sealedSecret: z.instanceof(Uint8Array).nullable(),
  titleEn: z.string(),
  titleUr: z.string(),
  backendId: z.string(),
  isFactorTrusted: z.boolean(),
  /** JSON text. */
  rules: z.string(),
  addedAt: z.date(),
})
export type IssuerRow = z.infer<typeof IssuerRow>

const issuerColumns =
  'issuer_id, issuer, client_id, sealed_secret, title_en, title_ur, backend_id, is_factor_trusted, rules::text as rules, added_at'

/** Nothing where the issuer is in use already. */
export const insertIssuer = statement({
  name: 'signIn.insertIssuer',
  text: `
    insert into issuers (institution_id, issuer_id, issuer, client_id, sealed_secret, title_en, title_ur, backend_id,
      is_factor_trusted, rules, added_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict do nothing`,
})

export const removeIssuerRow = statement({
  name: 'signIn.removeIssuer',
  text: `
    update issuers set removed_at = $3 where institution_id = $1 and issuer_id = $2 and removed_at is null`,
})

export const issuersInUse = statement({
  name: 'signIn.issuersInUse',
  text: `select ${issuerColumns} from issuers where institution_id = $1 and removed_at is null order by issuer_id`,
  row: IssuerRow,
})

export const issuerById = statement({
  name: 'signIn.issuerById',
  text: `
    select ${issuerColumns} from issuers where institution_id = $1 and issuer_id = $2 and removed_at is null`,
  row: IssuerRow,
})

/** The account that a subject of an issuer is the holder of. */
export const identityBySubject = statement({
  name: 'signIn.identityBySubject',
  text: 'select account_id from identities where institution_id = $1 and subject_hash = $2',
  row: z.strictObject({ accountId: z.uuid() }),
})

export const insertIdentity = statement({
  name: 'signIn.insertIdentity',
  text: `
    insert into identities (institution_id, identity_id, issuer, subject_hash, account_id, linked_at)
    values ($1, $2, $3, $4, $5, $6)`,
})

/** One subject's first sign-ins wait for one another: two at once would open two accounts. */
export const lockSubject = statement({
  name: 'signIn.lockSubject',
  text: 'select pg_advisory_xact_lock(hashtextextended($1::text, 0))::text as locked',
  row: z.strictObject({ locked: z.string() }),
})

/** The issuer in use that an account's identity is of. */
export const issuerOfAccount = statement({
  name: 'signIn.issuerOfAccount',
  text: `
    select issuers.issuer_id from identities join issuers using (institution_id, issuer)
    where institution_id = $1 and account_id = $2 and removed_at is null limit 1`,
  row: z.strictObject({ issuerId: z.uuid() }),
})
