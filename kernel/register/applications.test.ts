import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { createApplication } from '../../server/scaffold/application.ts'
import { freshFolder, productApplications, testApplications } from '../../test/kernel.ts'
import { Workers } from '../decisions/workers.ts'
import { loadApplications } from './applications.ts'

const folder = freshFolder('applications')

/** A new folder of applications with these files. */
function applications(name: string, files: Readonly<Record<string, string>>): string {
  const parent = join(folder, name)
  mkdirSync(parent, { recursive: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(parent, path)), { recursive: true })
    writeFileSync(join(parent, path), text)
  }
  return parent
}

/** The permits' declaration under another id. */
const declaration = (id: string) =>
  `import permits from '${join(testApplications, 'permits/application.ts')}'\nexport default { ...permits, id: '${id}' }\n`

async function digestOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const parent = applications(name, { 'tiny/application.ts': declaration('tiny'), ...files })
  const found = (await loadApplications([parent])).get('tiny')
  return Buffer.from(found?.digest ?? []).toString('hex')
}

test('every folder is an application by its name, but those that begin with _ or a dot', async () => {
  const parent = applications('several', {
    'first/application.ts': declaration('first'),
    'second/application.ts': declaration('second'),
    '_template/application.ts': 'throw new Error("never loaded")',
    '.hidden/application.ts': 'throw new Error("never loaded")',
    'README.md': '# Not a folder',
  })
  const found = await loadApplications([parent])
  assert.deepEqual([...found.keys()], ['first', 'second'])
  assert.equal(found.get('second')?.folder, join(parent, 'second'))
  assert.equal(found.get('first')?.digest.length, 32)
})

test('the applications of the product load, and their template is none of them', async () => {
  const found = await loadApplications([productApplications])
  assert.ok(found.has('customs'))
  assert.ok(!found.has('_template') && !found.has('template'))
})

test('a department may mount a folder of its own beside ours', async () => {
  const own = applications('department', { 'fisheries/application.ts': declaration('fisheries') })
  const found = await loadApplications([testApplications, own])
  assert.deepEqual([...found.keys()].toSorted(), ['fisheries', 'parcels', 'permits'])
})

test('two folders of one name are an error that names the application', async () => {
  const own = applications('twice', { 'permits/application.ts': declaration('permits') })
  await assert.rejects(
    loadApplications([testApplications, own]),
    /two folders declare the application "permits"/,
  )
})

/** What may be wrong with a folder, and what the error says besides naming it. */
const bad: Readonly<Record<string, readonly [Readonly<Record<string, string>>, RegExp]>> = {
  'no application.ts': [{ 'bad/case.ts': '' }, /application\.ts/],
  'no default export': [{ 'bad/application.ts': 'export const a = 1' }, /exports no application/],
  'another id': [{ 'bad/application.ts': declaration('other') }, /calls itself "other"/],
  'a syntax error': [{ 'bad/application.ts': 'export default {' }, /Unexpected|Expected|expected/],
  'an import that is missing': [{ 'bad/application.ts': "import './gone.ts'" }, /gone\.ts/],
  'an error while loading': [{ 'bad/application.ts': 'throw new Error("no luck")' }, /no luck/],
  'something thrown that is no error': [{ 'bad/application.ts': 'throw "no luck"' }, /no luck/],
  'a declaration against the rules': [
    {
      'bad/application.ts': `
        import { defineApplication } from '@khudi/sdk'
        import permits from '${join(testApplications, 'permits/application.ts')}'
        export default defineApplication({ ...permits, id: 'bad', legalBasis: { ...permits.legalBasis, law: { en: ' ', ur: ' ' } } })`,
    },
    /it names the law/,
  ],
}

for (const [what, [files, says]] of Object.entries(bad))
  test(`a folder with ${what} is an error that names the folder`, async () => {
    const parent = applications(what.replaceAll(' ', '-'), files)
    await assert.rejects(loadApplications([parent]), (error: unknown) => {
      assert.ok(error instanceof Error)
      assert.match(error.message, says)
      assert.ok(error.message.includes(join(parent, 'bad')), error.message)
      return true
    })
  })

test('a folder of applications that is not there is an error that names it', async () => {
  await assert.rejects(loadApplications([join(folder, 'nowhere')]), /nowhere/)
})

test('the digest changes with everything that runs', async () => {
  const base = { 'tiny/case.ts': 'export const a = 1', 'tiny/migrations/0001_a.sql': '-- compatible' }
  const changes: readonly Readonly<Record<string, string>>[] = [
    { ...base, 'tiny/case.ts': 'export const a = 2' },
    { ...base, 'tiny/migrations/0001_a.sql': '-- breaking' },
    { ...base, 'tiny/application.ts': `${declaration('tiny')}// and a comment\n` },
    { ...base, 'tiny/sub/deep.ts': '' },
    { 'tiny/cases.ts': 'export const a = 1', 'tiny/migrations/0001_a.sql': '-- compatible' },
    { 'tiny/case.ts': 'export const a = 1' },
  ]
  const digests = [await digestOf('digest', base)]
  for (const [index, files] of changes.entries()) digests.push(await digestOf(`digest-${index}`, files))
  assert.equal(new Set(digests).size, digests.length)
})

test('the digest does not change with tests, samples, mappings or what is written about it', async () => {
  const plain = await digestOf('plain', {})
  const beside = await digestOf('beside', {
    'tiny/application.test.ts': 'import "node:test"',
    'tiny/speed.bench.ts': '',
    'tiny/cases.sample.json': '{}',
    'tiny/README.md': '# Tiny',
    'tiny/mappings/office.json': '{}',
  })
  assert.equal(beside, plain)
})

test('bytes do not move from one file into the next unseen', async () => {
  const first = await digestOf('moved-1', { 'tiny/a.ts': 'ab', 'tiny/b.ts': 'c' })
  const second = await digestOf('moved-2', { 'tiny/a.ts': 'a', 'tiny/b.ts': 'bc' })
  assert.notEqual(first, second)
})

test('the same folder elsewhere has the same digest', async () => {
  const parent = join(folder, 'copied')
  cpSync(join(testApplications, 'permits'), join(parent, 'permits'), { recursive: true })
  // Its mapping imports the kernel, which is elsewhere from here; only what the declaration imports is loaded.
  const [copy, original] = await Promise.all([
    loadApplications([parent]),
    loadApplications([testApplications]),
  ])
  assert.deepEqual(copy.get('permits')?.digest, original.get('permits')?.digest)
})

test('an application outside the checkout is loaded, and decides in a worker, with the SDK of the platform', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'khudi-mounted-'))
  try {
    await createApplication({ applicationsFolder: folder, id: 'mounted' })
    const found = (await loadApplications([folder])).get('mounted')
    assert.ok(found !== undefined)
    const [first] = [...(found?.application.sample?.({ seed: 1, count: 1 }) ?? [])]
    const workers = new Workers(
      { applications: { mounted: { folder: found.folder, digest: found.digest } }, enginesFolder: '' },
      1,
    )
    const payloads = [JSON.stringify(first?.case)]
    const [read] = await workers.run({
      kind: 'decide',
      applicationId: 'mounted',
      payloads,
      models: undefined,
    })
    await workers.close()
    assert.equal(read?.ok, true)
  } finally {
    await rm(folder, { recursive: true })
  }
})
