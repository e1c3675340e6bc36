import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ModelFormatError } from '../errors.ts'
import { leafAt } from '../model/ensemble.ts'
import { checkEnsemble } from '../model/ensemble-check.ts'
import { layTrees, type TreeDraft } from './lay-trees.ts'

/** Node 0 cuts column 0 at 1; node 1 splits column 1 by a set; 2, 3 and 4 are leaves. */
function draft(changes: Partial<TreeDraft> = {}): TreeDraft {
  return {
    column: [0, 1, -1, -1, -1],
    threshold: [1, 0, 0, 0, 0],
    left: [2, 4, 0, 0, 0],
    right: [1, 3, 0, 0, 0],
    missingLeft: [0, 1, 0, 0, 0],
    levels: new Map([[1, [0, 40]]]),
    value: [0, 0, 10, 20, 30],
    cover: [9, 5, 4, 3, 2],
    ...changes,
  }
}

test('children stand side by side and every row ends where the draft says', () => {
  const trees = layTrees([draft(), draft()], 2)
  assert.equal(checkEnsemble(trees, 2), undefined)
  const valueAt = (row: number[]) => trees.value[leafAt(trees, 1, row)]
  assert.equal(valueAt([1, 0]), 10)
  assert.equal(valueAt([2, 0]), 30)
  assert.equal(valueAt([Number.NaN, 40]), 30)
  assert.equal(valueAt([2, Number.NaN]), 30)
  for (const level of [1, 8, 39, 41, 72, 2 ** 31]) assert.equal(valueAt([2, level]), 20)
})

test('a walk that could go in circles, leave its tree or ask for no column is refused', () => {
  const refuses = (changes: Partial<TreeDraft>, why: RegExp) =>
    assert.throws(() => layTrees([draft(changes)], 2), why)
  refuses({ left: [0, 4, 0, 0, 0] }, /more than one parent/)
  refuses({ right: [1, 0, 0, 0, 0] }, /more than one parent/)
  refuses({ left: [2, 2, 0, 0, 0] }, /more than one parent/)
  refuses({ left: [5, 4, 0, 0, 0] }, /child outside/)
  refuses({ left: [-1, 4, 0, 0, 0] }, /child outside/)
  refuses({ left: [1.5, 4, 0, 0, 0] }, /child outside/)
  refuses({ column: [0, -1, -1, -1, -1] }, /cannot be reached/)
  refuses({ column: [2, 1, -1, -1, -1] }, /feature that is not there/)
  refuses({ column: [] }, /has no node/)
  refuses({ lost: 1 }, /cannot be reached/)
})

test('a number that is not finite and a level that is none are refused', () => {
  const refuses = (changes: Partial<TreeDraft>, why: RegExp) =>
    assert.throws(() => layTrees([draft(changes)], 2), why)
  refuses({ value: [0, 0, Number.POSITIVE_INFINITY, 0, 0] }, /leaf value that is not a finite/)
  refuses({ threshold: [Number.NaN, 0, 0, 0, 0] }, /threshold that is not a finite/)
  refuses({ cover: [Number.NaN, 0, 0, 0, 0] }, /cover that is not a finite/)
  refuses({ cover: [-1, 0, 0, 0, 0] }, /cover below 0/)
  for (const level of [-1, 1.5, 2 ** 24]) refuses({ levels: new Map([[1, [level]]]) }, /level that is not/)
})

test('sets that would fill the memory from a short file are refused', () => {
  const many = Array.from({ length: 40 }, () => draft({ levels: new Map([[1, [2 ** 24 - 1]]]) }))
  assert.throws(() => layTrees(many, 2), /too large together/)
})

test('any draft is laid out soundly or refused', () => {
  const node = fc.integer({ min: -1, max: 5 })
  const list = fc.array(node, { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(list, list, list, (column, left, right) => {
      try {
        assert.equal(
          checkEnsemble(layTrees([draft({ column, left, right, levels: new Map() })], 6), 6),
          undefined,
        )
      } catch (error) {
        assert.ok(error instanceof ModelFormatError)
      }
    }),
    { numRuns: 2000 },
  )
})
