/**
 * The register of backends: everything that processes or stores, with the four facts about it and what they rest on. Versions
 * are only added; each commits with its entry in the log.
 */
import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { type Backend, backendOf, type StandingBackend } from './backend.ts'
import { Country, type Evidence } from './facts.ts'
import { backendIn, backendsIn, homeCountryIn } from './reading.ts'
import { type Amendment, type BackendSpec, endpointOf } from './spec.ts'
import { type BackendRow, backendVersions, insertHomeCountry } from './store.ts'
import { addVersion, type Stated } from './versions.ts'

export type { Backend, StandingBackend } from './backend.ts'

type Store = Pick<Kernel, 'db' | 'clock' | 'installation'>

export async function backendsOf(store: Store, institutionId: string): Promise<readonly StandingBackend[]> {
  return store.db.transaction(institutionId, (tx) => backendsIn(tx, readingOf(store)), { isReadOnly: true })
}

/** One backend, withdrawn or not, with its versions, newest first. @throws Refusal `backend.not_found` */
export async function backendNamed(
  store: Store,
  institutionId: string,
  backendId: string,
): Promise<{ readonly backend: StandingBackend; readonly versions: readonly Backend[] }> {
  return store.db.transaction(
    institutionId,
    async (tx) => {
      const [backend, versions] = await Promise.all([
        backendIn(tx, readingOf(store), backendId),
        tx.rows(backendVersions, [institutionId, backendId]),
      ])
      if (backend === undefined) throw new Refusal('backend.not_found')
      return { backend, versions: versions.map(backendOf) }
    },
    { isReadOnly: true },
  )
}

/** The country whose law counts as the institution's own. */
export async function homeCountryOf(store: Store, institutionId: string): Promise<string> {
  return store.db.transaction(institutionId, (tx) => homeCountryIn(tx, store.installation), {
    isReadOnly: true,
  })
}

/** @throws Refusal `access.scope_missing`, `backend.country_unknown` */
export async function setHomeCountry({ db, clock }: Store, actor: Actor, country: string): Promise<void> {
  requireScope(actor, 'backend.manage')
  if (!Country.safeParse(country).success)
    throw new Refusal('backend.country_unknown', { country: country.slice(0, 20) })
  const settingId = newId()
  const at = clock()
  await db.transaction(actor.institutionId, async (tx) => {
    await tx.run(insertHomeCountry, [tx.institutionId, settingId, country, at])
    const record = canonicalJson({ country, setAt: at.toISOString(), settingId })
    await append(tx, { actor: actor.name, at }, [
      { kind: 'home_country.set', caseId: null, recordId: settingId, record },
    ])
  })
}

/**
 * Registers a backend that is reached over a network.
 *
 * @throws Refusal `access.scope_missing`, `backend.exists`, `backend.endpoint_invalid`, `backend.expired`, `backend.changed`
 */
export async function registerBackend(
  store: Store,
  actor: Actor,
  spec: BackendSpec,
): Promise<StandingBackend> {
  requireScope(actor, 'backend.manage')
  return changeBackend(store, actor, {
    backendId: spec.backendId,
    decide(found) {
      if (found !== undefined && !found.isWithdrawn)
        throw new Refusal('backend.exists', { backend: spec.backendId })
      return { change: 'registered', next: statedBy(spec) }
    },
  })
}

/**
 * States other facts about a backend, or the same anew. What the installation itself brings needs an expiry from then on.
 *
 * @throws Refusal `access.scope_missing`, `backend.not_found`, `backend.withdrawn`, `backend.expired`, `backend.changed`
 */
export async function amendBackend(
  store: Store,
  actor: Actor,
  { backendId, ...amendment }: Amendment & { readonly backendId: string },
): Promise<StandingBackend> {
  requireScope(actor, 'backend.manage')
  return changeBackend(store, actor, {
    backendId,
    decide: (found) => ({ change: 'amended', next: amended(inRegister(found, backendId), amendment) }),
  })
}

/** Says that the facts are still the same, on what evidence, and until when. Refuses as {@link amendBackend} does. */
export async function renewBackend(
  store: Store,
  actor: Actor,
  renewal: { readonly backendId: string; readonly expiresAt: string; readonly evidence: Evidence },
): Promise<StandingBackend> {
  return amendBackend(store, actor, renewal)
}

/**
 * Takes a backend out of use: nothing goes there from then on.
 *
 * @throws Refusal `access.scope_missing`, `backend.not_found`, `backend.withdrawn`, `backend.built_in`, `backend.changed`
 */
export async function withdrawBackend(
  store: Store,
  actor: Actor,
  backendId: string,
): Promise<StandingBackend> {
  requireScope(actor, 'backend.manage')
  return changeBackend(store, actor, {
    backendId,
    decide(found) {
      const known = inRegister(found, backendId)
      if (known.isBuiltIn) throw new Refusal('backend.built_in', { backend: backendId })
      return { change: 'withdrawn', next: known }
    },
  })
}

/** What was stated about a backend before, as it may be changed. */
function inRegister(found: StandingBackend | undefined, backendId: string): StandingBackend {
  if (found === undefined) throw new Refusal('backend.not_found')
  if (found.isWithdrawn) throw new Refusal('backend.withdrawn', { backend: backendId })
  return found
}

function amended(known: Backend, amendment: Amendment): Stated {
  const { facts } = known
  const {
    title = known.title,
    addresses = known.addresses,
    classifications = known.classifications,
  } = amendment
  const { location = facts.location, operatorLaw = facts.operatorLaw, ownerLaw = facts.ownerLaw } = amendment
  const { keyHolder = facts.keyHolder, evidence = facts.evidence } = amendment
  const expiresAt = amendment.expiresAt === undefined ? facts.expiresAt : new Date(amendment.expiresAt)
  return {
    ...known,
    title,
    addresses,
    classifications,
    facts: { location, operatorLaw, ownerLaw, keyHolder, evidence, expiresAt },
  }
}

function statedBy(spec: BackendSpec): Stated {
  const { kind, title, addresses, classifications } = spec
  const { location, operatorLaw, ownerLaw, keyHolder, evidence } = spec
  const expiresAt = new Date(spec.expiresAt)
  const facts = { location, operatorLaw, ownerLaw, keyHolder, evidence, expiresAt }
  return {
    kind,
    title,
    endpoint: endpointOf(spec.endpoint),
    addresses,
    classifications,
    facts,
    isBuiltIn: false,
  }
}

interface Change {
  readonly change: BackendRow['change']
  readonly next: Stated
}

async function changeBackend(
  store: Store,
  actor: Actor,
  change: { readonly backendId: string; decide(found: StandingBackend | undefined): Change },
): Promise<StandingBackend> {
  const { db, clock, installation } = store
  const { backendId } = change
  const reading = { installation, now: clock() }
  return db.transaction(actor.institutionId, async (tx) => {
    const found = await backendIn(tx, reading, backendId)
    const { change: made, next } = change.decide(found)
    if (made !== 'withdrawn') requireExpiry(next, reading.now)
    const version = { ...next, backendId, version: found?.version ?? 0, change: made }
    if (!(await addVersion(tx, { actor: actor.name, at: reading.now }, version)))
      throw new Refusal('backend.changed', { backend: backendId })
    const stands = await backendIn(tx, reading, backendId)
    if (stands === undefined) throw new Error('the version was just added')
    return stands
  })
}

/** Facts that have expired already would be recorded for nothing, and those without an expiry are the platform's own. */
function requireExpiry({ facts: { expiresAt } }: Stated, now: Date): void {
  if (expiresAt === 'while_installed' || !(expiresAt.getTime() > now.getTime()))
    throw new Refusal('backend.expired')
}

const readingOf = ({ installation, clock }: Store) => ({ installation, now: clock() })
