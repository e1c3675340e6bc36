import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Application, languages, type Reason } from '@khudi/sdk'
import customs from '../../applications/customs/application.ts'
import { reasonSentence } from './reasons.ts'
import { formatsOf } from './text/format.ts'
import { markupOf } from './text/html.ts'
import { speechOf } from './text/speech.ts'

/** What a reader sees, without the marks for writing direction. */
function said(reason: Omit<Reason, 'weight'>, application: Application = customs): readonly string[] {
  return languages.map((language) => {
    const reader = { speech: speechOf(language), formats: formatsOf(language) }
    const sentence = reasonSentence(reader, application, { ...reason, weight: 1, hiding: undefined })
    return markupOf(sentence).replace(/<[^>]*>/g, '')
  })
}

const compared = { count: 412, lower: 2.5, median: 3.1, upper: 4 }

test('a number stands beside what was usual for cases like it, in both languages', () => {
  assert.deepEqual(said({ code: 'valuePerKgUsd', value: 0.8, compared }), [
    'A kilogram is declared at 0.8 US dollars; the last 412 declarations of these goods on this route at this duty: median 3.1, half of them between 2.5 and 4',
    'فی کلوگرام مالیت 0.8 امریکی ڈالر ظاہر کی گئی ہے؛ اسی سامان، راستے اور محصول کے پچھلے 412 ڈیکلریشنوں کی درمیانی مالیت (وسطانیہ) 3.1 ہے اور ان میں سے نصف 2.5 اور 4 کے درمیان ہیں',
  ])
})

test('without comparable cases it stands alone, and unknown it makes no sentence', () => {
  assert.deepEqual(said({ code: 'valuePerKgUsd', value: 0.8 }), [
    'A kilogram is declared at 0.8 US dollars',
    'فی کلوگرام مالیت 0.8 امریکی ڈالر ظاہر کی گئی ہے',
  ])
  assert.match(
    said({ code: 'valuePerKgUsd', value: null, compared })[0] ?? '',
    /^Value of a kilogram, US dollars: /,
  )
})

test('a category still counts its earlier cases', () => {
  assert.equal(
    said({ code: 'goodsAndRoute', value: 'a', compared: { seen: 9, positive: 2 } })[0],
    'Of 9 earlier declarations of these goods on this route at this duty, 2 were mis-declared',
  )
  assert.equal(
    said({ code: 'goodsAndRoute', value: 'a', compared: { seen: 0, positive: 0 } })[0],
    'These goods were not seen on this route at this duty before',
  )
})

test('a date is written as its reader writes dates', () => {
  const reason = { en: 'It was filed on {value}', ur: 'یہ {value} کو جمع ہوا' }
  const label = { en: 'Filed on', ur: 'جمع ہونے کی تاریخ' }
  const [model] = Object.values(customs.models)
  assert.ok(model !== undefined)
  const features = { filedOn: { kind: 'date' as const, label, reason } }
  const application: Application = { ...customs, models: { dated: { ...model, features } } }
  assert.deepEqual(said({ code: 'filedOn', value: '2026-03-01' }, application), [
    'It was filed on 1 Mar 2026',
    'یہ 1 مارچ، 2026 کو جمع ہوا',
  ])
  assert.equal(said({ code: 'filedOn', value: 'March' }, application)[0], 'It was filed on March')
})
