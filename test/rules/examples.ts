/** A rule that never fails proves nothing: each is shown to find a breach, and to leave alone what only looks like one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Finding, listed, parse, type Rule } from '../source/parse.ts'

type Files = Readonly<Record<string, string>>

export interface Example {
  readonly what: string
  readonly rule: Rule
  readonly bad: Files
  /** What is found in `bad`, as path and line. */
  readonly at: readonly string[]
  readonly good?: Files
}

export function showBreaches(examples: readonly Example[]): void {
  for (const { what, rule, bad, at, good = {} } of examples) {
    test(`a breach is found: ${what}`, () => {
      assert.deepEqual(placesOf(rule(parse(bad))), [...at].sort())
      assert.deepEqual(listed(rule(parse(good))), [])
    })
  }
}

/** `kernel/a.ts:1` for each finding. */
export function placesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ path, line }) => `${path}:${line}`).sort()
}

/** The lines of one file, for `at`. */
export function linesOf(path: string, ...lines: readonly number[]): readonly string[] {
  return lines.map((line) => `${path}:${line}`)
}
