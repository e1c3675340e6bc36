/** What an objection and a restriction do once they were granted. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../test/files.ts'
import { foundInstitution, freshKernel, promote, submit, taken } from '../../test/kernel.ts'
import type { Actor } from '../access/roles.ts'
import { getCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { intake } from '../decisions/intake.ts'
import { trainModel } from '../models/training.ts'
import { openBatch } from '../vault/batches.ts'
import { casePlace } from '../vault/places.ts'
import { executeRequest } from './execute.ts'
import { findHolds, liftHold } from './holds.ts'
import { decideRequest, type RequestKind, receiveRequest } from './requests.ts'

const { kernel } = await freshKernel([join(root, 'test/hearing')])
const operator = await foundInstitution(kernel, 'alpha')
const terminal: Actor = { ...operator, name: 'key:terminal', roles: ['machine'] }

let numbered = 0
function parcel(senderName: string, given: object = {}) {
  numbered += 1
  const about = { parcelNumber: `P-${numbered}`, sentOn: '2026-02-01', weightKg: 2, contents: 'books' }
  return { ...about, senderName, ...given }
}

const submissions = Array.from({ length: 120 }, (_, index) => ({
  json: JSON.stringify(
    parcel('teacher', { weightKg: index % 20, contents: index % 3 === 0 ? 'batteries' : 'books' }),
  ),
  outcome: { finding: index % 3 === 0 ? 'dangerous' : 'harmless' },
}))
const applicationId = 'visits'
await intake(kernel, operator, { applicationId, source: 'sample', isDecided: false, submissions })
const period = { from: '2000-01-01', to: '2100-01-01' }
const { modelDigest } = await trainModel(kernel, operator, {
  applicationId,
  modelName: 'danger',
  seed: 1,
  ...period,
})
await promote(kernel, operator, { applicationId, digest: modelDigest })

/** Somebody with a case, and a request of theirs that was granted. */
async function somebody(kind: RequestKind, name: string) {
  const [result] = await submit(kernel, operator, applicationId, parcel(name))
  const asked = { contact: null, words: null, channel: 'api', receivedOn: undefined } as const
  const received = await receiveRequest(kernel, operator, { ...asked, kind, name: `person:${name}` })
  const { requestId } = received
  const decision = { verdict: 'granted', ground: null, reason: 'Their right.' } as const
  const { version } = await decideRequest(kernel, operator, {
    requestId,
    version: received.version,
    ...decision,
  })
  return { caseId: taken(result).caseId, request: { requestId, version } }
}

async function learnedFrom(caseId: string): Promise<boolean> {
  const { row } = await getCase(kernel, operator, caseId)
  const texts = [row.sealed && { place: casePlace(row), sealed: row.sealed }]
  const cases = [{ holderId: row.holderId, texts }]
  const [opened] = await openBatch(kernel, operator, { applicationId, purpose: 'training', cases })
  return opened !== undefined
}

async function shownToSystems(caseId: string): Promise<boolean> {
  const { row } = await getCase(kernel, operator, caseId)
  const { secrets } = await reveal(kernel, terminal, { row, purpose: 'service' })
  return secrets.has(caseId)
}

test('what is restricted is kept, and neither shown to systems nor learned from, until it is lifted', async () => {
  const { caseId, request } = await somebody('restriction', 'Rabia')
  assert.deepEqual([await learnedFrom(caseId), await shownToSystems(caseId)], [true, true])
  const { state, done } = await executeRequest(kernel, operator, request)
  assert.equal(state, 'completed')
  const [hold] = await findHolds(kernel, operator)
  assert.deepEqual([hold?.kind, hold?.holdId], ['restriction', done?.hold])
  assert.equal(await learnedFrom(caseId), false)
  await assert.rejects(shownToSystems(caseId), { code: 'right.restricted' })
  await liftHold(kernel, operator, { holdId: String(done?.hold), basis: 'The person asked' })
  assert.deepEqual([await learnedFrom(caseId), await shownToSystems(caseId)], [true, true])
})

test('an objection reaches every application that leaves room for it', async () => {
  const { request } = await somebody('objection', 'Omar')
  const { state } = await executeRequest(kernel, operator, request)
  assert.equal(state, 'completed')
  const [refused] = await submit(kernel, operator, applicationId, parcel('Omar'))
  assert.equal(refused?.status === 'accepted' && refused.decision?.recommendation !== null, false)
  const [other] = await submit(kernel, operator, applicationId, parcel('Sana'))
  assert.notEqual(taken(other).decision?.recommendation, null)
})

test('an objection that no application leaves room for is not said to have been carried out', async () => {
  const asked = { contact: null, words: null, channel: 'api', receivedOn: undefined } as const
  const request = await receiveRequest(kernel, operator, {
    ...asked,
    kind: 'objection',
    name: 'person:Nobody',
  })
  const { requestId } = request
  const decision = { verdict: 'granted', ground: null, reason: 'Their right.' } as const
  const { version } = await decideRequest(kernel, operator, {
    requestId,
    version: request.version,
    ...decision,
  })
  const vain = executeRequest(kernel, operator, { requestId, version })
  await assert.rejects(vain, { code: 'consent.objection_not_allowed' })
})
