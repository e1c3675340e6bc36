/**
 * The two kinds of PostgreSQL: our own server and the institution's. Both say how to connect as a role; the rest of the
 * kernel does not know which it is.
 */
import { hkdfSync } from 'node:crypto'
import type pg from 'pg'
import type { Server } from './server.ts'

/** What both sides agree on, whatever the server's own defaults are; decode.ts relies on it. */
const SESSION = [
  'timezone=UTC',
  'datestyle=ISO',
  'intervalstyle=iso_8601',
  'bytea_output=hex',
  'extra_float_digits=1',
  'client_encoding=UTF8',
  'standard_conforming_strings=on',
  'default_transaction_isolation=read\\ committed',
]

export interface Cluster {
  /** Name of the database. */
  readonly database: string
  /** Connects as a role with the schema as its search path. Keeps no state: may be called at any time. */
  connection(role: string, schema: string): pg.ClientConfig
  /** Connects as the owner of the database, who makes roles and runs migrations. */
  owner(schema: string): pg.ClientConfig
  /** Password of a role; undefined where the socket's folder is the lock. */
  password(role: string): string | undefined
}

export const EMBEDDED_OWNER = 'khudi_owner'

/** A database of our own server. */
export function embeddedCluster(server: Pick<Server, 'connection'>, database: string): Cluster {
  const connection = (role: string, schema: string): pg.ClientConfig => ({
    ...server.connection(role, database),
    ...session(schema),
  })
  return {
    database,
    connection,
    owner: (schema) => connection(EMBEDDED_OWNER, schema),
    password: () => undefined,
  }
}

/**
 * The database of `DATABASE_URL`. Roles have passwords made from `secret` (32 random bytes) by HKDF-SHA-256 (RFC 5869),
 * so none is stored.
 */
export function externalCluster(url: string, secret: Uint8Array): Cluster {
  const { database } = partsOf(url)
  const password = (role: string): string =>
    Buffer.from(hkdfSync('sha256', secret, '', `khudi database role ${role}`, 32)).toString('base64url')
  return {
    database,
    password,
    connection: (role, schema) => ({
      connectionString: withParts(url, { user: role, password: password(role) }),
      ...session(schema),
    }),
    owner: (schema) => ({ connectionString: url, ...session(schema) }),
  }
}

function session(schema: string): pg.ClientConfig {
  const settings = [...SESSION, `search_path="${schema}"`]
  return { application_name: 'khudi', options: settings.map((setting) => `-c ${setting}`).join(' ') }
}

/** A URL of a socket has no host (`postgresql://user@/database?host=/run`), which the standard's parser refuses. */
const NO_HOST = 'no-host.invalid'

function parse(url: string): URL {
  return new URL(url.replace(/^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)\//, `$1${NO_HOST}/`))
}

/** User and database that a URL names; the database is named like the user where it names none. */
export function partsOf(url: string): { readonly user: string; readonly database: string } {
  const parsed = parse(url)
  const user = decodeURIComponent(parsed.username)
  const named = decodeURIComponent(parsed.pathname.slice(1))
  return { user, database: named !== '' ? named : user }
}

/** Where the server of a URL is reached: a host and port, or a socket of this machine. */
export function placeOf(url: string): { readonly host: string; readonly port: number } | 'socket' {
  const { hostname, port, searchParams } = parse(url)
  const named = hostname === NO_HOST ? '' : decodeURIComponent(hostname)
  const host = searchParams.get('host') ?? (named === '' ? 'localhost' : named)
  if (host.startsWith('/')) return 'socket'
  return { host: host.replace(/^\[|\]$/g, ''), port: port === '' ? 5432 : Number(port) }
}

/**
 * The host that a URL leads to without encryption, or without a look at who answers; `undefined` where nobody can listen in: a socket,
 * this machine, or TLS with the certificate checked. What a driver takes a mode for is not what its name says everywhere, so
 * only these are taken (node-postgres reads the first three as `verify-full`, unless it is to be like libpq).
 */
export function unguardedHost(url: string): string | undefined {
  const { hostname, searchParams } = parse(url)
  const host = searchParams.get('host') ?? hostname
  const isHere = host === '' || host === NO_HOST || host.startsWith('/') || host === 'localhost'
  if (isHere || host === '[::1]' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)) return undefined
  const mode = searchParams.get('sslmode') ?? ''
  const checked =
    searchParams.get('uselibpqcompat') === 'true' ? ['verify-full'] : ['require', 'verify-ca', 'verify-full']
  return checked.includes(mode) ? undefined : host
}

interface Parts {
  readonly user?: string
  readonly password?: string
  readonly database?: string
}

/** The same server with another user or database. */
export function withParts(url: string, { user, password, database }: Parts): string {
  const parsed = parse(url)
  if (user !== undefined) parsed.username = encodeURIComponent(user)
  if (password !== undefined) parsed.password = encodeURIComponent(password)
  if (database !== undefined) parsed.pathname = `/${encodeURIComponent(database)}`
  return parsed.href.replace(NO_HOST, '')
}
