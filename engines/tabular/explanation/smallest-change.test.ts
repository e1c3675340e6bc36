import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TabularInputError } from '../errors.ts'
import { plantTable } from '../planted-table.ts'
import { compile } from '../scoring/score.ts'
import { train } from '../training/train.ts'
import { findSmallestChange, type NamedChange } from './smallest-change.ts'

const table = plantTable(1_500, 2)
const model = train({ ...table, seed: 1, options: { maxRounds: 15 } })
const scorer = compile(model)
const rows = table.rows.slice(0, 40)

const permitted: readonly NamedChange[] = [
  { name: 'mass', step: 1 },
  { name: 'price', least: 1, most: 400, step: 0.5 },
  { name: 'code', values: ['a1', 'd1', 'f1'] },
  { name: 'route', values: ['route 1', 'route 2'] },
]

test('the changed row scores on the other side of the line, and says what it was changed from', () => {
  let found = 0
  for (const row of rows) {
    const { score } = scorer.scoreOnly(row)
    const change = findSmallestChange(model, { row, score: 0.3, permitted })
    if (change.outcome !== 'found') continue
    found++
    const changed = { ...row, ...Object.fromEntries(change.changes.map(({ name, to }) => [name, to])) }
    assert.equal(scorer.scoreOnly(changed).score, change.score)
    assert.notEqual(score >= 0.3, change.score >= 0.3)
    for (const { name, from, to } of change.changes) {
      assert.equal(from, row[name])
      assert.notEqual(from, to)
      if (typeof to === 'number') assert.equal(to % (name === 'mass' ? 1 : 0.5), 0)
    }
  }
  assert.ok(found >= 20, `${found} found`)
})

test('no single other change crosses where two were needed', () => {
  const two = rows.flatMap((row) => {
    const change = findSmallestChange(model, { row, score: 0.3, permitted })
    return change.outcome === 'found' && change.changes.length > 1 ? [{ row, change }] : []
  })
  assert.ok(two.length > 0)
  for (const { row } of two)
    for (const [name, values] of [
      ['code', ['a1', 'd1', 'f1']],
      ['route', ['route 1', 'route 2']],
      ['mass', Array.from({ length: 100 }, (_, place) => 10 * place)],
    ] as const)
      for (const value of row[name] === null ? [] : values) {
        const changed = scorer.scoreOnly({ ...row, [name]: value }).score
        assert.equal(changed >= 0.3, scorer.scoreOnly(row).score >= 0.3)
      }
})

test('nothing changes a score that no margin has', () => {
  const [row = {}] = rows
  assert.deepEqual(findSmallestChange(model, { row, score: 1.5, permitted }), { outcome: 'none', steps: 1 })
})

test('a permission for what the model does not have is refused', () => {
  const [row = {}] = rows
  for (const wrong of [{ name: 'absent' }, { name: 'code' }, { name: 'mass', values: ['1'] }])
    assert.throws(
      () => findSmallestChange(model, { row, score: 0.3, permitted: [wrong] }),
      (error) => error instanceof TabularInputError && error.code === 'change_invalid',
    )
})
