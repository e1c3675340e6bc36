/** The whole space that policy can be asked about, and every small weakening of every policy. Takes minutes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { isExpected } from '../../test/policy-expected.ts'
import { type Combination, drawnCombinations, everyCombination } from '../../test/policy-space.ts'
import { askCedar, loadCedar, setNameOf } from './cedar.ts'
import { compile } from './compile.ts'
import { readPolicyFolder } from './files.ts'
import { policyActions } from './policy.ts'

const folder = readPolicyFolder(fileURLToPath(new URL('../../policies', import.meta.url)))
const cedar = await loadCedar()
const { set } = compile(cedar, folder)
assert.ok(set !== undefined)

test('of all that can be asked nothing is allowed or refused wrongly', (t) => {
  let [asked, combinations, allowed] = [0, 0, 0]
  for (const one of everyCombination()) {
    const { isAllowed } = askCedar(cedar, set.setName, one.request)
    assert.equal(isAllowed, isExpected(one), JSON.stringify(one.request))
    asked += 1
    combinations += one.combinations
    if (isAllowed) allowed += 1
  }
  t.diagnostic(
    `${combinations} combinations (${asked} requests, since many combinations of the four facts look the same), ${allowed} allowed`,
  )
})

type Node = unknown
const isObject = (value: Node): value is Record<string, Node> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every expression that differs from this one in one small thing. */
function* weakened(expression: Node): Generator<Node, void, void> {
  if (Array.isArray(expression)) {
    for (const [index, one] of expression.entries())
      for (const other of weakened(one)) yield expression.with(index, other)
    return
  }
  if (!isObject(expression)) return
  for (const [operator, operands] of Object.entries(expression)) {
    if ((operator === '&&' || operator === '||') && isObject(operands)) {
      yield operands.left
      yield operands.right
    }
    if (operator === '==') yield { '!=': operands }
    if (operator === '!' && isObject(operands)) yield operands.arg
    if (operator === 'Set' && Array.isArray(operands))
      for (const index of operands.keys()) yield { Set: operands.toSpliced(index, 1) }
    for (const other of weakened(operands)) yield { ...expression, [operator]: other }
  }
}

function* weakenings(policy: PolicyJson): Generator<PolicyJson, void, void> {
  for (const index of policy.conditions.keys())
    yield { ...policy, conditions: policy.conditions.toSpliced(index, 1) }
  for (const conditions of weakened(policy.conditions))
    yield { ...policy, conditions: conditions as PolicyJson['conditions'] }
}

const policies = folder.files.flatMap(({ text }) => {
  const parts = cedar.policySetTextToParts(text)
  if (parts.type === 'failure') throw new Error('the default policies parse')
  return parts.policies.map((one) => {
    const json = cedar.policyToJson(one)
    if (json.type === 'failure') throw new Error('a policy that parses has a JSON form')
    return [json.json.annotations?.id ?? '', json.json] as const
  })
})
const drawn = [...drawnCombinations(7, { listed: 16, others: 2 })]
/** What each policy had a part in: that is where its weakening shows first. */
const decidedWith = new Map<string, Combination[]>()
for (const one of drawn)
  for (const id of askCedar(cedar, set.setName, one.request).decidedBy)
    decidedWith.set(id, [...(decidedWith.get(id)?.slice(-400) ?? []), one])

/** Whether a combination is decided otherwise by these policies than it should be; an error is noticed as well. */
function isWrong(setName: string, one: Combination): boolean {
  try {
    return askCedar(cedar, setName, one.request).isAllowed !== isExpected(one)
  } catch {
    return true
  }
}

for (const [id, policy] of policies)
  test(`no weakening of ${id} goes unnoticed`, (t) => {
    const order = [...(decidedWith.get(id) ?? []), ...drawn]
    let weakenedWays = 0
    for (const weaker of weakenings(policy)) {
      weakenedWays += 1
      const setName = `${id}-${weakenedWays}`
      const staticPolicies = Object.fromEntries(
        policies.map(([name, one]) => [name, name === id ? weaker : one]),
      )
      for (const action of policyActions)
        cedar.preparsePolicySet(setNameOf(setName, action), { staticPolicies })
      assert.ok(
        order.some((one) => isWrong(setName, one)),
        JSON.stringify(weaker.conditions),
      )
    }
    t.diagnostic(`${weakenedWays} weakenings`)
  })
