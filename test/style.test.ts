/** The style holds where neither the compiler nor the linter looks. Every rule is shown to find a breach. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { sourceFiles } from './files.ts'
import { noTypeEscapes, suppressionsGiveReasons } from './rules/escapes.ts'
import { type Example, linesOf, placesOf, showBreaches } from './rules/examples.ts'
import { functionsAreShort, longFilesSayWhy, parametersAreFew } from './rules/sizes.ts'
import { migrationsSayIfTheyBreak, sqlIsLowerCase, statementsAreUsed, upperCaseIn } from './rules/sql.ts'
import { checkout, type Finding, listed, slashed } from './source/parse.ts'

const lines = (count: number, line: string) => `${line}\n`.repeat(count)
const statementOf = (text: string) => `export const one = statement({ name: 'a.one', text: ${text} })`

const examples: readonly Example[] = [
  {
    what: 'no any, no non-null, no type assertion',
    rule: noTypeEscapes,
    bad: {
      'kernel/a.ts': 'let a: any\nb!.c\nd as E\nlet f!: G\nclass H { i!: string }\n<J>k\nl as unknown as M',
      'kernel/a.test.ts': 'let a: any\nb!.c',
    },
    at: ['kernel/a.test.ts:1', 'kernel/a.test.ts:2', ...linesOf('kernel/a.ts', 1, 2, 3, 4, 5, 6, 7, 7)],
    good: {
      'kernel/a.ts': "import { a as b } from './c.ts'\nexport * as d from './e.ts'\nconst f = [1] as const",
      'kernel/b.ts': 'const g = !h && i !== j // k as L, any, m!\nconst n = `o as P`\nconst q = /r as any!/',
      'kernel/a.test.ts': 'feed({ a: 1 } as Case)',
    },
  },
  {
    what: 'no comment switches a check off without rule and reason',
    rule: suppressionsGiveReasons,
    bad: {
      'kernel/a.ts':
        '// @ts-ignore\n// @ts-expect-error: because\n/* @ts-nocheck */\n// biome-ignore lint: it is fine so\n' +
        '// biome-ignore lint/style/noNonNullAssertion: no\n// biome-ignore-all lint/style/useConst: in this whole file\n',
    },
    at: linesOf('kernel/a.ts', 1, 2, 3, 4, 5, 6),
    good: {
      'kernel/a.ts':
        "// biome-ignore lint/style/useConst: set by the callback below\nconst a = '// @ts-ignore'\n// never @ts-ignore\n",
      'kernel/a.test.ts': '// @ts-expect-error: no such role\na()',
    },
  },
  {
    what: 'a file above 400 lines says why',
    rule: longFilesSayWhy,
    bad: { 'kernel/a.ts': lines(401, 'x()'), 'kernel/b.ts': `/** Something. */\n${lines(400, 'x()')}` },
    at: ['kernel/a.ts:1', 'kernel/b.ts:1'],
    good: {
      'kernel/a.ts': lines(400, 'x()'),
      'kernel/b.ts': `/** Long because it must be read in order. */\n${lines(500, 'x()')}`,
    },
  },
  {
    what: 'a function has under 40 lines, or numbered steps',
    rule: functionsAreShort,
    bad: {
      'kernel/a.ts': `function a() {\n${lines(38, 'x()')}}\nconst b = () => {\n${lines(60, '// 1. x')}}`,
    },
    at: ['kernel/a.ts:1', 'kernel/a.ts:41'],
    good: {
      'kernel/a.ts': `function a() {\n${lines(37, 'x()')}}\nfunction b() {\n// 1. Read.\n${lines(50, 'x()')}// 2. Write.\n}`,
      'kernel/a.test.ts': `test('a', () => {\n${lines(60, 'x()')}})`,
    },
  },
  {
    what: 'a function has at most three parameters',
    rule: parametersAreFew,
    bad: {
      'kernel/a.ts': 'function a(b, c, d, e) {}\nconst f = (g, h, i, j) => 1\nclass K { l(m, n, o, p) {} }',
    },
    at: ['kernel/a.ts:1', 'kernel/a.ts:2', 'kernel/a.ts:3'],
    good: { 'kernel/a.ts': 'function a(b, c, { d, e }) {}\ncommand.action((f, g, h, i) => {})' },
  },
  {
    what: 'SQL is in lower case, in store.ts, exported, with parameters only',
    rule: sqlIsLowerCase,
    bad: {
      'kernel/a/store.ts': [
        statementOf("'SELECT a from b'"),
        statementOf(`\`select a from \${table}\``),
        statementOf("'select a ' + part"),
        "const hidden = statement({ name: 'a.b', text: 'select 1' })",
        "function table() { return statement({ name: 'a.c', text: 'select 1' }) }",
      ].join('\n'),
      'kernel/a/a.ts': statementOf("'select a from b'"),
    },
    at: ['kernel/a/a.ts:1', ...linesOf('kernel/a/store.ts', 1, 2, 3, 4, 5)],
    good: {
      'kernel/a/store.ts': [
        "const columns = 'a, b'",
        statementOf(`\`select \${columns} from c where d = 'Quoted' and e = $1\``),
      ].join('\n'),
    },
  },
  {
    what: 'every statement is run by somebody',
    rule: statementsAreUsed,
    bad: {
      'kernel/a/store.ts': statementOf("'select 1'"),
      'kernel/a/a.test.ts': "import { one } from './store.ts'",
    },
    at: ['kernel/a/store.ts:1'],
    good: {
      'kernel/a/store.ts': statementOf("'select 1'"),
      'kernel/a/a.ts': "import { one as first } from './store.ts'",
    },
  },
]

showBreaches(examples)

test('a breach is found: migrations', () => {
  assert.deepEqual(placesOf(migrationsSayIfTheyBreak({ 'a/0001_b.sql': 'create table c ();' })), [
    'a/0001_b.sql:1',
  ])
  assert.deepEqual(migrationsSayIfTheyBreak({ 'a/0001_b.sql': '-- breaking\ndrop table c;' }), [])
  assert.deepEqual(upperCaseIn('select \'A\', "B" -- C\nfrom d /* E */'), undefined)
  assert.equal(upperCaseIn("select a\nfrom b WHERE c = 'D'"), 2)
})

test('nothing gets around the type checker', async () => {
  assert.deepEqual(listed(noTypeEscapes(await checkout())), [])
})

test('whatever is switched off names its rule and its reason', async () => {
  assert.deepEqual(listed(suppressionsGiveReasons(await checkout())), [])
})

test('files can be read in one go', async () => {
  assert.deepEqual(listed(longFilesSayWhy(await checkout())), [])
})

test('functions fit a screen', async () => {
  assert.deepEqual(listed(functionsAreShort(await checkout())), [])
})

test('calls can be read without the declaration', async () => {
  assert.deepEqual(listed(parametersAreFew(await checkout())), [])
})

test('statements are in lower case, exported from a store, and take parameters only', async () => {
  assert.deepEqual(listed(sqlIsLowerCase(await checkout())), [])
})

test('every statement is run by somebody', async () => {
  assert.deepEqual(listed(statementsAreUsed(await checkout())), [])
})

test('migrations say in their first line whether they break, and are in lower case', async () => {
  const files = await sourceFiles((path) => /\/migrations\/[^/]+\.sql$/.test(path))
  assert.notEqual(files.length, 0)
  const entries = files.map(
    async (path): Promise<[string, string]> => [slashed(path), await readFile(path, 'utf8')],
  )
  const texts = Object.fromEntries(await Promise.all(entries))
  assert.deepEqual(listed(migrationsSayIfTheyBreak(texts)), [])
  const upper = Object.entries(texts).flatMap(([path, text]): Finding[] => {
    const line = upperCaseIn(text)
    return line === undefined ? [] : [{ path, line, what: 'upper case' }]
  })
  assert.deepEqual(listed(upper), [])
})
