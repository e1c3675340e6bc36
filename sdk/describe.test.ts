import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { choice, describeFields, list, measure, part, record, text, withRules, z } from './index.ts'

const named = (en: string) => ({ en, ur: `${en}-ur` })

test('fields are described in their order, parts under their record, elements once under their list', () => {
  const schema = record({
    number: text(named('Number')),
    importer: part(named('Importer'), { name: text(named('Name')).optional() }),
    items: list(named('Items'), record({ netMassKg: measure(named('Net mass'), 'kg') }), { max: 9 }),
    marks: list(named('Marks'), text(named('Mark')), { max: 9 }).optional(),
  })
  const described = describeFields(schema).map(({ path, kind, optional }) => [path, kind, optional])
  assert.deepEqual(described, [
    ['number', 'text', false],
    ['importer', 'record', false],
    ['importer.name', 'text', true],
    ['items', 'list', false],
    ['items[].netMassKg', 'measure', false],
    ['marks', 'list', true],
    ['marks[]', 'text', false],
  ])
})

test('a field carries its label, its unit and its choices', () => {
  const choices = { a: named('A'), b: named('B') }
  const [mass, type] = describeFields(
    record({ massKg: measure(named('Mass'), 'kg'), type: choice(named('Type'), choices) }),
  )
  assert.equal(mass?.meta.unit, 'kg')
  assert.deepEqual(type?.meta.choices, choices)
})

test('rules between fields change nothing in the description, of the whole or of a part', () => {
  const shape = { a: text(named('A')), b: text(named('B')) }
  const rule = {
    field: 'b',
    message: named('differ'),
    holds: ({ a, b }: { a: string; b: string }) => a !== b,
  }
  assert.deepEqual(describeFields(withRules(record(shape), [rule])), describeFields(record(shape)))
  const ruledPart = withRules(part(named('Part'), shape), [rule])
  assert.deepEqual(
    describeFields(record({ part: ruledPart })).map(({ path }) => path),
    ['part', 'part.a', 'part.b'],
  )
})

test('a field without a label is an error, so that no form shows a blank', () => {
  assert.throws(() => describeFields(record({ naked: z.string() })), /"naked" has no label/)
})
