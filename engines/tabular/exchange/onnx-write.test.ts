/**
 * Our ONNX files as onnxruntime runs them. The fixture holds, for each file of `exportCases` (the models of the imports' fixtures, with and without calibration), its SHA-256 and the outputs of
 * onnxruntime 1.32 (CPU) for its rows; each passed `onnx.checker.check_model` of onnx 1.23 too. A file that changes by a bit
 * has to be run again: write the `bytes` of the cases to disk, run them with `InferenceSession`, and put digest and outputs here.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { TabularInputError } from '../errors.ts'
import { leafAt } from '../model/ensemble.ts'
import type { TabularModel } from '../model/model.ts'
import { calibrated } from '../trust/calibration.ts'
import { layTrees, openDraft } from './lay-trees.ts'
import { importLightgbm } from './lightgbm.ts'
import { linkOf } from './onnx-link.ts'
import { importOnnx } from './onnx-read.ts'
import { exportOnnx } from './onnx-write.ts'
import { importXgboost } from './xgboost.ts'

interface Ran {
  readonly name: string
  readonly sha256: string
  readonly margins?: readonly number[]
  readonly labels?: readonly number[]
  readonly scores: readonly number[]
}

const ran = (
  JSON.parse(readFileSync(new URL('./onnx-exported.fixture.json', import.meta.url), 'utf8')) as {
    readonly cases: readonly Ran[]
  }
).cases
const SINGLE = 2 ** -24

interface ExportCase {
  readonly name: string
  readonly model: TabularModel
  readonly input: 'single' | 'double'
  readonly operator: 'regressor' | 'classifier'
  readonly bytes: Uint8Array
  /** Values by column; NaN is missing. */
  readonly rows: readonly (readonly number[])[]
}

interface Fixture {
  readonly cases: readonly {
    readonly name: string
    readonly json?: string
    readonly text?: string
    readonly rows: readonly (readonly (number | null)[])[]
  }[]
}

function exportCases(): readonly ExportCase[] {
  return ['xgboost-3.2', 'lightgbm-4.7'].flatMap((file) => {
    const url = new URL(`./${file}.fixture.json`, import.meta.url)
    const { cases } = JSON.parse(readFileSync(url, 'utf8')) as Fixture
    return cases.flatMap(({ name, json, text, rows: given }) => {
      if (name === 'zero as missing') return []
      const bytes = new TextEncoder().encode(json ?? text)
      const model = json === undefined ? importLightgbm(bytes) : importXgboost(bytes)
      const rows = given.map((row) => row.map((value) => value ?? Number.NaN))
      return variants(model).map(({ title, ...variant }) => ({
        ...variant,
        name: [file, name, title].join(', '),
        bytes: exportOnnx(variant.model, variant),
        rows: variant.input === 'single' ? rows.map((row) => row.map(Math.fround)) : rows,
      }))
    })
  })
}

interface Variant extends Pick<ExportCase, 'model' | 'input' | 'operator'> {
  readonly title: string
}

function variants(model: TabularModel): readonly Variant[] {
  const double: Variant = { title: 'double', model, input: 'double', operator: 'regressor' }
  const single: Variant = { title: 'single', model, input: 'single', operator: 'regressor' }
  if (model.objective.name !== 'logistic') return [double, single]
  const platt: TabularModel = { ...model, calibration: { kind: 'platt', slope: 0.7, intercept: -0.3 } }
  const isotonic: TabularModel = {
    ...model,
    calibration: {
      kind: 'isotonic',
      margins: Float64Array.of(-1.5, -0.25, -0.2, 0.4, 2),
      scores: Float64Array.of(0.02, 0.2, 0.4, 0.4, 0.9),
    },
  }
  return [
    double,
    single,
    { ...double, title: 'double classifier', operator: 'classifier' },
    { ...single, title: 'single classifier', operator: 'classifier' },
    { ...double, title: 'double Platt', model: platt },
    { ...single, title: 'single Platt classifier', model: platt, operator: 'classifier' },
    { ...double, title: 'double isotonic', model: isotonic },
    { ...single, title: 'single isotonic', model: isotonic },
  ]
}

const cases = exportCases()

function marginOf({ trees, baseMargin }: TabularModel, row: readonly number[]): number {
  let margin = baseMargin
  for (let tree = 0; tree < trees.roots.length; tree++) margin += trees.value[leafAt(trees, tree, row)] ?? 0
  return margin
}

function scoreOf(model: TabularModel, margin: number): number {
  const link = linkOf(model.objective)
  return link === 'logit' ? calibrated(model.calibration, margin) : link === 'log' ? Math.exp(margin) : margin
}

/** How far the margin may be off, as `OnnxExport.input` says. */
function bound({ trees, baseMargin }: TabularModel, input: 'single' | 'double'): number {
  const greatest = Array.from(trees.roots, (root, tree) => {
    const leaves = trees.value.subarray(root, trees.roots[tree + 1] ?? trees.value.length)
    return leaves.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  })
  const total = greatest.reduce((sum, value) => sum + value, Math.abs(baseMargin))
  return input === 'double' ? SINGLE * total : (trees.roots.length + 2) * SINGLE * total
}

test('onnxruntime ran these very files', () => {
  assert.deepEqual(
    cases.map(({ name, bytes }) => [name, createHash('sha256').update(bytes).digest('hex')]),
    ran.map(({ name, sha256 }) => [name, sha256]),
  )
})

test('onnxruntime gives our margins, within the stated bound', () => {
  for (const [at, { name, model, input, rows }] of cases.entries()) {
    // Platt's slope and intercept are worked into the margin.
    const { slope, intercept } =
      model.calibration.kind === 'platt' ? model.calibration : { slope: 1, intercept: 0 }
    for (const [row, theirs] of (ran[at]?.margins ?? []).entries()) {
      const ours = slope * marginOf(model, rows[row] ?? []) + intercept
      assert.ok(Math.abs(ours - theirs) <= bound(model, input), `${name}, row ${row}`)
    }
  }
})

test('onnxruntime gives our scores and labels, calibrated or not', () => {
  for (const [at, { name, model, rows }] of cases.entries()) {
    for (const [row, theirs] of (ran[at]?.scores ?? []).entries()) {
      const ours = scoreOf(model, marginOf(model, rows[row] ?? []))
      assert.ok(
        Math.abs(ours - theirs) <= 2e-6 * Math.max(1, Math.abs(ours)),
        `${name}, row ${row}: ${ours} ${theirs}`,
      )
      const label = ran[at]?.labels?.[row]
      if (label !== undefined) assert.equal(label, ours > 0.5 ? 1 : 0, `${name}, row ${row}`)
    }
  }
})

test('a file read back sends every row to the same leaves', () => {
  for (const { model, input, operator, rows } of cases) {
    if (model.calibration.kind !== 'none') continue
    const back = importOnnx(exportOnnx(model, { input, operator }))
    assert.deepEqual(back.objective, model.objective)
    assert.deepEqual(
      back.features.map(({ name }) => name),
      model.features.map(({ name }) => name),
    )
    if (input === 'double') assert.deepEqual(back.trees, model.trees)
    for (const row of rows)
      assert.ok(Math.abs(marginOf(back, row) - marginOf(model, row)) <= bound(model, input))
  }
})

test('what ONNX cannot say, or no runtime would take, is refused', () => {
  const logistic = cases.find(({ model }) => model.objective.name === 'logistic')?.model ?? assert.fail()
  const refuses = (model: TabularModel, operator: 'regressor' | 'classifier') =>
    assert.throws(
      () => exportOnnx(model, { operator }),
      (error) => error instanceof TabularInputError && error.code === 'model_not_exportable',
    )
  refuses({ ...logistic, objective: { name: 'squared' } }, 'classifier')
  const curve = { kind: 'isotonic', margins: Float64Array.of(0), scores: Float64Array.of(0.5) } as const
  refuses({ ...logistic, calibration: curve }, 'classifier')
  const draft = openDraft(3)
  draft.column[0] = 0
  draft.left[0] = 1
  draft.right[0] = 2
  draft.levels.set(
    0,
    Array.from({ length: 10_001 }, (_, level) => level),
  )
  refuses({ ...logistic, trees: layTrees([draft], logistic.features.length) }, 'regressor')
})

test('an empty set sends whatever is present right, also after a round trip', () => {
  const draft = openDraft(3)
  draft.column[0] = 0
  draft.left[0] = 1
  draft.right[0] = 2
  draft.missingLeft[0] = 1
  draft.levels.set(0, [])
  draft.value.set([0, 1, 2])
  const [{ model } = assert.fail()] = cases
  const back = importOnnx(exportOnnx({ ...model, baseMargin: 0, trees: layTrees([draft], 6) }))
  assert.deepEqual(
    [0, 1, 99, Number.NaN].map((level) => marginOf(back, [level])),
    [2, 2, 2, 1],
  )
})
