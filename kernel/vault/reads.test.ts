import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { holds, roles } from '../access/roles.ts'
import { append } from '../log/log.ts'
import { Purpose, purposes } from '../registers/purposes.ts'
import { recordRead } from './reads.ts'
import { holdersFor } from './vault.ts'

const { kernel, database, clock } = await freshKernel([])
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const holder = (await holdersFor(kernel, institutionId, ['ntn:1'])).get('ntn:1')

function read(purpose: Purpose, names: readonly string[]) {
  const at = clock.now
  return kernel.db.transaction(institutionId, async (tx) => {
    const reading = { holderId: holder?.holderId ?? null, caseId: null, applicationId: null, cases: 3 }
    const recorded = await recordRead(tx, { roles: names }, { ...reading, role: 'auditor', purpose, at })
    await append(tx, { actor: operator.name, at }, [recorded])
    return recorded.recordId
  })
}

async function countReads(): Promise<number> {
  return (await owner.query('select from reads where institution_id = $1', [institutionId])).rowCount ?? 0
}

test('a purpose is open to whoever holds its scope, and to nobody else, whatever other roles they have', async () => {
  const names = fc.uniqueArray(fc.constantFrom(...Object.keys(roles), 'permits.clerk', 'nobody'))
  await fc.assert(
    fc.asyncProperty(names, fc.constantFrom(...Purpose.options), async (held, purpose) => {
      const before = await countReads()
      const isPermitted = holds({ roles: held }, purposes[purpose].scope)
      if (isPermitted) await read(purpose, held)
      else await assert.rejects(read(purpose, held), { code: 'vault.purpose_forbidden' })
      assert.equal(await countReads(), before + (isPermitted ? 1 : 0))
    }),
    { numRuns: 60 },
  )
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

test('the log finds a read whose office, purpose, count or person was changed, or that was removed', async () => {
  const readId = await read('audit', ['auditor'])
  const tamperings = [
    `role = 'officer'`,
    `purpose = 'review'`,
    'cases = 2',
    'holder_id = null',
    `read_at = read_at - interval '1 day'`,
  ].map((change) => `update reads set ${change} where read_id = $1`)
  for (const sql of [...tamperings, 'delete from reads where read_id = $1']) {
    await owner.query('begin')
    await owner.query(sql, [readId])
    assert.notDeepEqual(await contradictions(owner, institutionId), [], sql)
    await owner.query('rollback')
  }
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

test('every purpose has its words in both languages', () => {
  for (const { label } of Object.values(purposes)) {
    assert.match(label.en, /\p{Script=Latin}/u)
    assert.match(label.ur, /\p{Script=Arabic}/u)
  }
})
