/** Everything that pages show about one case, and who the people in it are. */
import type { Application } from '@khudi/sdk'
import { z } from 'zod'
import { namesOfAccounts } from '../../kernel/access/access.ts'
import { actingAt, holds, unitsFor } from '../../kernel/access/roles.ts'
import {
  type CaseRow,
  getCase,
  type CaseFile as KernelFile,
  type WhichCase,
} from '../../kernel/cases/cases.ts'
import { type ReadingPurpose, reveal, type Unsealed } from '../../kernel/cases/open.ts'
import { Refusal } from '../../kernel/errors.ts'
import { type OutcomeRow, outcomesOf } from '../../kernel/outcomes/outcomes.ts'
import { type ReviewRow, reviewsOf } from '../../kernel/reviews/reviews.ts'
import { readsOf } from '../../kernel/vault/disclosure.ts'
import type { ReadRow } from '../../kernel/vault/reads.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit, Visit } from './visit.ts'

export interface CaseFile extends KernelFile {
  /** `undefined` where it is not installed any more; the case is then shown as it was recorded. */
  readonly application: Application | undefined
  readonly reviews: readonly ReviewRow[]
  /** Oldest first. */
  readonly outcomes: readonly OutcomeRow[]
  readonly names: Names
  /** Reads of this very case, by identifier. */
  readonly reads: ReadonlyMap<string, ReadRow>
  readonly unsealed: Unsealed
  /** What it was opened for; `undefined` where it shows its operational part only. */
  readonly purpose: ReadingPurpose | undefined
}

/** Whether a sealed text of the case's, by the identifier of its row, is hidden from the reader. */
export function isHidden(
  { unsealed }: Pick<CaseFile, 'unsealed'>,
  sealed: Uint8Array | null,
  id: string,
): boolean {
  return sealed !== null && !unsealed.secrets.has(id)
}

/** User names by the account's identifier. */
export type Names = ReadonlyMap<string, string>

/** Says what a case is opened for, once it is known which case it is. */
type PurposeOf = (file: KernelFile & Pick<CaseFile, 'outcomes'>) => ReadingPurpose | undefined

/**
 * @param purposeOf without it the case shows its operational part only; with it the read is recorded
 * @throws Refusal `case.not_found`, also for what is no identifier at all; `vault.purpose_forbidden`
 */
export async function caseFileOf(
  { kernel, officer }: OfficerVisit,
  which: WhichCase,
  purposeOf: PurposeOf = () => undefined,
): Promise<CaseFile> {
  const { caseId, by } = typeof which === 'string' ? { caseId: which, by: 'case.read' as const } : which
  if (!z.uuid().safeParse(caseId).success) throw new Refusal('case.not_found')
  const { actor } = officer
  const [file, reviews, outcomes] = await Promise.all([
    getCase(kernel, actor, which),
    reviewsOf(kernel, actor, which),
    outcomesOf(kernel, actor, which),
  ])
  const { row, decision } = file
  const purpose = purposeOf({ ...file, outcomes })
  const unsealed = await reveal(kernel, actor, { row, decision, outcomes, reviews, purpose })
  const [history, reads] = await Promise.all([
    // The read that this page is belongs to the history that it shows.
    purpose === undefined ? file.history : getCase(kernel, actor, which).then((again) => again.history),
    readsOf(kernel, actor.institutionId, { ...row, units: unitsFor(actor, by) }),
  ])
  const application = kernel.applications.get(row.applicationId)?.application
  const actors = [...history.map((entry) => entry.actor), ...outcomes.map(({ recordedBy }) => recordedBy)]
  const accounts = actors.flatMap((one) => (one.startsWith('account:') ? [one.slice('account:'.length)] : []))
  const ids = [...new Set([...accounts, ...reviews.map(({ accountId }) => accountId)])]
  const names = await namesOfAccounts(kernel, actor.institutionId, ids)
  return {
    ...file,
    history,
    application,
    reviews,
    outcomes,
    names,
    reads: new Map(reads.map((read) => [read.readId, read])),
    unsealed,
    purpose: unsealed.office === null ? undefined : purpose,
  }
}

/** The visit with the rights that its officer has at the unit of this case: what the case's pages offer. */
export function atUnitOf(visit: OfficerVisit, { unitId }: Pick<CaseRow, 'unitId'>): OfficerVisit {
  const actor = actingAt(visit.officer.actor, unitId)
  return { ...visit, officer: { ...visit.officer, actor, may: (scope) => holds(actor, scope) } }
}

/** Who acted, from the name that the log has of them: `account:<uuid>`, `key:<label>`, `operator:<user>`. */
export function actorName({ speech }: Visit, actor: string, names: Names): Html {
  const [, kind = '', name = ''] = /^(\w+):(.*)$/s.exec(actor) ?? []
  switch (kind) {
    case 'account':
      return isolated(names.get(name) ?? name)
    case 'key':
      return speech.sentence('actor.key', { name: isolated(name) })
    case 'operator':
      return speech.sentence('actor.operator', { name: isolated(name) })
    default:
      return isolated(actor)
  }
}

/** Label of a recommendation; its code where the application does not know it any more. */
export function recommendationLabel(
  { speech }: Visit,
  application: Application | undefined,
  code: string,
): Html {
  const known = Object.hasOwn(application?.recommendations ?? {}, code)
    ? application?.recommendations[code]
    : undefined
  return known === undefined ? html`<code>${code}</code>` : html`${speech.of(known.label)}`
}

/** The recommendation as a tag; adverse ones are marked, by more than a colour. */
export function recommendationTag(visit: Visit, application: Application | undefined, code: string): Html {
  const isAdverse = application?.recommendations[code]?.adverse === true
  return html`<span class="tag${isAdverse && ' adverse'}">${recommendationLabel(visit, application, code)}</span>`
}

/** Title of an application, or its identifier. */
export function applicationTitle({ kernel, speech }: Visit, applicationId: string): string {
  const application = kernel.applications.get(applicationId)?.application
  return application === undefined ? applicationId : speech.of(application.title)
}
