/** What the environment says about this installation. Read once; everything after takes it as an argument. */
import { hostname } from 'node:os'
import { delimiter, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { Country } from '../kernel/backends/facts.ts'
import { Fatal } from '../kernel/errors.ts'
import { type SignInSettings, workingDay } from '../kernel/sign-in/settings.ts'

export interface Settings {
  /** Data folder, absolute. */
  readonly folder: string
  /** The institution's own PostgreSQL; `undefined` for ours. */
  readonly databaseUrl: string | undefined
  readonly databaseSecret: string | undefined
  /** Where this machine stands and whose law it is run and owned under; home of institutions that say nothing else. */
  readonly country: string
  readonly keys: KeySettings
  /** Folders that hold the product's own applications, one folder an application. */
  readonly applicationFolders: readonly string[]
  /** Folders of further applications, which run confined. */
  readonly foreignFolders: readonly string[]
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
  readonly signIn: SignInSettings
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
  KHUDI_COUNTRY: Country.default('PK'),
  KHUDI_KEY_PASSPHRASE: z.string().min(1).optional(),
  KHUDI_KEY_PASSPHRASE_FILE: z.string().min(1).optional(),
  KHUDI_KEY_COMMAND: z.string().min(1).optional(),
  KHUDI_APPLICATIONS: z.string().optional(),
  KHUDI_TRUSTED_APPLICATIONS: z.string().optional(),
  KHUDI_LOG_ORIGIN: z
    .string()
    .regex(/^[^\s+/]+(\/[^\s+/]+)*$/)
    .optional(),
  KHUDI_HOST: z.string().default('127.0.0.1'),
  KHUDI_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  KHUDI_HTTPS: onOff.default('off'),
  KHUDI_TRUSTED_PROXIES: z.string().optional(),
  KHUDI_ORIGIN: z
    .url({ protocol: /^https?$/ })
    .refine((text) => URL.canParse(text) && new URL(text).pathname === '/')
    .optional(),
  KHUDI_SESSION_HOURS: z.coerce.number().positive().max(24).optional(),
  KHUDI_SESSION_IDLE_MINUTES: z.coerce.number().positive().max(1_440).optional(),
  KHUDI_FRESH_MINUTES: z.coerce.number().positive().max(60).optional(),
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
    country: given.KHUDI_COUNTRY,
    keys: keySettings(given),
    applicationFolders: [
      here('../applications'),
      ...list(given.KHUDI_TRUSTED_APPLICATIONS, delimiter).map((path) => resolve(path)),
    ],
    foreignFolders: list(given.KHUDI_APPLICATIONS, delimiter).map((path) => resolve(path)),
    enginesFolder: here('../engines'),
    logOrigin: given.KHUDI_LOG_ORIGIN ?? `${hostname()}/log`,
    host: given.KHUDI_HOST,
    port: given.KHUDI_PORT,
    isSecure: given.KHUDI_HTTPS === 'on',
    trustedProxies: list(given.KHUDI_TRUSTED_PROXIES, ','),
    signIn: signInSettings(given),
    metricsToken: given.KHUDI_METRICS_TOKEN,
    hasDemonstration: given.KHUDI_DEMONSTRATION === 'on',
    logLevel: given.KHUDI_LOG,
  }
}

const minuteMs = 60_000

/** Passkeys work on the machine itself without further settings; browsers know it as localhost, not by its number. */
function signInSettings(given: z.output<typeof Environment>): SignInSettings {
  const { KHUDI_SESSION_HOURS: hours, KHUDI_SESSION_IDLE_MINUTES: idle, KHUDI_FRESH_MINUTES: fresh } = given
  return {
    origin: new URL(given.KHUDI_ORIGIN ?? `http://localhost:${given.KHUDI_PORT}`).origin,
    sessionMs: hours === undefined ? workingDay.sessionMs : hours * 60 * minuteMs,
    idleMs: idle === undefined ? workingDay.idleMs : idle * minuteMs,
    freshMs: fresh === undefined ? workingDay.freshMs : fresh * minuteMs,
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
