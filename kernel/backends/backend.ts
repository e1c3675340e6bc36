/** A backend as everybody but its table sees it, and what the installation itself brings. */
import type { BilingualText, Classification } from '@khudi/sdk'
import { z } from 'zod'
import {
  type BackendFacts,
  type BackendKind,
  Evidence,
  type Jurisdiction,
  jurisdictionOf,
  KeyHolder,
  keyHolderOf,
  Law,
} from './facts.ts'
import { type BackendRow, Scheme } from './store.ts'

/** Where a backend is reached over a network. */
export const Endpoint = z.strictObject({
  scheme: Scheme,
  /** Lower case; an IPv6 address without brackets. */
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
})
export type Endpoint = z.infer<typeof Endpoint>

export interface Backend {
  readonly backendId: string
  /** 0 of what the installation brings and the register has not recorded yet. */
  readonly version: number
  readonly kind: BackendKind
  readonly title: BilingualText
  /** `null` where it is on this machine and reached without a network. */
  readonly endpoint: Endpoint | null
  /** Ranges that are its own although they are not public. */
  readonly addresses: readonly string[]
  readonly classifications: readonly Classification[]
  readonly facts: BackendFacts
  readonly isBuiltIn: boolean
  readonly isWithdrawn: boolean
  readonly changedAt: Date | null
}

/** A backend with what follows from its facts here and now. */
export interface StandingBackend extends Backend {
  readonly jurisdiction: Jurisdiction
  readonly keyHolder: 'institution' | Jurisdiction
}

export function standing(backend: Backend, homeCountry: string, now: Date): StandingBackend {
  return {
    ...backend,
    jurisdiction: jurisdictionOf(backend.facts, homeCountry, now),
    keyHolder: keyHolderOf(backend.facts, homeCountry, now),
  }
}

export function backendOf(row: BackendRow): Backend {
  const { backendId, version, kind, addresses, classifications, isBuiltIn, changedAt } = row
  const { scheme, host, port } = row
  return {
    backendId,
    version,
    kind,
    title: { en: row.titleEn, ur: row.titleUr },
    endpoint: scheme === null || host === null || port === null ? null : { scheme, host, port },
    addresses,
    classifications,
    facts: {
      location: Law.parse(row.location),
      operatorLaw: Law.parse(row.operatorLaw),
      ownerLaw: Law.parse(row.ownerLaw),
      keyHolder: KeyHolder.parse(row.keyHolder),
      evidence: Evidence.parse({
        text: row.evidence,
        documentDigest: row.evidenceDigest === null ? null : Buffer.from(row.evidenceDigest).toString('hex'),
      }),
      expiresAt: row.expiresAt ?? 'while_installed',
    },
    isBuiltIn,
    isWithdrawn: row.change === 'withdrawn',
    changedAt,
  }
}

/** What the settings say about the machine that this runs on. */
export interface Installation {
  /** ISO 3166-1 alpha-2: where this machine stands and whose law its operator and owner are under; home unless told otherwise. */
  readonly country: string
  /** Its name. */
  readonly machine: string
  /** Where the institution's own PostgreSQL is; `undefined` for ours, on this machine. */
  readonly database: Pick<Endpoint, 'host' | 'port'> | 'socket' | undefined
}

const everything: readonly Classification[] = ['open', 'official', 'personal', 'sensitive']

const builtInTitles = {
  database: { en: 'Database of this installation', ur: 'اس تنصیب کا ڈیٹا بیس' },
  objects: { en: 'Disk of this machine', ur: 'اس مشین کی ڈسک' },
  model_runtime: { en: 'Threads of this machine', ur: 'اس مشین کے تھریڈ' },
  time: { en: 'Clock of this machine', ur: 'اس مشین کی گھڑی' },
} as const satisfies Partial<Record<BackendKind, BilingualText>>

/**
 * What every installation brings: database, disk, threads, clock. They are as domestic as the machine, which the settings state.
 * About the institution's own PostgreSQL nothing is known until somebody states it: a machine's address says nothing about whose
 * law its owner is under, and a socket may lead anywhere.
 */
export function builtInBackends({ country, machine, database }: Installation): readonly Backend[] {
  const local: BackendFacts = {
    location: country,
    operatorLaw: country,
    ownerLaw: country,
    keyHolder: 'institution',
    evidence: {
      text: `On the machine ${machine} itself; KHUDI_COUNTRY says that it stands in, and is run and owned under the law of, ${country}.`,
      documentDigest: null,
    },
    expiresAt: 'while_installed',
  }
  const common = {
    version: 0,
    addresses: [],
    classifications: everything,
    isBuiltIn: true,
    isWithdrawn: false,
    changedAt: null,
  }
  const builtIn = (kind: keyof typeof builtInTitles, backendId: string): Backend => ({
    ...common,
    backendId,
    kind,
    title: builtInTitles[kind],
    endpoint: null,
    facts: local,
  })
  const own = builtIn('database', 'database')
  return [
    database === undefined ? own : { ...own, endpoint: endpointOf(database), facts: unknownFacts },
    builtIn('objects', 'objects'),
    builtIn('model_runtime', 'model-runtime'),
    builtIn('time', 'time'),
  ]
}

const endpointOf = (database: Exclude<Installation['database'], undefined>): Endpoint | null =>
  database === 'socket' ? null : { scheme: 'postgresql', ...database }

const unknownFacts: BackendFacts = {
  location: 'unknown',
  operatorLaw: 'unknown',
  ownerLaw: 'unknown',
  keyHolder: 'unknown',
  evidence: { text: 'Named by DATABASE_URL; nobody has stated its facts yet.', documentDigest: null },
  expiresAt: 'while_installed',
}

/**
 * What is in force of a built-in backend: what was stated about it, as long as it is about the same place, else what the
 * installation says now.
 */
export function inForce(builtIn: Backend, stated: Backend | undefined): Backend {
  if (stated === undefined) return builtIn
  const isSame = JSON.stringify(stated.endpoint) === JSON.stringify(builtIn.endpoint)
  const isStatedByPeople = stated.facts.expiresAt !== 'while_installed'
  if (isSame && isStatedByPeople) return stated
  // The platform's own statement is only repeated from the register where it is still what the installation says.
  return { ...builtIn, version: stated.version }
}
