import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { root } from '../../test/files.ts'
import { furnish } from '../../test/institution.ts'
import { freshKernel, testApplications } from '../../test/kernel.ts'
import { checkedKinds, contradictions, entryCounts } from '../../test/log.ts'
import { everywhere } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { LogKind } from './kinds.ts'
import { append, commitsTo, historyOf } from './log.ts'
import { commitmentTo } from './opening.ts'

const { kernel, database, clock } = await freshKernel([testApplications, join(root, 'test/hearing')])
const owner = await database.connect()
const { operator, cases } = await furnish(kernel, 'alpha')
const { institutionId } = operator

test('the program that checks the log knows every kind of entry, and there is one of each', async () => {
  assert.deepEqual(checkedKinds.toSorted(), LogKind.options.toSorted())
  assert.deepEqual(
    [...(await entryCounts(owner, institutionId)).keys()].toSorted(),
    LogKind.options.toSorted(),
  )
})

test('every entry is borne out by what is stored, and everything stored has its entry', async () => {
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

/** Changes that an administrator of the database could make, and what the check then says. */
const tamperings = {
  'a case': `update cases set payload = '{}' where case_id = $1`,
  'the day of a case': `update cases set occurred_on = '2001-01-01' where case_id = $1`,
  'a decision': `update decisions set score = 0.123 where case_id = $1`,
  'a reason': `update decisions set reasons = '[]' where case_id = $1`,
  'a review': `update reviews set reason = 'No.' where case_id = $1`,
  'a review deleted': 'delete from reviews where case_id = $1',
  'an entry deleted': `delete from log_entries where case_id = $1 and kind = 'decision.made'`,
  'an entry of another kind': `update log_entries set kind = 'outcome.recorded' where case_id = $1`,
}

for (const [what, sql] of Object.entries(tamperings))
  test(`what was tampered with is found: ${what}`, async () => {
    await owner.query('begin')
    try {
      await owner.query(sql, [cases.decided])
      assert.notDeepEqual(await contradictions(owner, institutionId), [])
    } finally {
      await owner.query('rollback')
    }
  })

test('an entry commits to its record and to no other, and a salt of its own hides it', async () => {
  const record = fc.dictionary(fc.string(), fc.jsonValue())
  await fc.assert(
    fc.asyncProperty(record, record, async (said, other) => {
      const text = canonicalJson(said)
      const given = { kind: 'case.opened', caseId: null, recordId: 'r', record: text } as const
      const work = async (tx: Transaction) => {
        const caseId = crypto.randomUUID()
        await append(tx, { actor: operator.name, at: clock.now }, [
          { ...given, caseId },
          { ...given, caseId },
        ])
        return historyOf(tx, caseId)
      }
      const entries = await kernel.db.transaction(institutionId, work, { units: everywhere })
      assert.ok(entries.every((entry) => commitsTo(entry, said)))
      assert.equal(
        entries.some((entry) => commitsTo(entry, other)),
        canonicalJson(other) === text,
      )
      const [first, second] = entries.map(({ commitment }) => Buffer.from(commitment).toString('hex'))
      assert.notEqual(first, second)
    }),
    { numRuns: 15 },
  )
})

test('kind and record cannot be shifted into one another', () => {
  const given = {
    salt: Buffer.alloc(16),
    recordDigest: Buffer.alloc(32),
    caseId: null,
    recordedAt: clock.now,
    said: '',
  }
  const one = commitmentTo({ ...given, kind: 'case.opened', said: 'x' })
  assert.notDeepEqual(commitmentTo({ ...given, kind: 'case.opened\nx' }), one)
  assert.ok(LogKind.options.every((kind) => !kind.includes('\n')))
})

test('appending nothing is nothing', async () => {
  const before = await entryCounts(owner, institutionId)
  await kernel.db.transaction(institutionId, (tx) => append(tx, { actor: operator.name, at: clock.now }, []))
  assert.deepEqual(await entryCounts(owner, institutionId), before)
})
