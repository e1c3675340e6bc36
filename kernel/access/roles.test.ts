import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { actingAt, holds, operatorActor, roles, type Scope, scopes, unitsFor } from './roles.ts'

test('an administrator reads no case and decides nothing by being one', () => {
  const forbidden: readonly Scope[] = [
    'case.open',
    'case.read',
    'case.review',
    'decision.read',
    'outcome.record',
  ]
  for (const scope of forbidden) assert.equal(holds({ roles: ['administrator'] }, scope), false, scope)
})

test('who decides does not watch over deciding', () => {
  for (const scope of ['case.review', 'case.open', 'outcome.record'] as const)
    for (const role of ['auditor', 'data_protection_officer', 'council'])
      assert.equal(holds({ roles: [role] }, scope), false, `${role} ${scope}`)
})

test('only people review: no connected system holds the scope', () => {
  assert.equal(holds({ roles: ['machine'] }, 'case.review'), false)
})

test('who trains models neither opens cases nor says what came of them', () => {
  for (const scope of ['case.open', 'outcome.record'] as const)
    assert.equal(holds({ roles: ['model_owner'] }, scope), false)
})

test('a name that is no role of the institution holds nothing', () => {
  const inherited = fc.constantFrom('toString', '__proto__', 'constructor', 'customs.examiner', 'Officer', '')
  const unknown = fc.oneof(inherited, fc.string()).filter((name) => !Object.hasOwn(roles, name))
  fc.assert(
    fc.property(fc.array(unknown), fc.constantFrom(...scopes), (names, scope) => {
      assert.equal(holds({ roles: names }, scope), false)
    }),
  )
})

test('several roles hold what each holds, and no more', () => {
  const some = fc.subarray(Object.keys(roles))
  fc.assert(
    fc.property(some, fc.constantFrom(...scopes), (names, scope) => {
      const byOne = names.some((name) => holds({ roles: [name] }, scope))
      assert.equal(holds({ roles: names }, scope), byOne)
    }),
  )
})

test('every scope is held by some role, and every role has a name in both languages', () => {
  for (const scope of scopes) {
    const holders = Object.keys(roles).filter((role) => holds({ roles: [role] }, scope))
    assert.notDeepEqual(holders, [], scope)
  }
  for (const { label } of Object.values(roles)) assert.match(label.ur, /\p{Script=Arabic}/u)
})

test('the operator at the command line is named in the log and decides no case', () => {
  const actor = operatorActor('6b1f0000-0000-7000-8000-000000000000', 'amina')
  assert.equal(actor.name, 'operator:amina')
  assert.equal(actor.accountId, undefined)
  // Who answers for the machine answers persons' requests on it too, and each reading is in the log.
  for (const scope of ['case.open', 'case.review', 'outcome.record'] as const)
    assert.equal(holds(actor, scope), false)
})

test('a role holds at its units what concerns cases, and nothing of the institution as a whole', () => {
  const ofCases: readonly Scope[] = [
    'case.open',
    'case.read',
    'case.review',
    'outcome.record',
    'decision.read',
    'log.read',
    'unit.read',
  ]
  const names = fc.uniqueArray(fc.constantFrom(...Object.keys(roles)), { minLength: 1 })
  const limited = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1 })
  fc.assert(
    fc.property(names, limited, fc.constantFrom(...scopes), (held, at, scope) => {
      const everywhere = holds({ roles: held }, scope)
      const atUnits = { roles: held, units: new Map(held.map((role) => [role, at])) }
      assert.equal(holds(atUnits, scope), everywhere && ofCases.includes(scope))
      const expected = everywhere && ofCases.includes(scope) ? [...new Set(at)] : []
      assert.deepEqual(unitsFor(atUnits, scope), expected)
    }),
  )
})

test('acting at a unit leaves the roles that hold there', () => {
  const actor = {
    roles: ['officer', 'auditor', 'permits.clerk'],
    units: new Map([
      ['officer', ['a']],
      ['auditor', ['b']],
    ]),
  }
  assert.deepEqual(actingAt(actor, 'a').roles, ['officer', 'permits.clerk'])
  assert.deepEqual(actingAt(actor, 'c').roles, ['permits.clerk'])
  assert.deepEqual(actingAt(actor, null).roles, ['permits.clerk'])
  assert.deepEqual(actingAt({ roles: ['officer'] }, null).roles, ['officer'])
})
