import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileOf, mapping } from '../../test/applications/permits/mapping.ts'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { runImport } from './imports.ts'
import { deleteRefusedRows, nothingSearched, searchRefusals } from './mentions.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator

/** Imports as many rows that are refused, under these numbers. */
function refuse(...numbers: readonly string[]) {
  const file = fileOf(numbers.map((number) => ({ number, answer: 'perhaps' })))
  return runImport(kernel, operator, {
    applicationId: 'permits',
    mapping,
    sourceName: 'permits.csv',
    isDecided: true,
    open: async function* () {
      yield Buffer.from(file)
    },
  })
}

/** How many refused rows were opened, as the log has it. */
async function openedRows(): Promise<number> {
  const { rows } = await owner.query<{ opened: number }>(
    `select coalesce(sum(cases), 0)::int as opened from reads where institution_id = $1 and purpose = 'erasure_search'`,
    [institutionId],
  )
  return rows[0]?.opened ?? 0
}

const mentions = (texts: readonly string[]) => texts.some((text) => text.startsWith('WANTED'))

test('all refused rows are looked through once, those that came since the second time, and each is a logged read', async () => {
  const first = await refuse('WANTED-1', 'OTHER-1', 'OTHER-2')
  const searched = await searchRefusals(kernel, operator, { mentions, before: nothingSearched })
  assert.deepEqual(searched.found, [{ importId: first.importId, record: 1 }])
  assert.equal(await openedRows(), 3)
  const nothingNew = await kernel.db.transaction(institutionId, (within) =>
    searchRefusals(kernel, operator, { mentions, before: searched, within }),
  )
  assert.deepEqual(nothingNew, searched)
  assert.equal(await openedRows(), 3)
  const second = await refuse('OTHER-3', 'WANTED-2')
  const both = await kernel.db.transaction(institutionId, (within) =>
    searchRefusals(kernel, operator, { mentions, before: searched, within }),
  )
  assert.deepEqual(both.found, [...searched.found, { importId: second.importId, record: 2 }])
  assert.equal(await openedRows(), 5)
  const deleted = await kernel.db.transaction(institutionId, (tx) => deleteRefusedRows(tx, both.found))
  assert.equal(deleted, 2)
  const { rows } = await owner.query(
    'select record::int from import_refusals where institution_id = $1 order by 1',
    [institutionId],
  )
  assert.deepEqual(
    rows.map(({ record }) => record),
    [1, 2, 3],
  )
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

test('a large import is looked through page by page', async () => {
  const numbers = Array.from({ length: 1_203 }, (_, index) =>
    index === 1_202 ? 'WANTED-9' : `PLENTY-${index}`,
  )
  const { importId } = await refuse(...numbers)
  const { found } = await searchRefusals(kernel, operator, { mentions, before: nothingSearched })
  assert.deepEqual(found, [{ importId, record: 1_203 }])
})

test('whoever may not erase does not look', async () => {
  const officer = await makeOfficer(kernel, operator, { username: 'officer', roles: ['officer'] })
  await assert.rejects(searchRefusals(kernel, officer, { mentions, before: nothingSearched }), {
    code: 'vault.purpose_forbidden',
  })
})
