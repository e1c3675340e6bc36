/** What is forbidden answers like what is absent: the same words after the same work. `alike.long.test.ts` measures the time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asking, makeAlikeWorld, statementsOf } from './alike.ts'

const { pairs, ask } = await makeAlikeWorld()

/**
 * Answered, and what the database was asked for it. Now and then the server looks anew at who asks, and notes that they came: the
 * shortest of a few tries is without that.
 */
async function watched(asking: Asking) {
  const tries = []
  for (let count = 0; count < 4; count += 1) tries.push(await statementsOf(() => ask(asking)))
  const [shortest] = tries.toSorted((one, other) => one.statements.length - other.statements.length)
  if (shortest === undefined) throw new Error('it was asked for')
  return shortest
}

test('operations that name a thing are asked for what is absent and what is forbidden', (t) => {
  t.diagnostic(`${pairs.length} pairs`)
  assert.ok(pairs.length > 20)
  for (const what of ['institution', 'application', 'unit'])
    assert.ok(
      pairs.some(({ name }) => name.includes(what)),
      what,
    )
})

for (const { name, absent, forbidden } of pairs)
  test(`${name}: answers and works as for what is absent`, async () => {
    const [first, second] = [await watched(absent), await watched(forbidden)]
    assert.deepEqual(second.result, first.result)
    assert.deepEqual(second.statements, first.statements)
  })

test('a difference would be seen: what is there takes other statements', async () => {
  const differing = []
  for (const { name, absent, own } of pairs) {
    const [first, second] = [await watched(absent), await watched(own)]
    if (first.statements.join() !== second.statements.join()) differing.push(name)
  }
  assert.ok(differing.length * 3 > pairs.length, `only ${differing.join(', ')}`)
})
