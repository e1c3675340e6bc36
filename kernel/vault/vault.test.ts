import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import { keyFolder } from '../keys/key-folder.ts'
import type { Holder } from './seal.ts'
import { seal } from './seal.ts'
import { findHolder, holdersById, holdersFor, openTexts, requireLiving } from './vault.ts'

const { kernel, another, database, folder } = await freshKernel([])
const owner = await database.connect()
const { institutionId } = await foundInstitution(kernel, 'alpha')
const elsewhere = (await foundInstitution(kernel, 'beta')).institutionId

/** As another process has it: the same key files, nothing in memory. */
async function anotherKernel() {
  const keys = await keyFolder({ folder: join(folder, 'keys'), passphrase: 'test' })
  return { ...another(), keys }
}

async function holderOf(name: string, institution = institutionId): Promise<Holder> {
  const holder = (await holdersFor(kernel, institution, [name])).get(name)
  assert.ok(holder)
  return holder
}

async function rowOf(holderId: string) {
  const { rows } = await owner.query('select * from vault_keys where holder_id = $1', [holderId])
  return rows[0]
}

test('the first names of an institution make its keys; later ones find what is there', async () => {
  const first = await holdersFor(kernel, institutionId, ['ntn:1111111', 'ntn:2222222', 'ntn:1111111'])
  assert.deepEqual([...first.keys()].toSorted(), ['ntn:1111111', 'ntn:2222222'])
  assert.ok([...first.values()].every(({ dataKey }) => dataKey.length === 32))
  const again = await holdersFor(await anotherKernel(), institutionId, ['ntn:2222222', 'ntn:3333333'])
  assert.deepEqual(again.get('ntn:2222222'), first.get('ntn:2222222'))
  assert.notDeepEqual(again.get('ntn:3333333')?.dataKey, first.get('ntn:1111111')?.dataKey)
  const { rows } = await owner.query(
    'select key_number, retired_at from wrapping_keys where institution_id = $1',
    [institutionId],
  )
  assert.deepEqual(rows, [{ key_number: 1, retired_at: null }])
})

test('no names are no work, and no institution is given keys for them', async () => {
  const { institutionId: third } = await foundInstitution(kernel, 'gamma')
  assert.equal((await holdersFor(kernel, third, [])).size, 0)
  const { rowCount } = await owner.query('select from wrapping_keys where institution_id = $1', [third])
  assert.equal(rowCount, 0)
})

test('many at once who want the same new holders get the same ones', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `ntn:${2_000_000 + index}`)
  const kernels = [kernel, await anotherKernel(), await anotherKernel()]
  const answers = await Promise.all(
    [...kernels, ...kernels].map((one, index) =>
      holdersFor(one, institutionId, index % 2 === 0 ? names : names.toReversed()),
    ),
  )
  for (const name of names) {
    const keys = answers.map((holders) => Buffer.from(holders.get(name)?.dataKey ?? []).toString('hex'))
    assert.equal(new Set(keys).size, 1, name)
  }
})

test('the database holds neither name nor data key, and the index of a name differs by institution', async () => {
  const name = 'cnic:3520212345671'
  const here = await holderOf(name)
  const there = await holderOf(name, elsewhere)
  const [row, other] = [await rowOf(here.holderId), await rowOf(there.holderId)]
  assert.notDeepEqual(row.blind_index, other.blind_index)
  assert.notDeepEqual(here.dataKey, there.dataKey)
  assert.equal(row.wrapped_key.length, 60)
  const { rows } = await owner.query<{ all: string }>(
    'select string_agg(v::text, chr(10)) as all from vault_keys v',
  )
  assert.doesNotMatch(rows[0]?.all ?? '', /3520212345671/)
  assert.ok(!rows[0]?.all.includes(Buffer.from(here.dataKey).toString('hex')))
})

test('a wrapped key that was moved to another holder, or changed, does not open', async () => {
  const [one, two] = [await holderOf('ntn:5555551'), await holderOf('ntn:5555552')]
  const { wrapped_key: original } = await rowOf(one.holderId)
  const put = (wrapped: Buffer) =>
    owner.query('update vault_keys set wrapped_key = $2 where holder_id = $1', [one.holderId, wrapped])
  const open = () => kernel.db.transaction(institutionId, (tx) => holdersById(tx, kernel, [one.holderId]))
  await put((await rowOf(two.holderId)).wrapped_key)
  await assert.rejects(open())
  const changed = Buffer.from(original)
  changed[30] = (changed[30] ?? 0) ^ 1
  await put(changed)
  await assert.rejects(open())
  await put(original)
  assert.deepEqual((await open()).get(one.holderId)?.dataKey, Buffer.from(one.dataKey))
})

test('texts of several holders open in their order', async () => {
  const holders = await holdersFor(kernel, institutionId, ['ntn:6666661', 'case:permits:1'])
  const sealed = [...holders.values(), ...holders.values()].map((holder, index) => ({
    holderId: holder.holderId,
    place: `cases/permits/${index}`,
    sealed: seal(holder, `cases/permits/${index}`, `text ${index}`),
  }))
  assert.deepEqual(await openTexts(kernel, institutionId, sealed), ['text 0', 'text 1', 'text 2', 'text 3'])
  assert.deepEqual(await openTexts(kernel, institutionId, []), [])
})

test('a holder that the vault does not know is an error, never an erased one', async () => {
  const unknown = { holderId: randomUUID(), place: 'x', sealed: Buffer.alloc(40) }
  await assert.rejects(openTexts(kernel, institutionId, [unknown]), /does not know/)
  const { holderId } = await holderOf('ntn:7777771')
  const foreign = { ...unknown, holderId }
  await assert.rejects(
    openTexts(kernel, elsewhere, [foreign]),
    /does not know/,
    'one of another institution neither',
  )
})

test('a name is found by its index, at its institution alone', async () => {
  const { holderId } = await holderOf('ntn:8888881')
  assert.equal(await findHolder(kernel, institutionId, 'ntn:8888881'), holderId)
  assert.equal(await findHolder(kernel, institutionId, 'ntn:8888882'), undefined)
  assert.equal(await findHolder(kernel, elsewhere, 'ntn:8888881'), undefined)
})

test('who lives is told inside the transaction', async () => {
  const ids = [(await holderOf('ntn:9999991')).holderId, (await holderOf('ntn:9999992')).holderId]
  const live = (given: readonly string[]) =>
    kernel.db.transaction(institutionId, (tx) => requireLiving(tx, given))
  assert.equal(await live([]), true)
  assert.equal(await live([...ids, ...ids]), true)
  assert.equal(await live([...ids, randomUUID()]), false)
})

test('a wrapping key or index key that the keeper lost stops everything, and none is made in its place', async () => {
  await holderOf('ntn:1212121')
  for (const lost of ['wrap-1', 'index']) {
    const copy = join(folder, `keys-without-${lost}`)
    await cp(join(folder, 'keys'), copy, { recursive: true })
    const keys = await keyFolder({ folder: copy, passphrase: 'test' })
    const name = `vault/${institutionId}/${lost}`
    await keys.destroy(name)
    const restarted = { ...another(), keys }
    for (const person of ['ntn:1212121', 'ntn:3434343'])
      await assert.rejects(holdersFor(restarted, institutionId, [person]), { code: 'keys.missing' })
    assert.equal(await keys.has(name), false)
  }
})

test('keys that were made durable before a crash are taken by the next attempt', async () => {
  const { institutionId: crashed } = await foundInstitution(kernel, 'delta')
  await kernel.keys.makeSecret(`vault/${crashed}/index`)
  await kernel.keys.makeSecret(`vault/${crashed}/wrap-1`)
  const made = await holdersFor(await anotherKernel(), crashed, ['ntn:1'])
  assert.deepEqual(await holdersFor(await anotherKernel(), crashed, ['ntn:1']), made)
})
