import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../test/files.ts'
import { foundInstitution, freshKernel, makeOfficer, submit, taken } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import type { Kernel } from '../kernel.ts'
import { keyFolder } from '../keys/key-folder.ts'
import { type Rotation, type RotationProgress, rotateWrappingKey, vaultStatus } from './rotate.ts'
import { seal } from './seal.ts'
import { holdersFor, openTexts, type SealedText } from './vault.ts'

const { kernel, another, database, folder } = await freshKernel([join(root, 'test/people')])
const owner = await database.connect()

/** As after a restart: the same key files, nothing in memory. */
async function restarted() {
  return { ...another(), keys: await keyFolder({ folder: join(folder, 'keys'), passphrase: 'test' }) }
}

async function furnished(slug: string, people: number) {
  const operator = await foundInstitution(kernel, slug)
  const names = Array.from({ length: people }, (_, index) => `cnic:${slug}${index}`)
  const holders = await holdersFor(kernel, operator.institutionId, names)
  const texts: readonly SealedText[] = [...holders].map(([name, holder]) => ({
    holderId: holder.holderId,
    place: name,
    sealed: seal(holder, name, `secret of ${name}`),
  }))
  return { operator, institutionId: operator.institutionId, names, texts }
}
type Place = Awaited<ReturnType<typeof furnished>>

async function rotate(as: Kernel, { operator }: Place, rotation: Partial<Rotation> = {}) {
  const seen: RotationProgress[] = []
  const steps = rotateWrappingKey(as, operator, { destroyOld: false, batchSize: 3, ...rotation })
  for await (const progress of steps) seen.push(progress)
  return seen
}

/** Everything still opens, also for a process that starts now. */
async function opensAll({ institutionId, names, texts }: Place): Promise<void> {
  const fresh = await restarted()
  const expected = texts.map(({ place }) => `secret of ${place}`)
  assert.deepEqual(await openTexts(fresh, institutionId, texts), expected)
  const holders = await holdersFor(fresh, institutionId, names)
  assert.deepEqual(
    names.map((name) => holders.get(name)?.holderId).toSorted(),
    texts.map(({ holderId }) => holderId).toSorted(),
  )
}

const numbersOf = async (as: Kernel, { institutionId }: Place) =>
  (await vaultStatus(as, institutionId)).wrappingKeys.map((key) => ({
    number: key.keyNumber,
    holders: key.holders,
    isHeld: key.isHeld,
    isDestroyed: key.destroyedAt !== null,
  }))

test('data keys are wrapped anew, batch by batch; the old key stays until it is to be destroyed', async () => {
  const place = await furnished('alpha', 7)
  const seen = await rotate(kernel, place)
  assert.deepEqual(
    seen.map(({ rewrapped, total }) => [rewrapped, total]),
    [
      [0, 7],
      [3, 7],
      [6, 7],
      [7, 7],
    ],
  )
  assert.deepEqual(await numbersOf(kernel, place), [
    { number: 1, holders: 0, isHeld: true, isDestroyed: false },
    { number: 2, holders: 7, isHeld: true, isDestroyed: false },
  ])
  await opensAll(place)
  assert.deepEqual((await rotate(kernel, place, { destroyOld: true })).at(-1)?.destroyed, [1, 2])
  assert.deepEqual(await numbersOf(kernel, place), [
    { number: 1, holders: 0, isHeld: false, isDestroyed: true },
    { number: 2, holders: 0, isHeld: false, isDestroyed: true },
    { number: 3, holders: 7, isHeld: true, isDestroyed: false },
  ])
  await opensAll(place)
  assert.deepEqual(await contradictions(owner, place.institutionId), [])
})

test('a backup made before opens with none of the keys that are left', async () => {
  const place = await furnished('beta', 1)
  const { rows } = await owner.query('select * from vault_keys where institution_id = $1', [
    place.institutionId,
  ])
  await rotate(kernel, place, { destroyOld: true })
  await owner.query('update vault_keys set wrapped_key = $2, wrapping_key = 1 where institution_id = $1', [
    place.institutionId,
    rows[0].wrapped_key,
  ])
  await assert.rejects(openTexts(await restarted(), place.institutionId, place.texts), {
    code: 'keys.missing',
  })
})

/** What the machine does when its power goes. */
class Crash extends Error {}

/** A kernel that stops at the nth touch of database or keys: before it, or after it and before anybody is told. */
function crashingAt(given: Kernel, nth: number): Kernel {
  let touched = 0
  const touch = async <T>(work: () => Promise<T>): Promise<T> => {
    if (++touched >= nth) throw new Crash()
    const result = await work()
    if (++touched >= nth) throw new Crash()
    return result
  }
  const { keys } = given
  const transaction: Kernel['db']['transaction'] = (institutionId, work, options) =>
    touch(() => given.db.transaction(institutionId, work, options))
  const made: Pick<Kernel['keys'], 'makeSecret' | 'destroy'> = {
    makeSecret: (name) => touch(() => keys.makeSecret(name)),
    destroy: (name) => touch(() => keys.destroy(name)),
  }
  return { ...given, db: withOwn(given.db, { transaction }), keys: withOwn(keys, made) }
}

/** An object with some of its methods replaced. */
function withOwn<T extends object>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get: (_target, name) => {
      const value: unknown = Reflect.get(Object.hasOwn(own, name) ? own : target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

test('a crash at any step leaves everything readable, and the next rotation goes on from there', async () => {
  const place = await furnished('gamma', 7)
  for (let nth = 1; ; nth++) {
    const isWhole = await rotate(crashingAt(await restarted(), nth), place, { destroyOld: true }).then(
      () => true,
      (error: unknown) => {
        assert.ok(error instanceof Crash, String(error))
        return false
      },
    )
    await opensAll(place)
    assert.deepEqual(await contradictions(owner, place.institutionId), [], `crash at ${nth}`)
    if (isWhole) {
      assert.ok(nth > 20, `${nth} steps are too few to have been reached one by one`)
      break
    }
    await rotate(await restarted(), place, { destroyOld: true })
    const keys = await numbersOf(await restarted(), place)
    assert.deepEqual(keys.pop()?.holders, 7, `crash at ${nth}`)
    for (const key of keys)
      assert.deepEqual(key, { number: key.number, holders: 0, isHeld: false, isDestroyed: true })
  }
  await opensAll(place)
})

test('payloads stay as they are byte for byte, and cases come in meanwhile', async () => {
  const place = await furnished('delta', 40)
  const other = another()
  const claim = (number: number) => ({
    claimNumber: `BESIDE-${number}`,
    filedOn: '2026-02-01',
    grade: 'half',
    pensioner: { cnic: `35202${String(7_000_000 + number)}1`, name: 'Somebody' },
  })
  const before = await submit(other, place.operator, 'pensions', claim(0), claim(1))
  const stored = async () => {
    const { rows } = await owner.query<{ sealed: Buffer }>(
      `select sealed from cases where institution_id = $1 and reference in ('BESIDE-0', 'BESIDE-1') order by reference`,
      [place.institutionId],
    )
    return rows.map(({ sealed }) => sealed.toString('hex'))
  }
  const payloads = await stored()
  let isRotating = true
  const rotating = (async () => {
    for (let round = 0; round < 3; round++) await rotate(kernel, place, { destroyOld: true, batchSize: 5 })
    isRotating = false
  })()
  let number = 2
  // Its keys in memory are each time those of a rotation ago.
  while (isRotating) taken((await submit(other, place.operator, 'pensions', claim(number++)))[0])
  await rotating
  assert.ok(number > 3)
  assert.deepEqual(await stored(), payloads)
  assert.equal(before.length, 2)
  const keys = await numbersOf(kernel, place)
  assert.deepEqual(keys.pop()?.holders, 40 + number)
  assert.ok(keys.every(({ holders, isHeld }) => holders === 0 && !isHeld))
  await opensAll(place)
})

test('two rotations at once leave one key in use, and nothing under the others', async () => {
  const place = await furnished('epsilon', 20)
  await Promise.all([
    rotate(kernel, place, { destroyOld: true }),
    rotate(await restarted(), place, { destroyOld: true }),
  ])
  const keys = await numbersOf(kernel, place)
  assert.equal(keys.pop()?.holders, 20)
  assert.ok(keys.every(({ holders }) => holders === 0))
  await opensAll(place)
  assert.deepEqual(await contradictions(owner, place.institutionId), [])
})

test('an officer rotates nothing', async () => {
  const place = await furnished('zeta', 1)
  const officer = await makeOfficer(kernel, place.operator, { username: 'officer', roles: ['officer'] })
  await assert.rejects(rotate(kernel, { ...place, operator: officer }), { code: 'access.scope_missing' })
})
