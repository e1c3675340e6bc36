/** The same as `tampering.test.ts`, a thousand times. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditedInstitution } from './audited-log.ts'
import { tamperAtRandom } from './tampering.ts'

const place = await auditedInstitution()
const seed = 1_000

test('1,000 random tamperings are all found', async (t) => {
  const { undetected, ...found } = await tamperAtRandom(place, { seed, count: 1_000 })
  t.diagnostic(JSON.stringify({ seed, ...found }))
  assert.deepEqual(undetected, [], `seed ${seed}`)
})
