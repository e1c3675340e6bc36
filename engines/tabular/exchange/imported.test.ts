/**
 * An imported model is a model like any other: stored, scored and explained. LightGBM says what it scores and what each
 * feature contributed; the fixture is described in `lightgbm.test.ts`, the one of ONNX in `onnx-read.test.ts`.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { TabularInputError } from '../errors.ts'
import type { TabularModel } from '../model/model.ts'
import { decodeModel, encodeModel } from '../model/model-file.ts'
import { compile } from '../scoring/score.ts'
import { importModel } from './exchange.ts'

interface Case {
  readonly name: string
  readonly text: string
  readonly sigmoid: number
  readonly rows: readonly (readonly (number | null)[])[]
  readonly scores: readonly number[]
  readonly contributions: readonly (readonly number[])[]
}

const fixture = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`./${file}.fixture.json`, import.meta.url), 'utf8'))
const { cases } = fixture('lightgbm-4.7') as { readonly cases: readonly Case[] }
const rowOf = ({ features }: TabularModel, values: readonly (number | null)[]) =>
  Object.fromEntries(features.map(({ name }, column) => [name, values[column] ?? null]))

for (const { name, text, sigmoid, rows, scores, contributions } of cases) {
  if (name === 'zero as missing') continue
  test(`LightGBM ${name}: stored and read back, it scores and explains as LightGBM does`, () => {
    const model = decodeModel(encodeModel(importModel(new TextEncoder().encode(text))))
    assert.equal(model.provenance?.from, 'lightgbm')
    const scorer = compile(model)
    for (const [at, values] of rows.entries()) {
      const theirs = scores[at] ?? Number.NaN
      const { score } = scorer.scoreOnly(rowOf(model, values))
      assert.ok(Math.abs(score - theirs) <= 1e-12 * Math.max(1, Math.abs(theirs)), `row ${at}`)
    }
    for (const [at, theirs] of contributions.entries()) {
      const ours = scorer.score(rowOf(model, rows[at] ?? [])).contributions
      for (const [feature, value] of theirs.slice(0, -1).entries())
        assert.ok(Math.abs((ours[feature] ?? 0) - value * sigmoid) < 1e-9, `row ${at}, feature ${feature}`)
    }
  })
}

test('a model whose file does not count rows scores, and refuses to explain', () => {
  const { cases } = fixture('onnx-converted') as {
    readonly cases: readonly { readonly name: string; readonly onnx: string }[]
  }
  const { onnx = '' } = cases.find(({ name }) => name === 'xgboost regressor') ?? {}
  const model = decodeModel(encodeModel(importModel(Buffer.from(onnx, 'base64'))))
  const row = rowOf(model, [0, 0, 0, 0])
  assert.ok(Number.isFinite(compile(model).scoreOnly(row).score))
  assert.throws(
    () => compile(model).score(row),
    (error) => error instanceof TabularInputError && error.code === 'cover_missing',
  )
})
