import assert from 'node:assert/strict'
import { test } from 'node:test'
import { furnish } from '../../test/institution.ts'
import { freshKernel } from '../../test/kernel.ts'
import { checkedKinds, contradictions, entryCounts } from '../../test/log.ts'
import { LogKind } from './kinds.ts'
const { kernel, database } = await freshKernel()
const owner = await database.connect()
const { operator } = await furnish(kernel, 'alpha')
test('all', async () => {
  console.log(await entryCounts(owner, operator.institutionId))
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
  assert.deepEqual(checkedKinds.toSorted(), [...LogKind.options].sort())
})
