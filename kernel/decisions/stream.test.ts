import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel, permit } from '../../test/kernel.ts'
import { bytesOf } from '../imports/test-content.ts'
import type { IntakeLine } from './replies.ts'
import { decideStream } from './stream.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const never = new AbortController().signal

async function answers(
  format: 'ndjson' | 'csv',
  text: string,
  signal = never,
): Promise<readonly IntakeLine[]> {
  const source = bytesOf(text, 61)
  const request = { applicationId: 'permits', format, source, signal }
  return (await Array.fromAsync(decideStream(kernel, operator, request))).flat()
}

const ndjson = (cases: readonly unknown[]) => cases.map((one) => `${JSON.stringify(one)}\n`).join('')
const short = (line: IntakeLine) => `${line.line} ${line.status}`

test('every line of a stream is answered, in order, by its number', async () => {
  const kinds = fc.constantFrom('good', 'invalid', 'broken', 'again')
  await fc.assert(
    fc.asyncProperty(fc.array(kinds, { minLength: 1, maxLength: 30 }), async (lines) => {
      const known = permit()
      const expected = { good: 'accepted', invalid: 'refused', broken: 'refused', again: 'unchanged' }
      const textOf = {
        invalid: '{"permitNumber":1}',
        broken: '{"permitNumber":',
        again: JSON.stringify(known),
      }
      await answers('ndjson', ndjson([known]))
      const text = lines.map((kind) => (kind === 'good' ? JSON.stringify(permit()) : textOf[kind])).join('\n')
      assert.deepEqual(
        (await answers('ndjson', text)).map(short),
        lines.map((kind, index) => `${index + 1} ${expected[kind]}`),
      )
    }),
    { numRuns: 15 },
  )
})

test('a table whose columns are the fields is the same as lines of JSON', async () => {
  const cases = [permit({ answer: 'check', score: 0.5 }), permit({ answer: 'refuse', score: 1 })]
  const rows = cases.map((one) => [one.permitNumber, one.filedOn, one.answer, one.score].join(','))
  const table = ['permitNumber,filedOn,answer,score', ...rows, 'PERMIT-X,yesterday,grant,'].join('\n')
  const lines = await answers('csv', table)
  assert.deepEqual(lines.map(short), ['2 accepted', '3 accepted', '4 refused'])
  assert.deepEqual((await answers('ndjson', ndjson(cases))).map(short), ['1 unchanged', '2 unchanged'])
})

test('a column that is no field of the case is refused before anything is taken', async () => {
  const table = 'permitNumber,filedOn,answer,colour\nPERMIT-C,2026-02-01,grant,red\n'
  await assert.rejects(answers('csv', table), { code: 'import.columns_unmapped' })
})

test('an answered line is stored, and a stream that is given up answers no more', async () => {
  const stopping = new AbortController()
  const cases = Array.from({ length: 8_000 }, () => permit())
  const seen: string[] = []
  await assert.rejects(async () => {
    const source = bytesOf(ndjson(cases), 4_096)
    const request = { applicationId: 'permits', format: 'ndjson', source, signal: stopping.signal } as const
    for await (const lines of decideStream(kernel, operator, request)) {
      seen.push(...lines.flatMap((line) => (line.status === 'refused' ? [] : [line.reference])))
      stopping.abort(new Error('the client hung up'))
    }
  }, /the client hung up/)
  assert.ok(seen.length > 0 && seen.length < cases.length)
  const { rowCount } = await owner.query('select from cases where reference = any($1)', [
    cases.map(({ permitNumber }) => permitNumber),
  ])
  assert.equal(rowCount, seen.length)
})

test('a stream for an application that is not installed is refused', async () => {
  const request = {
    applicationId: 'nowhere',
    format: 'ndjson',
    source: bytesOf('{}'),
    signal: never,
  } as const
  await assert.rejects(Array.fromAsync(decideStream(kernel, operator, request)), {
    code: 'application.not_installed',
  })
})

test('an empty stream has no answers', async () => {
  assert.deepEqual(await answers('ndjson', ''), [])
  assert.deepEqual(await answers('ndjson', '\n\n'), [])
})
