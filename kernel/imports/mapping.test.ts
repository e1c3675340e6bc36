import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readMapping } from './mapping.ts'
import { isRefused, openImport } from './read.ts'
import { refusalOf } from './test-content.ts'

const mass = { to: 'massKg', from: 'Mass', as: 'decimal' }

const given = (changes: object = {}) => ({
  id: 'test',
  title: { en: 'Test', ur: 'آزمائش' },
  source: { name: 'a test' },
  format: { delimiter: ',', encoding: 'utf-8', header: true, decimal: '.', thousands: ',' },
  case: [mass],
  ...changes,
})

async function placesRefused(mapping: unknown): Promise<readonly string[]> {
  const refusal = await refusalOf(async () => readMapping(mapping))
  assert.equal(refusal.code, 'import.mapping_invalid')
  for (const { message } of refusal.problems) assert.match(message.ur, /[\u0600-\u06ff]/)
  return refusal.problems.map(({ field }) => field)
}

test('a mapping that leaves something open to a guess is refused, and the place is named', async () => {
  const format = { ...given().format }
  const money = { to: 'value', from: 'Value', as: 'money', currency: 'PKR', unit: 'unit' }
  const date = { to: 'on', from: 'On', as: 'date', calendar: 'gregorian', pattern: 'YYYY-MM-DD' }
  const { unit: _unit, ...withoutUnit } = money
  const { calendar: _calendar, ...withoutCalendar } = date
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [{ format: { ...format, decimal: undefined } }, ['format.decimal']],
    [{ format: { ...format, header: false } }, ['format.header']],
    [{ format: { ...format, delimiter: 'x' } }, ['format.delimiter']],
    [{ format: { ...format, encoding: 'klingon' } }, ['format.encoding']],
    [{ format: { ...format, decimal: ',' } }, ['format.thousands']],
    [{ case: [withoutUnit] }, ['case[0].unit']],
    [{ case: [withoutCalendar] }, ['case[0].calendar']],
    [{ case: [{ ...date, pattern: 'DD/MM/YY' }] }, ['case[0].pattern']],
    [{ case: [{ ...date, calendar: 'any' }] }, ['case[0]']],
    [{ case: [{ ...money, currency: 'XYZ' }] }, ['case[0].currency']],
    [{ case: [{ ...mass, unit: { from: 'kg', to: 'lb' } }] }, ['case[0].unit']],
    [{ case: [{ ...mass, surprise: 1 }] }, ['case[0].surprise']],
    [{ case: [{ ...mass, to: '__proto__.x' }] }, ['case[0].to']],
    [{ ignore: ['Mass'] }, ['ignore[0]']],
  ]
  for (const [changes, places] of cases) assert.deepEqual(await placesRefused(given(changes)), places)
})

test('two fields cannot fill one target, nor a target and a part of it, nor a list and an object', async () => {
  for (const [one, other] of [
    ['a', 'a'],
    ['a', 'a.b'],
    ['a[0].b', 'a'],
    ['a[0].b', 'a.b'],
  ])
    assert.deepEqual(
      await placesRefused(
        given({
          case: [
            { ...mass, to: one },
            { ...mass, to: other },
          ],
        }),
      ),
      ['case[1].to'],
      `${one} and ${other}`,
    )
  const apart = [
    { ...mass, to: 'a[0].b' },
    { ...mass, to: 'a[0].c' },
    { ...mass, to: 'a[1].b' },
    { ...mass, to: 'ab' },
  ]
  assert.equal(readMapping(given({ case: apart })).case.length, 4)
})

test('a combination names one value for each column, and each combination once', async () => {
  const combination = { to: 'finding', from: ['A', 'B'], as: 'combination' }
  const places = ['case[0].values']
  for (const values of [
    [{ when: ['0', '0', '0'], is: 'x' }],
    [
      { when: ['0', '0'], is: 'x' },
      { when: ['0', '0'], is: 'y' },
    ],
  ])
    assert.deepEqual(await placesRefused(given({ case: [{ ...combination, values }] })), places)
})

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = await Array.fromAsync(glob('applications/*/mappings/*.json', { cwd: root }))

for (const file of files.filter((name) => !name.endsWith('.example.json')).sort()) {
  test(`${file} is a mapping that reads its example as stated beside it`, async () => {
    const path = `${root}${file}`
    const mapping = readMapping(JSON.parse(await readFile(path, 'utf8')))
    assert.ok(file.endsWith(`/${mapping.id}.json`), 'a mapping is named as its file')
    const reading = await openImport(createReadStream(path.replace('.json', '.example.csv')), mapping)
    const rows = (await Array.fromAsync(reading.batches)).flat().map((row) =>
      isRefused(row)
        ? { line: row.line, refused: row.problems.map(({ field, code }) => `${field}: ${code}`) }
        : {
            line: row.line,
            case: row.case,
            ...(row.outcome === undefined ? {} : { outcome: row.outcome }),
          },
    )
    assert.deepEqual(rows, JSON.parse(await readFile(path.replace('.json', '.example.json'), 'utf8')))
  })
}
