import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { readMapping } from './mapping.ts'
import { neutralise, restore } from './neutralise.ts'
import { type ImportedRow, isRefused, openImport } from './read.ts'
import { refusedFileHeader, refusedFileRows } from './refused.ts'
import { bytesOf } from './test-content.ts'

const mappingOf = (delimiter: string, encoding = 'utf-8') =>
  readMapping({
    id: 'test',
    title: { en: 'Test', ur: 'آزمائش' },
    source: { name: 'a test' },
    format: { delimiter, encoding, header: true, decimal: '.', thousands: 'none' },
    case: [
      { to: 'number', from: 'Number', as: 'text', multiline: true },
      { to: 'goods', from: '=Goods', as: 'text', multiline: true, optional: true },
      { to: 'massKg', from: 'Mass', as: 'decimal', minimum: 0 },
    ],
  })

const comma = mappingOf(',')

/** Reads a file and writes what was refused of it. */
async function pass(content: string, mapping = comma) {
  const reading = await openImport(bytesOf(content, 64), mapping)
  const rows = (await Array.fromAsync(reading.batches)).flat()
  const refused = rows.filter(isRefused)
  return {
    rows,
    refused,
    file: refusedFileHeader(reading.header, reading.delimiter) + refusedFileRows(refused, reading),
  }
}

const casesOf = (rows: readonly ImportedRow[]) => rows.flatMap((row) => (isRefused(row) ? [] : [row.case]))

test('a refused row is written with its columns, line, codes and reasons in both languages', async () => {
  const { file } = await pass('Number,=Goods,Mass\n1,rice,5\n2,tea,-6\n,rice,"1,5"\n')
  assert.ok(file.startsWith('\ufeff'))
  const written: readonly Record<string, string>[] = parse(file, { bom: true, columns: true })
  assert.deepEqual(
    written.map((row) => [
      row.Number,
      row["'=Goods"],
      row.Mass,
      row.refused_line,
      row.refused_field,
      row.refused_code,
    ]),
    [
      ['2', 'tea', '-6', '3', 'Mass', 'import.number_negative'],
      ['', 'rice', '1,5', '4', 'Number | Mass', 'import.value_missing | import.number_ambiguous'],
    ],
  )
  assert.equal(written[0]?.refused_reason_en, 'The number must not be negative.')
  assert.match(written[0]?.refused_reason_ur ?? '', /منفی/)
})

test('mended rows go in through the same mapping', async () => {
  const first = await pass('Number,=Goods,Mass\n1,rice,5\n2,"=cmd|calc",-6\n3,"two\nlines",x\n')
  const mended = first.file.replace('-6', '6').replace(',x,', ',7,')
  const second = await pass(mended)
  assert.deepEqual(second.refused, [])
  assert.deepEqual(casesOf(second.rows), [
    { number: '2', goods: '=cmd|calc', massKg: 6 },
    { number: '3', goods: 'two\nlines', massKg: 7 },
  ])
})

test('a file of another encoding and delimiter comes back in UTF-8 and is accepted', async () => {
  const mapping = mappingOf(';', 'windows-1256')
  const first = await pass('Number;=Goods;Mass\n1;a;-5\n', mapping)
  const second = await pass(first.file.replace('-5', '5').replace(';a;', ';چاول;'), mapping)
  assert.deepEqual(casesOf(second.rows), [{ number: '1', goods: 'چاول', massKg: 5 }])
})

test('a row whose columns could not be told apart keeps its text, and is refused again until it is mended', async () => {
  const first = await pass('Number,=Goods,Mass\n1,"rice"s,5\n2,b\n3,a\0b,7\n')
  const written: readonly Record<string, string>[] = parse(first.file, { bom: true, columns: true })
  assert.deepEqual(
    written.map(({ refused_raw }) => refused_raw),
    ['1,"rice"s,5', '2,b', '3,a␀b,7'],
  )
  const again = await pass(first.file)
  assert.equal(again.refused.length, 3)
})

test('what is refused is refused again for the same reasons when nobody mended it', async () => {
  const characters = fc.constantFrom(
    'a',
    '"',
    ',',
    ';',
    '\n',
    '\r',
    "'",
    '=',
    '-',
    '+',
    '@',
    '\t',
    'چ',
    '1',
    ' ',
  )
  const cell = fc.string({ unit: characters, maxLength: 8 })
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const rows = fc.array(fc.tuple(cell, cell, fc.oneof(cell, fc.constant('5'))), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(',', ';'), async (rows, delimiter) => {
      const mapping = mappingOf(delimiter)
      const header = ['Number', '=Goods', 'Mass']
      const first = await pass(
        [header, ...rows].map((row) => row.map(quoted).join(delimiter)).join('\n'),
        mapping,
      )
      assert.equal(first.rows.length, rows.length)
      const second = await pass(first.file, mapping)
      assert.deepEqual(
        second.refused.map(({ fields, problems }) => ({ fields, problems })),
        first.refused.map(({ fields, problems }) => ({ fields, problems })),
      )
      assert.deepEqual(second.rows.length, first.refused.length)
    }),
  )
})

test('no cell of the file starts a formula, and each is restored exactly', () => {
  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '＝', '1', '.', ',', 'a') }),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(cell, (text) => {
      const written = neutralise(text)
      assert.equal(restore(written), text)
      // Only a signed number may begin like a formula: it is the number it looks like.
      assert.ok(/^[+-][\d.,]+$/.test(written) || !/^[=+\-@\t\r\n＝＋－＠]/.test(written), written)
    }),
    { numRuns: 1000 },
  )
})
