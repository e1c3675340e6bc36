import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newId } from '../identifiers.ts'
import { commitTo } from './committing.ts'
import type { LogKind } from './kinds.ts'
import { commitmentTo, recordDigestOf } from './opening.ts'

const text = fc.string({ unit: 'binary' })
const recorded = fc.record({
  kind: fc.constantFrom<LogKind>('case.opened', 'decision.made'),
  caseId: fc.option(fc.uuid()),
  recordId: text,
  record: text,
  said: fc.option(text),
})

test('many entries together commit to what each of them would alone', () => {
  const acts = fc.record({ actor: text, at: fc.date({ min: new Date(0), noInvalidDate: true }) })
  fc.assert(
    fc.property(acts, fc.array(recorded), (act, all) => {
      const ids = all.map(newId)
      const { salts, recordDigests, commitments } = commitTo(act, all, ids)
      for (const [index, one] of all.entries()) {
        const salt = salts.subarray(index * 16, (index + 1) * 16)
        const recordDigest = recordDigestOf({ ...one, salt, entryId: ids[index] ?? '', actor: act.actor })
        const opening = { salt, recordDigest, caseId: one.caseId, recordedAt: act.at, kind: one.kind }
        assert.deepEqual(recordDigests.subarray(index * 32, (index + 1) * 32), recordDigest)
        const alone = commitmentTo({ ...opening, said: one.said ?? '' })
        assert.deepEqual(commitments.subarray(index * 32, (index + 1) * 32), alone)
      }
    }),
  )
})
