/**
 * Roles and schemas of the database.
 *
 * | role | may |
 * |---|---|
 * | owner | owns the schema `kernel`, runs migrations, makes roles; never serves a request |
 * | `khudi_kernel` | what the migrations grant in `kernel`, under row-level security |
 * | `khudi_app_<id>` | owns the schema `app_<id>`; nothing else |
 *
 * On our own server all connect without passwords over a socket that only the server's user reaches. On another's,
 * passwords come from the secret (see cluster.ts) and reach the server as SCRAM verifiers only, so that no log of
 * statements holds one.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import pg from 'pg'
import { Fatal } from '../errors.ts'
import type { Cluster } from './cluster.ts'
import { sqlState } from './unavailable.ts'

export const KERNEL_ROLE = 'khudi_kernel'
export const KERNEL_SCHEMA = 'kernel'

/** Names may hold hyphens and end up quoted; 53 letters leave room for the prefix within PostgreSQL's 63. */
const APPLICATION_ID = /^[a-z][a-z0-9_-]{0,52}$/

export function applicationRole(applicationId: string): string {
  return `khudi_app_${checked(applicationId)}`
}

export function applicationSchema(applicationId: string): string {
  return `app_${checked(applicationId)}`
}

function checked(applicationId: string): string {
  if (!APPLICATION_ID.test(applicationId)) throw new Error(`not an application's id: ${applicationId}`)
  return applicationId
}

/** Makes what is missing of roles and schemas; `owner` is connected as the owner. {@link Fatal} where it may not. */
export async function prepareRoles(
  owner: pg.ClientBase,
  cluster: Cluster,
  applicationIds: readonly string[],
): Promise<void> {
  const pairs = [
    [KERNEL_ROLE, KERNEL_SCHEMA],
    ...applicationIds.map((id) => [applicationRole(id), applicationSchema(id)]),
  ]
  const missing: string[] = []
  for (const [role = '', schema = ''] of pairs)
    missing.push(...(await missingFor(owner, cluster, { role, schema })))
  for (const sql of missing) await attempt(owner, sql, missing)
  await checkOwnership(owner)
}

/** Says so where the user is another than the one who made the schema, before a migration fails for it. */
async function checkOwnership(owner: pg.ClientBase): Promise<void> {
  const { rows } = await owner.query<{ user: string; owner: string; isOwner: boolean }>(
    `select current_user as user, nspowner::regrole::text as owner, pg_has_role(nspowner, 'usage') as "isOwner"
     from pg_namespace where nspname = $1`,
    [KERNEL_SCHEMA],
  )
  const [facts] = rows
  if (facts !== undefined && !facts.isOwner)
    throw new Fatal('database.not_owner', { user: facts.user, owner: facts.owner, schema: KERNEL_SCHEMA })
}

async function attempt(owner: pg.ClientBase, sql: string, all: readonly string[]): Promise<void> {
  try {
    await owner.query(sql)
  } catch (cause) {
    // Another process, or another database of the cluster, made it at the same moment.
    if (['42710', '42P06', '23505', 'XX000'].includes(sqlState(cause) ?? '')) return
    if (sqlState(cause) !== '42501') throw cause
    throw new Fatal('database.roles_missing', { sql: `${all.join('; ')};` }, { cause })
  }
}

interface Pair {
  readonly role: string
  readonly schema: string
}

/** Statements that would bring role and schema about; none where all is as it should be. */
async function missingFor(owner: pg.ClientBase, cluster: Cluster, { role, schema }: Pair): Promise<string[]> {
  const facts = await readFacts(owner, { role, schema })
  const statements: string[] = []
  const name = quote(role)
  const password = cluster.password(role)
  const clause = password === undefined ? '' : ` password '${scramVerifier(password)}'`
  if (!facts.roleExists) statements.push(`create role ${name} login${clause}`)
  else if (password !== undefined && !(await canLogIn(cluster, { role, schema })))
    statements.push(`alter role ${name} login${clause}`)
  // Who makes a role need not be a member of it, but must be to hand it a schema, and to back up what is in it.
  if (role !== KERNEL_ROLE && !facts.isMember) statements.push(`grant ${name} to current_user`)
  if (role === KERNEL_ROLE) {
    if (!facts.schemaExists) statements.push(`create schema ${quote(schema)}`)
    if (!facts.mayUseSchema) statements.push(`grant usage on schema ${quote(schema)} to ${name}`)
    if (facts.isOpen) statements.push(`revoke all on database ${quote(cluster.database)} from public`)
  } else if (!facts.schemaExists) statements.push(`create schema ${quote(schema)} authorization ${name}`)
  if (!facts.mayConnect || facts.isOpen)
    statements.push(`grant connect on database ${quote(cluster.database)} to ${name}`)
  return statements
}

interface Facts {
  readonly roleExists: boolean
  readonly schemaExists: boolean
  readonly mayUseSchema: boolean
  readonly mayConnect: boolean
  readonly isMember: boolean
  /** Whether everybody may connect to the database, or make temporary tables in it. */
  readonly isOpen: boolean
}

async function readFacts(owner: pg.ClientBase, { role, schema }: Pair): Promise<Facts> {
  const { rows } = await owner.query<Facts>({
    text: `
      with role as (select oid from pg_roles where rolname = $1),
           namespace as (select oid from pg_namespace where nspname = $2)
      select exists (select from role) as "roleExists",
             exists (select from namespace) as "schemaExists",
             coalesce((select has_schema_privilege(role.oid, namespace.oid, 'usage') from role, namespace), false)
               as "mayUseSchema",
             coalesce((select has_database_privilege(role.oid, current_database(), 'connect') from role), false)
               as "mayConnect",
             coalesce((select pg_has_role(role.oid, 'usage') from role), false) as "isMember",
             exists (select from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) as granted
                     where datname = current_database() and granted.grantee = 0) as "isOpen"`,
    values: [role, schema],
  })
  const [facts] = rows
  if (facts === undefined) throw new Error('the catalogue gave no row')
  return facts
}

async function canLogIn(cluster: Cluster, { role, schema }: Pair): Promise<boolean> {
  const client = new pg.Client(cluster.connection(role, schema))
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.end()
    return true
  } catch (error) {
    // 28P01 wrong password, 28000 may not log in, 42501 may not connect to this database (yet).
    if (['28P01', '28000', '42501'].includes(sqlState(error) ?? '')) return sqlState(error) === '42501'
    throw error
  }
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

/** RFC 5803's form, with the number of iterations that PostgreSQL takes by default. */
function scramVerifier(password: string): string {
  const iterations = 4096
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
