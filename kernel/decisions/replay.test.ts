/** Rule 8 of the design: the same case under the same model and code gives the same decision, byte for byte. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel, productApplications, taken, trainLive } from '../../test/kernel.ts'
import { type CaseRow, getCase } from '../cases/cases.ts'
import { casePlace, reasonsPlace } from '../vault/places.ts'
import { openTexts } from '../vault/vault.ts'
import { rule } from './decisions.ts'
import { intake } from './intake.ts'
import { pin } from './pin.ts'

const { kernel, another } = await freshKernel([productApplications])
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
await trainLive(kernel, operator, { applicationId: 'customs', modelName: 'risk', count: 800 })

test('200 declarations, decided again from what is stored, get their decisions byte for byte', async () => {
  const { application } = kernel.applications.get('customs') ?? {}
  // The first of them are what the model was trained on.
  const samples = [...(application?.sample?.({ seed: 1, count: 1_000 }) ?? [])].slice(800)
  const submissions = samples.map((one) => ({ json: JSON.stringify(one.case) }))
  const request = { applicationId: 'customs', source: 'sample', isDecided: true, submissions } as const
  const results = await intake(kernel, operator, request)
  const stored = await Promise.all(results.map((result) => getCase(kernel, operator, taken(result).caseId)))

  // Another process: its own thread, the model read from its file again.
  const replayer = another()
  const pinned = await pin(replayer, institutionId, 'customs')
  const secrets = await open(stored.map(({ row }) => [row, casePlace(row), row.sealed]))
  const reasons = await open(
    stored.map(({ row, decision }) => [row, reasonsPlace(row), decision?.sealed ?? null]),
  )
  const payloads = stored.map(({ row }, index) => ({ payload: row.payload, secret: secrets[index] ?? null }))
  const task = { kind: 'decide', applicationId: 'customs', payloads, models: pinned.digests } as const
  const answers = await replayer.workers.run(task)

  for (const [index, { row, decision }] of stored.entries()) {
    const answer = answers[index]
    assert.ok(answer?.ok === true && answer.decided !== undefined && decision !== undefined)
    // No two sealings are alike: what was sealed is compared as it was before.
    const { sealed, decidedAt } = decision
    const { caseId, reference, holderId } = row
    const given = { caseId, reference, at: decidedAt, sealed, holderId }
    const again = rule(pinned, given, answer.decided).row
    assert.deepEqual({ ...again, decisionId: decision.decisionId }, decision)
    assert.deepEqual([answer.payload, answer.secret], [row.payload, secrets[index]])
    assert.equal(answer.decided.secretReasons, reasons[index])
  }
  assert.ok(
    new Set(stored.map(({ decision }) => decision?.score)).size > 20,
    'the declarations are not all alike',
  )
})

/** The texts that were sealed at these places; null where nothing was. */
function open(given: readonly (readonly [CaseRow, string, Uint8Array | null])[]) {
  return Promise.all(
    given.map(async ([{ holderId }, place, sealed]) => {
      if (sealed === null || holderId === null) return null
      const [text] = await openTexts(kernel, institutionId, [{ holderId, place, sealed }])
      return text
    }),
  )
}
