/** What the environment says about this installation. Read once; everything after takes it as an argument. */
import { hostname } from 'node:os'
import { delimiter, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { Fatal } from '../kernel/errors.ts'

export interface Settings {
  /** Data folder, absolute. */
  readonly folder: string
  /** The institution's own PostgreSQL; `undefined` for ours. */
  readonly databaseUrl: string | undefined
  readonly databaseSecret: string | undefined
  readonly keys: KeySettings
  /** Folders that hold applications, one folder an application; ours first. */
  readonly applicationFolders: readonly string[]
  readonly enginesFolder: string
  /**
   * What origins of logs begin with, `fbr.gov.pk/log`: an institution's is this, a slash and its short name. Kept by a log from
   * its first checkpoint on, whatever is said here later.
   */
  readonly logOrigin: string
  readonly host: string
  readonly port: number
  /** Whether browsers reach the server by https (a proxy in front ends it). */
  readonly isSecure: boolean
  readonly trustedProxies: readonly string[]
  readonly metricsToken: string | undefined
  /** Whether a node without an institution gets the demonstration. */
  readonly hasDemonstration: boolean
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** What guards the keys: a passphrase (one of our own choosing where none is given), or a program instead of files. */
export interface KeySettings {
  readonly passphrase: string | undefined
  readonly passphraseFile: string | undefined
  readonly command: string | undefined
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const list = (text: string | undefined, separator: string) =>
  text?.split(separator).filter((part) => part !== '') ?? []
const onOff = z.enum(['on', 'off'])

const Environment = z.object({
  KHUDI_VAR: z.string().optional(),
  DATABASE_URL: z.string().min(1).optional(),
  KHUDI_DATABASE_SECRET: z.string().optional(),
  KHUDI_KEY_PASSPHRASE: z.string().min(1).optional(),
  KHUDI_KEY_PASSPHRASE_FILE: z.string().min(1).optional(),
  KHUDI_KEY_COMMAND: z.string().min(1).optional(),
  KHUDI_APPLICATIONS: z.string().optional(),
  KHUDI_LOG_ORIGIN: z
    .string()
    .regex(/^[^\s+/]+(\/[^\s+/]+)*$/)
    .optional(),
  KHUDI_HOST: z.string().default('127.0.0.1'),
  KHUDI_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  KHUDI_HTTPS: onOff.default('off'),
  KHUDI_TRUSTED_PROXIES: z.string().optional(),
  KHUDI_METRICS_TOKEN: z.string().min(16).optional(),
  KHUDI_DEMONSTRATION: onOff.default('on'),
  KHUDI_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('warn'),
})

/** @throws Fatal `settings.invalid` naming the variable */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const read = Environment.safeParse(environment)
  if (!read.success) {
    const name = String(read.error.issues[0]?.path[0] ?? '')
    throw new Fatal('settings.invalid', { name })
  }
  const given = read.data
  return {
    folder: resolve(given.KHUDI_VAR ?? here('../var')),
    databaseUrl: given.DATABASE_URL,
    databaseSecret: given.KHUDI_DATABASE_SECRET,
    keys: keySettings(given),
    applicationFolders: [
      here('../applications'),
      ...list(given.KHUDI_APPLICATIONS, delimiter).map((path) => resolve(path)),
    ],
    enginesFolder: here('../engines'),
    logOrigin: given.KHUDI_LOG_ORIGIN ?? `${hostname()}/log`,
    host: given.KHUDI_HOST,
    port: given.KHUDI_PORT,
    isSecure: given.KHUDI_HTTPS === 'on',
    trustedProxies: list(given.KHUDI_TRUSTED_PROXIES, ','),
    metricsToken: given.KHUDI_METRICS_TOKEN,
    hasDemonstration: given.KHUDI_DEMONSTRATION === 'on',
    logLevel: given.KHUDI_LOG,
  }
}

/** @throws Fatal `settings.invalid` where more than one is given: which was meant is not guessed */
function keySettings(given: z.output<typeof Environment>): KeySettings {
  const names = ['KHUDI_KEY_PASSPHRASE', 'KHUDI_KEY_PASSPHRASE_FILE', 'KHUDI_KEY_COMMAND'] as const
  const [, second] = names.filter((name) => given[name] !== undefined)
  if (second !== undefined) throw new Fatal('settings.invalid', { name: second })
  return {
    passphrase: given.KHUDI_KEY_PASSPHRASE,
    passphraseFile: given.KHUDI_KEY_PASSPHRASE_FILE,
    command: given.KHUDI_KEY_COMMAND,
  }
}
