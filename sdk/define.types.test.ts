/** What must not compile: one sound declaration, and ways to misspell it, each given to the compiler. */
import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const sound = `import { choice, cnic, date, defineApplication, defineFeatures, defineModel, record, text } from '@khudi/sdk'

const named = (en: string) => ({ en, ur: en })
const Case = record({
  number: text(named('Number'), { protection: 'operational' }),
  filedOn: date(named('Filed on')),
  applicant: cnic(named('Applicant'), { protection: 'personal' }).optional(),
})
const Outcome = record({ finding: choice(named('Finding'), { fit: named('Fit'), unfit: named('Unfit') }) })
const features = defineFeatures({
  digits: { kind: 'number', label: named('Digits') },
  prefix: { kind: 'code', label: named('Prefix') },
  filed: { kind: 'date', label: named('Filed') },
  named: { kind: 'text', label: named('Named') },
})

export default defineApplication({
  id: 'licences',
  title: { en: 'Licences', ur: 'لائسنس' },
  purpose: named('Purpose'),
  legalBasis: {
    kind: 'public_task',
    law: { en: 'Local Government Act 2013', ur: 'لوکل گورنمنٹ ایکٹ 2013' },
    section: '54',
  },
  classification: 'official',
  case: Case,
  outcome: Outcome,
  roles: { inspector: named('Inspector') },
  models: {
    risk: defineModel({ case: Case, outcome: Outcome }, {
      engine: 'tabular',
      features,
      extract: ({ number, filedOn }) => ({ digits: number.length, prefix: number.slice(0, 2), filed: filedOn, named: number }),
      label: ({ finding }) => finding === 'unfit',
    }),
  },
  recommendations: {
    pass: { label: named('Pass'), review: { role: 'inspector', sample: 0.1 } },
    inspect: { label: named('Inspect'), adverse: true, review: { role: 'inspector' } },
  },
  fallback: { role: 'inspector' },
  reference: ({ number }) => number,
  occurredOn: ({ filedOn }) => filedOn,
  summary: ['number'],
  sample: () => [{ case: { number: '1', filedOn: '2026-01-31' } }],
  async decide(given, { models }) {
    const { score, reasons } = await models.risk.score(given)
    return { recommendation: score > 0.5 ? 'inspect' : 'pass', score, reasons }
  },
})
`

const misspellings: readonly (readonly [what: string, from: string, to: string])[] = [
  ['recommendation', "? 'inspect' : 'pass'", "? 'inspekt' : 'pass'"],
  ['model', 'models.risk.score', 'models.rsik.score'],
  ['fallback role', "fallback: { role: 'inspector' }", "fallback: { role: 'inspektor' }"],
  ['reviewing role', "adverse: true, review: { role: 'inspector' }", "review: { role: 'inspektor' }"],
  ['field of the case', '({ number }) => number,', '({ nummer }) => nummer,'],
  ['field of the outcome', '({ finding }) => finding', '({ findings }) => findings'],
  ['value of the outcome', "finding === 'unfit'", "finding === 'unfitt'"],
  ['feature', 'digits: number.length', 'digit: number.length'],
  ['number that is a text', 'digits: number.length', 'digits: number'],
  ['code that is a number', 'prefix: number.slice(0, 2)', 'prefix: 7'],
  ['date that is a number', 'filed: filedOn', 'filed: 20_454'],
  ['text that is a number', 'named: number', 'named: 7'],
  ['kind of feature', "kind: 'number'", "kind: 'integer'"],
  ['classification', "'official'", "'secret'"],
  ['title in one language', "{ en: 'Licences', ur: 'لائسنس' }", "{ en: 'Licences' }"],
  ['field of a sample', "number: '1'", "nummer: '1'"],
  ['property of the declaration', 'legalBasis:', 'legalBase:'],
  ['protection', "{ protection: 'operational' }", "{ protection: 'secret' }"],
  [
    'protection of a national identifier',
    "cnic(named('Applicant'), { protection: 'personal' })",
    "cnic(named('Applicant'), { protection: 'operational' })",
  ],
]

let folder: string
let complaints: readonly string[]

before(async () => {
  await mkdir(join(root, 'var'), { recursive: true })
  folder = await mkdtemp(join(root, 'var', 'types-'))
  await writeFile(
    join(folder, 'tsconfig.json'),
    '{"extends":"../../tsconfig.json","include":["."],"exclude":[]}',
  )
  await writeFile(join(folder, 'sound.ts'), sound)
  for (const [index, [, from, to]] of misspellings.entries()) {
    assert.ok(sound.includes(from), from)
    await writeFile(
      join(folder, `misspelt-${index}.ts`),
      sound.replace(from, () => to),
    )
  }
  complaints = await complaintsOf(folder)
})
after(() => rm(folder, { recursive: true, force: true }))

/** Lines of the compiler that name a file. It exits with a failure where there are any. */
function complaintsOf(project: string): Promise<readonly string[]> {
  const compiler = join(root, 'node_modules', '.bin', 'tsc')
  return new Promise((resolve) => {
    execFile(compiler, ['-p', project, '--pretty', 'false'], { cwd: project }, (_, stdout) => {
      resolve(stdout.split('\n').filter((line) => /^\S+\.ts\(\d+,/.test(line)))
    })
  })
}

test('a sound declaration compiles, and so does nothing else of these', () => {
  const faulty = new Set(complaints.map((line) => line.replace(/\(.*/, '')))
  assert.deepEqual([...faulty].sort(), misspellings.map((_, index) => `misspelt-${index}.ts`).sort())
})

for (const [index, [what, from]] of misspellings.entries()) {
  test(`a misspelt ${what} does not compile`, () => {
    const complaint = complaints.find((line) => line.startsWith(`misspelt-${index}.ts(`)) ?? 'none'
    const at = Number(/\((\d+),/.exec(complaint)?.[1])
    const changed = sound.slice(0, sound.indexOf(from)).split('\n').length
    // The compiler may blame the property whose type no longer fits, which begins on a line above.
    assert.ok(at > 0 && at <= changed, complaint)
  })
}
