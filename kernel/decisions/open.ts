/** The reasons of many decisions in full, for an audit: one read a batch in the log. */
import { type Actor, unitsFor } from '../access/roles.ts'
import { sealsOf } from '../cases/cases.ts'
import type { Kernel } from '../kernel.ts'
import { type Purpose, purposes } from '../registers/purposes.ts'
import { openBatch } from '../vault/batches.ts'
import { reasonsPlace } from '../vault/places.ts'
import type { DecisionRow } from './decisions.ts'

/**
 * Sealed reasons in full by decision; those of the erased are left out, and those of units where the actor may not open them.
 *
 * @throws Refusal `vault.purpose_forbidden`
 */
export async function openReasons(
  kernel: Kernel,
  actor: Actor,
  given: {
    readonly applicationId: string
    readonly purpose: Purpose
    readonly decisions: readonly DecisionRow[]
  },
): Promise<ReadonlyMap<string, string>> {
  const { applicationId, purpose, decisions } = given
  const sealed = decisions.flatMap(({ decisionId, caseId, sealed }) =>
    sealed === null ? [] : [{ decisionId, caseId, sealed }],
  )
  const seals = await kernel.db.transaction(
    actor.institutionId,
    (tx) =>
      sealsOf(
        tx,
        sealed.map(({ caseId }) => caseId),
      ),
    { isReadOnly: true, units: unitsFor(actor, purposes[purpose].scope) },
  )
  // At units where the actor may read decisions and not open them for this purpose they stay sealed.
  const openable = sealed.flatMap((one) => {
    const named = seals.get(one.caseId)
    return named === undefined ? [] : [{ ...one, named }]
  })
  const cases = openable.map(({ named, sealed }) => ({
    holderId: named.holderId,
    texts: [{ place: reasonsPlace(named), sealed }],
  }))
  const opened = await openBatch(kernel, actor, { applicationId, purpose, cases })
  const secrets = new Map<string, string>()
  for (const [index, { decisionId }] of openable.entries()) {
    const text = opened[index]?.texts[0]
    if (typeof text === 'string') secrets.set(decisionId, text)
  }
  return secrets
}
