import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { completeOptions, defaultOptions, readOptions } from './options.ts'

const refuses = (given: Readonly<Record<string, unknown>>, message: RegExp) =>
  assert.throws(() => readOptions(given), { name: 'TabularInputError', code: 'option_invalid', message })

test('what is left out has its default', () => {
  assert.deepEqual(completeOptions({}), defaultOptions)
  assert.deepEqual(completeOptions({ l1: 2 }), { ...defaultOptions, l1: 2 })
})

test('complete options stay as they are, also by way of a file', () => {
  const given = completeOptions({
    ...{
      objective: { name: 'tweedie', power: 1.4 },
      growth: 'depth',
      maxDepth: 4,
      interactions: [['a', 'b'], ['c']],
    },
  })
  assert.deepEqual(completeOptions(given), given)
  assert.deepEqual(readOptions(JSON.parse(JSON.stringify(given))), given)
})

test('some defaults follow from other options', () => {
  assert.equal(completeOptions({ objective: { name: 'poisson' } }).maxStep, 0.7)
  assert.equal(completeOptions({ objective: { name: 'poisson' }, maxStep: 0 }).maxStep, 0)
  assert.equal(completeOptions({ objective: { name: 'tweedie', power: 1.2 } }).maxStep, 2)
  assert.equal(completeOptions({ growth: 'depth' }).maxLeaves, 64)
  assert.equal(completeOptions({ growth: 'depth', maxDepth: 20 }).maxLeaves, 4_096)
  assert.equal(completeOptions({ growth: 'depth', maxLeaves: 9 }).maxLeaves, 9)
})

test('every number is bounded and refused by name', () => {
  const names = Object.entries(defaultOptions).filter(([, value]) => typeof value === 'number')
  assert.equal(names.length, 19)
  for (const [name] of names) {
    for (const value of [-1, 1e12, Number.NaN, Number.POSITIVE_INFINITY, '3', null, undefined, [3]])
      refuses({ [name]: value }, new RegExp(`^option ${name} must be a`))
  }
})

test('an option nobody knows is refused, whatever it is called', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      fc.pre(!Object.hasOwn(defaultOptions, name))
      assert.throws(() => readOptions({ [name]: 1 }), { code: 'option_invalid' })
    }),
  )
  refuses({ constructor: 1 }, /no training option "constructor"/)
})

test('growth, objective and interactions are checked', () => {
  refuses({ growth: 'width' }, /growth must be "leaf" or "depth"/)
  refuses({ objective: { name: 'hinge' } }, /objective must name one of logistic, squared/)
  for (const interactions of ['a', [['a', 'a']], [[]], ['a'], [[1]]])
    refuses({ interactions }, /interactions/)
})

test('positiveWeight is refused where there are no positives', () => {
  assert.equal(completeOptions({ positiveWeight: 5 }).positiveWeight, 5)
  refuses({ positiveWeight: 5, objective: { name: 'squared' } }, /positiveWeight is for logistic/)
})
