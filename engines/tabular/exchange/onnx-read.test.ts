/**
 * Models of trees that converters wrote, with what onnxruntime made of them. The fixture: models of xgboost 3.2, lightgbm 4.7
 * and scikit-learn 1.9 through onnxmltools 1.16 and skl2onnx 1.20, run by onnxruntime 1.32 on rows with missing values and
 * with singles on thresholds and next to them; the last output, of classifiers the second class.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { leafAt } from '../model/ensemble.ts'
import { attribute, node, operatorSet, valueInfo } from './onnx-messages.ts'
import { importOnnx } from './onnx-read.ts'
import { joinBytes, writeField } from './protobuf.ts'

interface Case {
  readonly name: string
  readonly onnx: string
  readonly rows: readonly (readonly (number | null)[])[]
  readonly outputs: readonly number[]
}

const { cases } = JSON.parse(
  readFileSync(new URL('./onnx-converted.fixture.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] }

for (const { name, onnx, rows, outputs } of cases) {
  if (name === 'scikit-learn forest classifier') continue
  test(`${name}: every row scores as onnxruntime scores it`, () => {
    const { trees, baseMargin, objective } = importOnnx(Buffer.from(onnx, 'base64'))
    for (const [at, values] of rows.entries()) {
      const row = values.map((value) => value ?? Number.NaN)
      let margin = baseMargin
      for (let tree = 0; tree < trees.roots.length; tree++)
        margin += trees.value[leafAt(trees, tree, row)] ?? 0
      const score = objective.name === 'logistic' ? 1 / (1 + Math.exp(-margin)) : margin
      assert.ok(Math.abs(score - (outputs[at] ?? Number.NaN)) <= 1e-6, `row ${at}`)
    }
  })
}

interface Parts {
  readonly attributes?: Readonly<Record<string, Uint8Array | null>>
  readonly nodes?: readonly Uint8Array[]
  readonly operator?: string
  readonly elements?: number
  readonly inputs?: number
  readonly opset?: number
}

/** A model of one tree: column 0 at most 1, else column 1 is level 3, 5 or 9, a chain that ends in one leaf. */
function modelOf({
  attributes = {},
  nodes = [],
  operator,
  elements = 1,
  inputs = 1,
  opset = 3,
}: Parts): Uint8Array {
  const all: Readonly<Record<string, Uint8Array | null>> = {
    nodes_treeids: attribute('nodes_treeids', { wholes: Array(7).fill(0) }),
    nodes_nodeids: attribute('nodes_nodeids', { wholes: [0, 1, 2, 3, 4, 5, 6] }),
    nodes_featureids: attribute('nodes_featureids', { wholes: [0, 0, 1, 1, 1, 0, 0] }),
    nodes_modes: attribute('nodes_modes', {
      texts: ['BRANCH_LEQ', 'LEAF', 'BRANCH_EQ', 'BRANCH_EQ', 'BRANCH_EQ', 'LEAF', 'LEAF'],
    }),
    nodes_values: attribute('nodes_values', { singles: [1, 0, 3, 5, 9, 0, 0] }),
    nodes_truenodeids: attribute('nodes_truenodeids', { wholes: [1, 0, 5, 5, 5, 0, 0] }),
    nodes_falsenodeids: attribute('nodes_falsenodeids', { wholes: [2, 0, 3, 4, 6, 0, 0] }),
    target_treeids: attribute('target_treeids', { wholes: [0, 0, 0] }),
    target_nodeids: attribute('target_nodeids', { wholes: [1, 5, 6] }),
    target_ids: attribute('target_ids', { wholes: [0, 0, 0] }),
    target_weights: attribute('target_weights', { singles: [10, 20, 30] }),
    ...attributes,
  }
  const trees = node({
    operator: operator ?? 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    inputs: ['x'],
    outputs: ['y'],
    attributes: Object.values(all).filter((one) => one !== null),
  })
  const input = valueInfo('x', {
    type: elements === 11 ? 'double' : elements === 7 ? 'whole' : 'single',
    columns: 2,
  })
  return joinBytes([
    writeField(1, 8),
    writeField(
      7,
      joinBytes([
        ...[trees, ...nodes].map((one) => writeField(1, one)),
        ...Array.from({ length: inputs }, () => writeField(11, input)),
        writeField(12, valueInfo('y', { type: 'single', columns: 1 })),
      ]),
    ),
    writeField(8, operatorSet('ai.onnx.ml', opset)),
  ])
}

const valueAt = (bytes: Uint8Array, row: readonly number[]) => {
  const { trees } = importOnnx(bytes)
  return trees.value[leafAt(trees, 0, row)]
}

test('a chain of equalities that share their leaf is one split by a set', () => {
  const bytes = modelOf({})
  assert.equal(importOnnx(bytes).trees.column.length, 5)
  assert.equal(valueAt(bytes, [1, 3]), 10)
  for (const level of [3, 5, 9]) assert.equal(valueAt(bytes, [2, level]), 20)
  for (const level of [0, 4, 35, Number.NaN]) assert.equal(valueAt(bytes, [2, level]), 30)
  assert.equal(importOnnx(bytes).features[1]?.kind, 'level')
})

test('each mode sends values, and missing ones, as its comparison says', () => {
  const compare: Readonly<Record<string, (value: number) => boolean>> = {
    BRANCH_LEQ: (value) => value <= 4,
    BRANCH_LT: (value) => value < 4,
    BRANCH_GTE: (value) => value >= 4,
    BRANCH_GT: (value) => value > 4,
    BRANCH_EQ: (value) => value === 4,
    BRANCH_NEQ: (value) => value !== 4,
  }
  for (const [mode, holds] of Object.entries(compare)) {
    for (const missing of [0, 1]) {
      for (const elements of [1, 11]) {
        const bytes = modelOf({
          elements,
          attributes: {
            nodes_modes: attribute('nodes_modes', {
              texts: [mode, 'LEAF', 'BRANCH_EQ', 'BRANCH_EQ', 'BRANCH_EQ', 'LEAF', 'LEAF'],
            }),
            nodes_values: attribute('nodes_values', { singles: [4, 0, 3, 5, 9, 0, 0] }),
            missing: attribute('nodes_missing_value_tracks_true', { wholes: [missing, 0, 0, 0, 0, 0, 0] }),
          },
        })
        for (const value of [3, 4, 5, Number.NaN]) {
          const isTrue = holds(value) || (missing === 1 && Number.isNaN(value))
          assert.equal(valueAt(bytes, [value, 3]), isTrue ? 10 : 20, `${mode} ${missing} ${value}`)
        }
      }
    }
  }
})

test('thresholds are compared in the precision of the input', () => {
  const just = 1 + 2 ** -30
  assert.equal(valueAt(modelOf({ elements: 1 }), [just, 3]), 10)
  assert.equal(valueAt(modelOf({ elements: 11 }), [just, 3]), 20)
})

test('hit rates that count are the cover, others are not', () => {
  const rates = (singles: readonly number[]) => ({ nodes_hitrates: attribute('nodes_hitrates', { singles }) })
  assert.deepEqual(
    [...importOnnx(modelOf({ attributes: rates([9, 4, 5, 5, 5, 3, 2]) })).trees.cover],
    [9, 4, 5, 3, 2],
  )
  assert.deepEqual(
    [...importOnnx(modelOf({ attributes: rates([1, 1, 1, 1, 1, 1, 1]) })).trees.cover],
    [0, 0, 0, 0, 0],
  )
})

test('a classifier that averages its trees is refused', () => {
  const forest = cases.find(({ name }) => name === 'scikit-learn forest classifier') ?? assert.fail()
  assert.throws(() => importOnnx(Buffer.from(forest.onnx, 'base64')), /do not add up to log odds/)
})

test('whatever else a graph may hold is refused', () => {
  const refuses = (parts: Parts, why: RegExp) => assert.throws(() => importOnnx(modelOf(parts)), why)
  const after = (operator: string, domain = '') => node({ operator, domain, inputs: ['y'], outputs: ['z'] })
  assert.equal(importOnnx(modelOf({ nodes: [after('Sigmoid')] })).objective.name, 'logistic')
  assert.equal(importOnnx(modelOf({ nodes: [after('Exp')] })).objective.name, 'poisson')
  refuses({ nodes: [after('Softmax')] }, /operator after its trees/)
  refuses({ nodes: [after('Sigmoid', 'com.example')] }, /operator after its trees/)
  refuses({ nodes: [node({ operator: 'Exp', inputs: ['x'], outputs: ['z'] })] }, /more than one ensemble/)
  refuses({ operator: 'SVMRegressor' }, /more than one ensemble|no ensemble/)
  refuses({ inputs: 2 }, /one input/)
  refuses({ elements: 7 }, /singles or doubles/)
  refuses({ opset: 5 }, /versions 1 to 4/)
  const having = (name: string, content: Parameters<typeof attribute>[1]) => ({
    attributes: { [name]: attribute(name, content) },
  })
  refuses(having('aggregate_function', { text: 'AVERAGE' }), /only sums/)
  refuses(having('n_targets', { whole: 2 }), /several targets/)
  refuses(having('target_ids', { wholes: [0, 1, 0] }), /several outputs/)
  refuses(having('post_transform', { text: 'PROBIT' }), /transforms its sum/)
  refuses(having('base_values', { singles: [1, 2] }), /several outputs/)
  refuses(having('nodes_secret', { wholes: [1] }), /unknown attribute/)
})

test('trees that contradict themselves are refused', () => {
  const refuses = (name: string, content: Parameters<typeof attribute>[1] | null, why: RegExp) =>
    assert.throws(
      () =>
        importOnnx(modelOf({ attributes: { [name]: content === null ? null : attribute(name, content) } })),
      why,
    )
  refuses('nodes_truenodeids', { wholes: [0, 0, 5, 5, 5, 0, 0] }, /more than one parent/)
  refuses('nodes_falsenodeids', { wholes: [2, 0, 3, 2, 6, 0, 0] }, /parent|reached/)
  refuses('nodes_falsenodeids', { wholes: [2, 0, 3, 4, 99, 0, 0] }, /child outside/)
  refuses('nodes_truenodeids', { wholes: [1, 0, 5, 5, 6, 0, 0] }, /more than one parent/)
  refuses('nodes_nodeids', { wholes: [0, 1, 2, 3, 4, 5, 5] }, /repeats a node/)
  refuses('nodes_treeids', { wholes: [0, 1, 0, 0, 0, 0, 0] }, /do not stand together/)
  refuses('nodes_featureids', { wholes: [0, 0, 2, 2, 2, 0, 0] }, /feature that is not there/)
  refuses('nodes_featureids', { wholes: [-1, 0, 1, 1, 1, 0, 0] }, /feature below 0/)
  refuses('nodes_values', { singles: [1, 0, 3, 5.5, 9, 0, 0] }, /what is no level/)
  refuses('nodes_values', { singles: [Number.NaN, 0, 3, 5, 9, 0, 0] }, /threshold that is not finite/)
  refuses('nodes_values', null, /nodes_values for another number/)
  refuses('nodes_values', { singles: [1] }, /nodes_values for another number/)
  refuses('nodes_modes', { texts: Array(7).fill('BRANCH') }, /unknown mode/)
  refuses('target_weights', { singles: [10, Number.POSITIVE_INFINITY, 30] }, /not a finite number/)
  refuses('target_weights', { singles: [10] }, /not of one length/)
  refuses('target_nodeids', { wholes: [1, 5, 5] }, /several values/)
  refuses('target_nodeids', { wholes: [1, 5, 2] }, /no leaves/)
})
