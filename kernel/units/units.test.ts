import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import type { Actor } from '../access/roles.ts'
import { Refusal } from '../errors.ts'
import { unitKinds } from './kinds.ts'
import { addUnit, closeUnit, moveUnit, renameUnit, unitsOf } from './units.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
let founded = 0

const title = { en: 'Somewhere', ur: 'کہیں' }
const nextInstitution = () => foundInstitution(kernel, `office-${++founded}`)
const add = (actor: Actor, code: string, parent?: string) =>
  addUnit(kernel, actor, { code, kind: 'office', title, parent })
const codes = async ({ institutionId }: Actor) =>
  (await unitsOf(kernel, institutionId)).map(({ code }) => code)

async function entriesOf({ institutionId }: Actor): Promise<readonly string[]> {
  const { rows } = await owner.query<{ kind: string }>(
    `select kind from log_all where institution_id = $1 and kind like 'unit.%' order by entry_id`,
    [institutionId],
  )
  return rows.map(({ kind }) => kind)
}

test('units make a tree, and each step is in the log', async () => {
  const operator = await nextInstitution()
  const province = await add(operator, 'PB')
  const district = await add(operator, 'PB-LHR', 'PB')
  assert.equal(district.parentId, province.unitId)
  await renameUnit(kernel, operator, { code: 'PB-LHR', title: { en: 'Lahore', ur: 'لاہور' } })
  await moveUnit(kernel, operator, { code: 'PB-LHR', parent: undefined })
  await closeUnit(kernel, operator, { code: 'PB-LHR' })
  const [, closed] = await unitsOf(kernel, operator.institutionId)
  assert.deepEqual([closed?.titleEn, closed?.parentId, closed?.closedAt], ['Lahore', null, kernel.clock()])
  assert.deepEqual(await entriesOf(operator), [
    'unit.added',
    'unit.added',
    'unit.renamed',
    'unit.moved',
    'unit.closed',
  ])
})

test('a code is the institution’s own: taken once, never given twice, not even after closing', async () => {
  const [operator, elsewhere] = [await nextInstitution(), await nextInstitution()]
  await add(operator, 'A')
  await add(elsewhere, 'A')
  await closeUnit(kernel, operator, { code: 'A' })
  await assert.rejects(add(operator, 'A'), { code: 'unit.code_taken', parameters: { unit: 'A' } })
  for (const code of ['', '-A', 'a b', 'a/b', 'ا', 'x'.repeat(41)])
    await assert.rejects(add(operator, code), { code: 'unit.code_invalid' })
})

test('a unit has a name in both languages', async () => {
  const operator = await nextInstitution()
  for (const wrong of [
    { en: '' },
    { ur: ' ' },
    { en: 'a\u0000' },
    { ur: '\ud800' },
    { en: 'x'.repeat(201) },
  ]) {
    const given = { code: 'A', kind: 'office', title: { ...title, ...wrong }, parent: undefined }
    await assert.rejects(addUnit(kernel, operator, given), { code: 'unit.title_invalid' })
    await assert.rejects(renameUnit(kernel, operator, given), { code: 'unit.title_invalid' })
  }
})

test('a kind that nobody knows, a unit that is not there and a closed one are refused', async () => {
  const operator = await nextInstitution()
  const kind = 'toString'
  await assert.rejects(addUnit(kernel, operator, { code: 'A', kind, title, parent: undefined }), {
    code: 'unit.kind_unknown',
    parameters: { kind, known: Object.keys(unitKinds).join(', ') },
  })
  await assert.rejects(add(operator, 'A', 'NOWHERE'), { code: 'unit.unknown' })
  await add(operator, 'A')
  await closeUnit(kernel, operator, { code: 'A' })
  await assert.rejects(add(operator, 'B', 'A'), { code: 'unit.closed' })
  for (const change of [renameUnit, moveUnit, closeUnit]) {
    const given = { title, parent: undefined }
    await assert.rejects(change(kernel, operator, { ...given, code: 'A' }), { code: 'unit.closed' })
    await assert.rejects(change(kernel, operator, { ...given, code: 'B' }), { code: 'unit.not_found' })
  }
  assert.deepEqual(await codes(operator), ['A'])
})

test('a unit with open units below it is not closed', async () => {
  const operator = await nextInstitution()
  await add(operator, 'A')
  await add(operator, 'B', 'A')
  await assert.rejects(closeUnit(kernel, operator, { code: 'A' }), { code: 'unit.has_units' })
  await closeUnit(kernel, operator, { code: 'B' })
  await closeUnit(kernel, operator, { code: 'A' })
})

test('whoever may not manage units changes none', async () => {
  const operator = await nextInstitution()
  await add(operator, 'A')
  const officer = { ...operator, roles: ['officer', 'supervisor', 'auditor', 'engineer'] }
  const given = { code: 'A', title, parent: undefined }
  for (const change of [renameUnit, moveUnit, closeUnit])
    await assert.rejects(change(kernel, officer, given), { code: 'access.scope_missing' })
  await assert.rejects(add(officer, 'B'), { code: 'access.scope_missing' })
})

const names = ['A', 'B', 'C', 'D', 'E'] as const
const name = fc.constantFrom(...names)
const step = fc.record({ code: name, parent: fc.option(name, { nil: undefined }) })

/** Whether every unit reaches the top. */
function isTree(parents: ReadonlyMap<string, string | null>): boolean {
  return [...parents.keys()].every((start) => {
    let at: string | null = start
    for (let steps = 0; at !== null; steps++) {
      if (steps > parents.size) return false
      at = parents.get(at) ?? null
    }
    return true
  })
}

test('whatever is moved, one after another or at once, no unit comes to lie below itself', async () => {
  const operator = await nextInstitution()
  for (const code of names) await add(operator, code)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
      const results = await Promise.allSettled(steps.map((one) => moveUnit(kernel, operator, one)))
      for (const result of results)
        if (result.status === 'rejected')
          assert.ok(result.reason instanceof Refusal && result.reason.code === 'unit.cycle')
      const rows = await unitsOf(kernel, operator.institutionId)
      assert.ok(isTree(new Map(rows.map(({ unitId, parentId }) => [unitId, parentId]))))
    }),
    { numRuns: 40 },
  )
})
