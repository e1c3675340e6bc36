/** Whatever somebody with full access to the database does to it, the audit finds it, or a witness does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditedInstitution } from './audited-log.ts'
import { tamperAtRandom } from './tampering.ts'

const place = await auditedInstitution()
const seed = 20_261_124

test('60 random tamperings are all found', async (t) => {
  const { undetected, ...found } = await tamperAtRandom(place, { seed, count: 60 })
  t.diagnostic(JSON.stringify({ seed, ...found }))
  assert.deepEqual(undetected, [], `seed ${seed}`)
})
