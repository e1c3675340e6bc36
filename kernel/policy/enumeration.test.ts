/**
 * The default policies against a second statement of the same rules (test/policy-expected.ts), asked of Cedar alone, without the
 * floor that would hide what they let through. The whole space is walked in enumeration.long.test.ts.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isExpected } from '../../test/policy-expected.ts'
import { type Combination, drawnCombinations, places } from '../../test/policy-space.ts'
import { askCedar, loadCedar } from './cedar.ts'
import { compile } from './compile.ts'
import { readPolicyFolder } from './files.ts'
import { floorRefusing } from './floor.ts'

const folder = readPolicyFolder(fileURLToPath(new URL('../../policies', import.meta.url)))
const cedar = await loadCedar()
const { set } = compile(cedar, folder)
assert.ok(set !== undefined)

const drawn = [...drawnCombinations(20_261_124, { listed: 16, others: 3 })]
/** What only one policy decided, by that policy: dropping it must turn at least one of these round. */
const decidedAlone = new Map<string, Combination[]>()

test('nothing is allowed that is not to be, and nothing refused that is to be allowed', (t) => {
  let allowed = 0
  for (const combination of drawn) {
    const { request } = combination
    const answer = askCedar(cedar, set.setName, request)
    assert.equal(answer.isAllowed, isExpected(combination), JSON.stringify([request, answer]))
    if (answer.isAllowed) allowed += 1
    const [only, another] = answer.decidedBy
    if (only === undefined || another !== undefined) continue
    const known = decidedAlone.get(only) ?? []
    known.push(combination)
    decidedAlone.set(only, known)
  }
  assert.ok(allowed > drawn.length / 20, 'enough is allowed for a refusal to mean something')
  t.diagnostic(`${drawn.length} combinations drawn, ${allowed} of them allowed`)
})

test('every combination of the four facts comes to what it is to come to', () => {
  const combinations = places.reduce((sum, one) => sum + one.combinations, 0)
  assert.equal(combinations, 3 ** 3 * 4 * 2 + 1)
  for (const { backend, isHome, areKeysHome } of places) {
    assert.equal(backend.jurisdiction === 'domestic', isHome)
    assert.equal(backend.keyHolder !== 'foreign', areKeysHome)
  }
})

test('the floor forbids nothing that is to be allowed', () => {
  for (const combination of drawn)
    if (floorRefusing(combination.request) !== undefined) assert.equal(isExpected(combination), false)
})

function partsWithout(text: string, id: string): string {
  const parts = cedar.policySetTextToParts(text)
  if (parts.type === 'failure') throw new Error('the default policies parse')
  return parts.policies.filter((one) => !one.includes(`@id("${id}")`)).join('\n')
}

for (const id of set.policies.keys())
  test(`without ${id} something is decided wrongly`, () => {
    const files = folder.files.map((file) => ({ ...file, text: partsWithout(file.text, id) }))
    const { set: without } = compile(cedar, { ...folder, files })
    assert.equal(without?.policies.size, set.policies.size - 1)
    const wrong = (decidedAlone.get(id) ?? []).find(
      (one) => askCedar(cedar, without?.setName ?? '', one.request).isAllowed !== isExpected(one),
    )
    assert.notEqual(wrong, undefined)
  })
