/** The same as dispatch.test.ts begins with, ten times as long. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { faultRun, faultWorld } from '../../test/egress-faults.ts'
import { recordRun } from '../../test/evidence.ts'
import { Batches } from './batches.ts'
import { Dispatcher } from './dispatch.ts'
import { WayOut } from './way-out.ts'

const numRuns = 10_000

test('10,000 runs of random faults: no jurisdiction widened', async (t) => {
  const world = (await faultWorld())({ Batches, Dispatcher, WayOut })
  const kind = 'jurisdiction-under-faults'
  try {
    await fc.assert(fc.asyncProperty(faultRun, world.run), { numRuns })
    recordRun({ kind, runs: numRuns, failures: 0, breaches: 0 })
  } catch (error) {
    recordRun({ kind, runs: numRuns, failures: 1, breaches: 0 })
    throw error
  }
  const { arrived, ...tally } = world.tally
  t.diagnostic(JSON.stringify({ ...tally, arrived: Object.fromEntries(arrived) }))
  assert.ok(tally.kept > 200 && tally.merged > 150 && tally.refused > 2_000 && arrived.size === 5)
})
