/**
 * Break-glass: a role taken for a short time, with a reason, by somebody who is not given it. It is loud: in the log, in the
 * server's own log, on every page of those who watch, until an auditor has reviewed it.
 */

import { requireKnownRoles, requireScope } from '../access/access.ts'
import { type Actor, holds, roles } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import { personOf } from '../duties/persons.ts'
import { requireAnother, requireCompatible } from '../duties/separation.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { requireFresh } from '../sign-in/fresh.ts'
import { type GlassRow, glassRecord, requireReason } from './record.ts'
import {
  countUnreviewed,
  glassById,
  glassesOfPerson,
  insertGlass,
  insertGlassReview,
  listGlasses,
  type ReviewedGlass,
} from './store.ts'

export type { GlassRow } from './record.ts'
export type { ReviewedGlass } from './store.ts'

export const mostMinutes = 60

export interface Breaking {
  /** A role of the institution or of an application that the actor does not hold. */
  readonly role: string
  /** For how long: whole minutes, 60 at most. */
  readonly minutes: number
  readonly reason: string
}

/**
 * Takes a role for a short time.
 *
 * @throws Refusal `access.scope_missing`, `access.proof_stale`, `access.role_unknown`, `duty.person_needed`, `duty.incompatible`,
 *   `glass.broken_already`, `glass.minutes_invalid`, `glass.reason_short`, `glass.role_unavailable`
 */
export async function breakGlass(
  kernel: Pick<Kernel, 'db' | 'clock' | 'applications' | 'signIn'>,
  actor: Actor,
  given: Breaking,
): Promise<GlassRow> {
  const brokenBy = personOf(actor)
  requireScope(actor, 'glass.break')
  requireFresh(kernel, actor)
  const { role, minutes } = given
  const reason = requireReason(given.reason)
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > mostMinutes)
    throw new Refusal('glass.minutes_invalid', { most: mostMinutes })
  requireKnownRoles(kernel.applications, [role])
  if (!rolesToTake(kernel, actor).includes(role))
    throw new Refusal('glass.role_unavailable', { role, known: rolesToTake(kernel, actor).join(', ') })
  requireCompatible(actor, taking(actor, [role]))
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const at = kernel.clock()
    // A role that was taken may itself break the glass: then one hour would lead to the next.
    const [standing] = await tx.rows(glassesOfPerson, [tx.institutionId, brokenBy, at])
    if (standing !== undefined)
      throw new Refusal('glass.broken_already', { until: standing.endsAt.toISOString() })
    const row = {
      glassId: newId(),
      brokenBy,
      role,
      reason,
      brokenAt: at,
      endsAt: new Date(at.getTime() + minutes * 60_000),
    }
    const values = [tx.institutionId, row.glassId, brokenBy, role, reason, at, row.endsAt]
    await tx.run(insertGlass, values)
    await append(tx, { actor: actor.name, at }, [glassRecord(row)])
    return row
  })
}

/** Roles that this person could take: those of people that they do not hold everywhere, and that separation of duties allows. */
export function rolesToTake({ applications }: Pick<Kernel, 'applications'>, actor: Actor): readonly string[] {
  const officers = [...applications.values()].flatMap(({ application: { id, roles: own } }) =>
    Object.keys(own).map((role) => `${id}.${role}`),
  )
  return [...Object.keys(roles).filter((role) => role !== 'machine'), ...officers].filter((role) => {
    if (actor.roles.includes(role) && actor.units?.has(role) !== true) return false
    try {
      requireCompatible(actor, taking(actor, [role]))
      return true
    } catch {
      return false
    }
  })
}

/** The actor with roles beside their own, everywhere in the institution. */
function taking(actor: Actor, taken: readonly string[]): Actor {
  const units = new Map([...(actor.units ?? [])].filter(([role]) => !taken.includes(role)))
  const all = [...new Set([...actor.roles, ...taken])]
  return { ...actor, roles: all, ...(actor.units !== undefined && { units }) }
}

/** What a person has taken at this moment. One statement; asked when somebody is let in. */
export async function glassesOf(
  { db, clock }: Pick<Kernel, 'db' | 'clock'>,
  actor: Actor,
): Promise<readonly GlassRow[]> {
  return db.transaction(
    actor.institutionId,
    (tx) => tx.rows(glassesOfPerson, [actor.institutionId, actor.name, clock()]),
    { isReadOnly: true },
  )
}

/** The actor as break-glass makes them at `at`; as they are where none lasts. */
export function underGlass(actor: Actor, glasses: readonly GlassRow[], at: Date): Actor {
  const lasting = glasses.filter(({ brokenAt, endsAt }) => brokenAt <= at && at < endsAt)
  const [first] = lasting
  if (first === undefined) return actor
  const taken = lasting.flatMap(({ role }) => role ?? [])
  return { ...taking(actor, taken), glass: first.glassId }
}

/** What a person is told on every page: what they have taken themselves, and how much nobody has reviewed yet. */
export interface GlassNotice {
  readonly glasses: readonly GlassRow[]
  /** 0 for those who do not watch over it. */
  readonly unreviewed: number
}

/** In one transaction, since every page asks. */
export async function glassNotice(
  { db, clock }: Pick<Kernel, 'db' | 'clock'>,
  actor: Actor,
): Promise<GlassNotice> {
  const { institutionId, name } = actor
  return db.transaction(
    institutionId,
    async (tx) => {
      const [glasses, counted] = await Promise.all([
        tx.rows(glassesOfPerson, [institutionId, name, clock()]),
        holds(actor, 'glass.read') ? tx.one(countUnreviewed, [institutionId]) : undefined,
      ])
      return { glasses, unreviewed: counted?.unreviewed ?? 0 }
    },
    { isReadOnly: true },
  )
}

interface GlassesWanted {
  /** Only what no auditor has reviewed. */
  readonly isOpen: boolean
  readonly after: string | undefined
  readonly size: number
}

/** Every break-glass, newest first. @throws Refusal `access.scope_missing`, `duty.person_needed` */
export async function glassesAt(
  kernel: Pick<Kernel, 'db'>,
  actor: Actor,
  wanted: GlassesWanted,
): Promise<readonly ReviewedGlass[]> {
  personOf(actor)
  requireScope(actor, 'glass.read')
  return glassesIn(kernel, actor.institutionId, wanted)
}

/** The same for the platform itself, which warns of them. */
export async function glassesIn(
  { db }: Pick<Kernel, 'db'>,
  institutionId: string,
  { isOpen, after, size }: GlassesWanted,
): Promise<readonly ReviewedGlass[]> {
  return db.transaction(institutionId, (tx) => tx.rows(listGlasses, [institutionId, after, isOpen, size]), {
    isReadOnly: true,
  })
}

const mostFinding = 1_000

/**
 * Says what an auditor found about a break-glass: it is then no longer told of on every page.
 *
 * @throws Refusal `access.scope_missing`, `duty.person_needed`, `glass.not_found`, `glass.own`, `glass.reviewed_already`,
 *   `glass.finding_missing`
 */
export async function reviewGlass(
  { db, clock }: Pick<Kernel, 'db' | 'clock'>,
  actor: Actor,
  given: { readonly glassId: string; readonly finding: string },
): Promise<ReviewedGlass> {
  const reviewedBy = personOf(actor)
  requireScope(actor, 'glass.review')
  const finding = given.finding.trim()
  if (finding === '' || finding.length > mostFinding)
    throw new Refusal('glass.finding_missing', { most: mostFinding })
  const { glassId } = given
  return db.transaction(actor.institutionId, async (tx) => {
    const row = await tx.maybe(glassById, [tx.institutionId, glassId])
    if (row === undefined) throw new Refusal('glass.not_found')
    await requireAnother(tx, 'glass_review', { first: row.brokenBy, second: reviewedBy })
    const at = clock()
    // Of two auditors at once the second waits here for the first.
    if ((await tx.run(insertGlassReview, [tx.institutionId, glassId, reviewedBy, at, finding])) === 0)
      throw new Refusal('glass.reviewed_already')
    const record = canonicalJson({ finding, glass: glassId, reviewedAt: at.toISOString(), reviewedBy })
    await append(tx, { actor: actor.name, at }, [
      { kind: 'glass.reviewed', caseId: null, recordId: glassId, record },
    ])
    return { ...row, reviewedBy, reviewedAt: at, finding }
  })
}
