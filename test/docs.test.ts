/** What the documents say is so: links lead somewhere, named files exist, samples compile, commands are there. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import * as sdk from '@khudi/sdk'
import * as sdkTest from '@khudi/sdk/test'
import * as sdkVerify from '@khudi/sdk/verify'
import { root, sourceFiles } from './files.ts'
import { commentsOf } from './source/comments.ts'
import { readMarkdown } from './source/markdown.ts'
import { checkout, type Source, slashed } from './source/parse.ts'
import {
  compile,
  removeSamples,
  type Sample,
  samplesOfComments,
  samplesOfPage,
  type Written,
  writeSamples,
} from './source/samples.ts'

interface Page {
  readonly path: string
  readonly text: string
}

async function pages(): Promise<readonly Page[]> {
  const paths = await sourceFiles((path) => path.endsWith('.md'))
  return Promise.all(paths.map(async (path) => ({ path: slashed(path), text: await readFile(path, 'utf8') })))
}

/** Relative targets that lead nowhere, as `page:line: target`. */
function deadLinks(all: readonly Page[], exists: (path: string) => boolean): readonly string[] {
  const anchors = new Map(all.map(({ path, text }) => [path, readMarkdown(text).anchors]))
  return all.flatMap(({ path, text }) =>
    readMarkdown(text)
      .links.filter(({ target }) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
      .filter(({ target }) => {
        const [file = '', anchor] = target.split('#')
        const wanted = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file)))
        const known = anchors.get(wanted)
        if (known === undefined) return anchor !== undefined || !exists(wanted)
        return anchor !== undefined && !known.has(decodeURIComponent(anchor))
      })
      .map(({ target, line }) => `${path}:${line}: ${target}`),
  )
}

/** Paths in code spans: with a folder, and an ending or a closing slash. Patterns and places outside are left out. */
function namedPaths(text: string): readonly { readonly text: string; readonly line: number }[] {
  return readMarkdown(text).spans.filter(
    ({ text: span }) =>
      /^[\w@.-]+(\/[\w@.-]+)*(\/|\.[a-z]+)$/.test(span) &&
      span.includes('/') &&
      !/^(\.\.|var|@khudi)\//.test(span),
  )
}

/** Whether the function is declared here, right behind a doc comment with an example. */
function hasExample(source: Source, name: string): boolean {
  return commentsOf(source).some(
    ({ text, end }) =>
      text.startsWith('/**') &&
      text.includes('@example') &&
      new RegExp(`^\\s*export (?:(?:async )?function|class) ${name}\\b`).test(source.text.slice(end)),
  )
}

test('every relative link leads to a file and its heading', async () => {
  assert.deepEqual(
    deadLinks(await pages(), (path) => existsSync(join(root, path))),
    [],
  )
})

test('every file that the documents name exists', async () => {
  const about = (await pages()).filter(({ path }) =>
    /^(docs\/|(README|CONTRIBUTING|SECURITY)\.md$)/.test(path),
  )
  assert.ok(about.some(({ path }) => path === 'docs/architecture.md'))
  const missing = about.flatMap(({ path, text }) =>
    namedPaths(text)
      .filter(({ text: named }) => !existsSync(join(root, named)))
      .map(({ text: named, line }) => `${path}:${line}: ${named}`),
  )
  assert.deepEqual(missing, [])
})

test('a breach is found: dead links, dead anchors and missing files', () => {
  const page =
    '# A b: `c`\n[x](#a-b-c) [y](#a) [z](two.md#there) ![i](gone.png)\n```sh\n[n](no.md)\n```\n[o](two.md)\n'
  const all = [
    { path: 'docs/one.md', text: page },
    { path: 'docs/two.md', text: '## Here\n' },
  ]
  assert.deepEqual(
    deadLinks(all, () => false),
    ['docs/one.md:2: #a', 'docs/one.md:2: two.md#there', 'docs/one.md:2: gone.png'],
  )
  const named = namedPaths(
    '`kernel/cases/cases.ts` `kernel/` `application/json` `cases.ts` `var/x.ts` `a/*.ts`',
  )
  assert.deepEqual(
    named.map(({ text }) => text),
    ['kernel/cases/cases.ts', 'kernel/'],
  )
})

let samples: readonly Sample[] = []
let written: Written | undefined

before(async () => {
  const sdk = (await checkout()).filter(({ path }) => path.startsWith('sdk/'))
  const documents = (await pages()).flatMap(({ path, text }) => samplesOfPage(path, text))
  samples = [...documents, ...sdk.flatMap(samplesOfComments)]
  written = await writeSamples(samples)
})

after(async () => {
  if (written !== undefined) await removeSamples(written)
})

test('every sample of code compiles', () => {
  assert.ok(samples.some(({ from }) => from.startsWith('sdk/')))
  assert.equal(written && compile(written), '')
})

test('every sample that is meant to run does', async () => {
  for (const [index, { from, isRun }] of samples.entries()) {
    const file = written?.files[index]
    if (!isRun || file === undefined) continue
    await assert.doesNotReject(import(pathToFileURL(file).href), from)
  }
})

test('every function that the SDK exports has a doc comment with an example', async () => {
  const sources = (await checkout()).filter(({ path }) => /^sdk\/(?!.*\.test\.)/.test(path))
  const functions = Object.entries({ ...sdk, ...sdkTest, ...sdkVerify }).filter(
    ([, value]) => typeof value === 'function',
  )
  const without = functions.filter(([name]) => !sources.some((source) => hasExample(source, name)))
  assert.deepEqual(
    without.map(([name]) => name),
    [],
  )
})

test('a breach is found: a sample that does not compile', async () => {
  const [sample] = samplesOfPage('docs/a.md', "```ts\nimport { text } from '@khudi/sdk'\ntext(1)\n```\n")
  assert.ok(sample !== undefined)
  const bad = await writeSamples([sample])
  try {
    assert.match(compile(bad), /docs-a-md-2\.ts\(2,6\): error TS2345/)
  } finally {
    await removeSamples(bad)
  }
})
