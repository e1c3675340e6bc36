import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { holds, operatorActor, roles } from '../access/roles.ts'
import { catalogue } from '../errors.ts'
import { LogKind } from '../log/kinds.ts'
import { duties, incompatible, requireCompatible } from './separation.ts'

test('no role holds what nobody is to hold together', () => {
  for (const role of Object.keys(roles))
    for (const { one, other } of incompatible) {
      const both = holds({ roles: [role] }, one) && holds({ roles: [role] }, other)
      assert.equal(both, false, `${role} holds ${one} and ${other}`)
    }
})

test('each pair is one that a wrong role would be found by', () => {
  for (const { one, other } of incompatible) {
    const holders = (scope: typeof one) =>
      Object.keys(roles).filter((role) => holds({ roles: [role] }, scope))
    assert.notDeepEqual(holders(one), [], one)
    assert.notDeepEqual(holders(other), [], other)
  }
})

test('each duty names acts that the log records, and a refusal', () => {
  for (const { first, barred, refusal } of Object.values(duties)) {
    for (const kind of [first, ...barred]) assert.ok(LogKind.safeParse(kind).success, kind)
    assert.equal(catalogue[refusal].status, 403)
  }
})

test('an administrator comes to read cases by no role that they take', () => {
  for (const role of Object.keys(roles)) {
    const [before, after] = [{ roles: ['administrator'] }, { roles: ['administrator', role] }]
    if (holds(after, 'case.read'))
      assert.throws(() => requireCompatible(before, after), { code: 'duty.incompatible' }, role)
  }
})

test('no role taken brings together what nobody holds, whatever was held before', () => {
  const names = Object.keys(roles)
  fc.assert(
    fc.property(fc.subarray(names), fc.constantFrom(...names), (held, taken) => {
      const [before, after] = [{ roles: held }, { roles: [...held, taken] }]
      const isNew = incompatible.some(({ one, other, byGlass }) => {
        const both = (holder: typeof before) => holds(holder, one) && holds(holder, other)
        return !byGlass && both(after) && !both(before)
      })
      if (isNew) assert.throws(() => requireCompatible(before, after), { code: 'duty.incompatible' })
      else requireCompatible(before, after)
    }),
  )
})

test('the operator, whose the machine is, is the one exception, and no account can be like them', () => {
  const operator = operatorActor('6b1f0000-0000-7000-8000-000000000000', 'amina')
  assert.ok(incompatible.some(({ one, other }) => holds(operator, one) && holds(operator, other)))
  assert.equal(operator.accountId, undefined)
})
