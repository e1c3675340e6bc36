import assert from 'node:assert/strict'
import { readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  decided,
  foundInstitution,
  freshKernel,
  intakeOf,
  promote,
  submit,
  taken,
  trainLive,
} from '../../test/kernel.ts'
import type { Actor } from '../access/roles.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { registerApplication } from '../register/register.ts'
import { commit, prepare } from './intake.ts'
import { pin, stillPinned } from './pin.ts'

const { kernel, database, objectsFolder, another } = await freshKernel()
const owner = await database.connect()
const risk = { applicationId: 'parcels', modelName: 'danger' }

let numbered = 0
function parcel(weightKg = 3) {
  numbered += 1
  return { parcelNumber: `P-${numbered}`, sentOn: '2026-02-01', weightKg, contents: 'cloth' }
}

const hex = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('hex')
const fileOf = (digest: Uint8Array) => join(objectsFolder, hex(digest).slice(0, 2), hex(digest))

/** The same kernel with other code in the folder of an application than was registered. */
function withChangedCode(given: Kernel, applicationId: string): Kernel {
  const applications = new Map(given.applications)
  const found = applications.get(applicationId)
  if (found !== undefined) applications.set(applicationId, { ...found, digest: Buffer.alloc(32, 1) })
  return { ...given, applications }
}

async function setSystem(actor: Actor, state: 'live' | 'stopped'): Promise<void> {
  await owner.query('update ai_systems set state = $2 where institution_id = $1', [
    actor.institutionId,
    state,
  ])
}

async function countCases(actor: Actor): Promise<number> {
  const { rowCount } = await owner.query('select from cases where institution_id = $1', [actor.institutionId])
  return rowCount ?? 0
}

test('an application that is not registered does not run', async () => {
  const operator = await foundInstitution({ ...kernel, applications: new Map() }, 'unregistered')
  await assert.rejects(submit(kernel, operator, 'permits', {}), { code: 'application.not_registered' })
})

test('an application that was stopped does not run', async () => {
  const operator = await foundInstitution(kernel, 'stopped')
  await setSystem(operator, 'stopped')
  await assert.rejects(submit(kernel, operator, 'permits', {}), { code: 'application.not_registered' })
})

test('code that is not the registered code does not run until it is registered', async () => {
  const operator = await foundInstitution(kernel, 'changed')
  const changed = withChangedCode(kernel, 'permits')
  await assert.rejects(submit(changed, operator, 'permits', {}), { code: 'application.changed' })
  await registerApplication(changed, operator, 'permits')
  const [result] = await submit(changed, operator, 'permits', {})
  assert.equal(result?.status, 'refused', 'it runs, and refuses the empty case')
})

test('without a live model nothing is decided', async () => {
  const operator = await foundInstitution(kernel, 'modelless')
  await assert.rejects(submit(kernel, operator, 'parcels', parcel()), { code: 'model.none_live' })
})

test('a decision names the model and the code that made it', async () => {
  const operator = await foundInstitution(kernel, 'named')
  const digest = await trainLive(kernel, operator, risk)
  const { decision } = await decided(kernel, operator, 'parcels', parcel())
  assert.equal(hex(decision.modelDigest), hex(digest))
  assert.equal(hex(decision.applicationDigest), hex(kernel.applications.get('parcels')?.digest))
  const byRules = await decided(kernel, operator, 'permits', {
    permitNumber: 'P',
    filedOn: '2026-01-01',
    answer: 'grant',
  })
  assert.equal(byRules.decision.modelDigest, null)
})

test('a model whose artefact is missing or damaged decides nothing', async () => {
  const operator = await foundInstitution(kernel, 'damaged')
  const digest = await trainLive(kernel, operator, risk)
  const bytes = await readFile(fileOf(digest))
  const before = await countCases(operator)
  const damaged = Buffer.from(bytes)
  damaged[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await writeFile(fileOf(digest), damaged)
  await assert.rejects(submit(another(), operator, 'parcels', parcel()), { code: 'model.artefact_damaged' })
  await unlink(fileOf(digest))
  await assert.rejects(submit(another(), operator, 'parcels', parcel()), { code: 'model.artefact_damaged' })
  assert.equal(await countCases(operator), before)
  await writeFile(fileOf(digest), bytes)
  await decided(another(), operator, 'parcels', parcel())
})

test('a damaged artefact is not promoted', async () => {
  const operator = await foundInstitution(kernel, 'unpromoted')
  const digest = await trainLive(kernel, operator, { ...risk, seed: 5 })
  await rename(fileOf(digest), `${fileOf(digest)}.away`)
  const promoted = promote(kernel, operator, { applicationId: 'parcels', digest })
  await assert.rejects(promoted, { code: 'model.artefact_damaged' })
  await rename(`${fileOf(digest)}.away`, fileOf(digest))
})

test('what was prepared with a model that has been replaced is decided anew, all of it by the new one', async () => {
  const operator = await foundInstitution(kernel, 'replaced')
  const old = await trainLive(kernel, operator, risk)
  const cases = [parcel(), parcel(20), parcel()]
  const prepared = await prepare(kernel, operator, intakeOf('parcels', cases))
  const replacement = await trainLive(kernel, operator, { ...risk, seed: 2, count: 220 })
  assert.notEqual(hex(old), hex(replacement))
  const results = await commit(kernel, operator, { prepared })
  const byNew = results.map((result) => hex(taken(result).decision?.modelDigest))
  assert.deepEqual(byNew, [hex(replacement), hex(replacement), hex(replacement)])
  const fresh = await decided(kernel, operator, 'parcels', { ...cases[1], parcelNumber: 'FRESH' })
  assert.equal(taken(results[1]).decision?.score, fresh.decision.score, 'by score as well as by name')
})

test('what was prepared before the application was stopped is not stored', async () => {
  const operator = await foundInstitution(kernel, 'stopped-later')
  await trainLive(kernel, operator, risk)
  const before = await countCases(operator)
  const prepared = await prepare(kernel, operator, intakeOf('parcels', [parcel()]))
  await setSystem(operator, 'stopped')
  await assert.rejects(commit(kernel, operator, { prepared }), { code: 'application.not_registered' })
  assert.equal(await countCases(operator), before)
})

test('models promoted while batches come in: each batch is decided by one of them', async () => {
  const operator = await foundInstitution(kernel, 'alternating')
  const models = [
    await trainLive(kernel, operator, risk),
    await trainLive(kernel, operator, { ...risk, seed: 2, count: 220 }),
  ]
  const batches = Array.from({ length: 12 }, async (_, index) => {
    const digest = models[index % 2] ?? Buffer.alloc(0)
    if (index % 3 === 0)
      await promote(kernel, operator, { applicationId: 'parcels', digest }).catch((error: unknown) => {
        // Another one came first.
        const isLate =
          error instanceof Refusal && /^(model\.live_already|proposal\.outdated)$/.test(error.code)
        if (!isLate) throw error
      })
    return submit(kernel, operator, 'parcels', parcel(), parcel(), parcel())
  })
  for (const batch of await Promise.all(batches)) {
    const used = new Set(batch.map((result) => hex(taken(result).decision?.modelDigest)))
    assert.equal(used.size, 1)
  }
})

test('a pin holds until register or live models change, and no longer', async () => {
  const operator = await foundInstitution(kernel, 'pinned')
  const first = await trainLive(kernel, operator, risk)
  const pinned = await pin(kernel, operator.institutionId, 'parcels')
  const holds = () => kernel.db.transaction(operator.institutionId, (tx) => stillPinned(tx, pinned))
  assert.equal(await holds(), true)
  await trainLive(kernel, operator, { ...risk, seed: 2, count: 220 })
  assert.equal(await holds(), false)
  await promote(kernel, operator, { applicationId: 'parcels', digest: first })
  assert.equal(await holds(), true, 'the model before, promoted again, is the same pin')
  await registerApplication(withChangedCode(kernel, 'parcels'), operator, 'parcels')
  assert.equal(await holds(), false)
})

test('what a pin found before says nothing once register, model or installed code is another', async () => {
  const operator = await foundInstitution(kernel, 'found-before')
  const first = await trainLive(kernel, operator, risk)
  const digest = async (on: Kernel) => hex((await pin(on, operator.institutionId, 'parcels')).modelDigest)
  assert.equal(await digest(kernel), hex(first))
  const second = await trainLive(kernel, operator, { ...risk, seed: 2, count: 220 })
  assert.equal(await digest(kernel), hex(second))
  await assert.rejects(digest(withChangedCode(kernel, 'parcels')), { code: 'application.changed' })
  await setSystem(operator, 'stopped')
  await assert.rejects(digest(kernel), { code: 'application.not_registered' })
  await setSystem(operator, 'live')
  assert.equal(await digest(kernel), hex(second))
})
