import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Refusal } from '../../kernel/errors.ts'
import { loadApplications } from '../../kernel/register/applications.ts'
import { createApplication } from './application.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Inside the checkout, so that the generated code finds the SDK as an application's does. */
let folder: string

before(async () => {
  await mkdir(join(root, 'var'), { recursive: true })
  folder = await mkdtemp(join(root, 'var', 'scaffold-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const refusedAs = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code

describe('a new application', () => {
  const longTitle = {
    en: "A title of the survey's office that is long enough to need a line",
    ur: 'زمین کی پیمائش کا دفتر',
  }

  before(async () => {
    await createApplication({ applicationsFolder: folder, id: 'land-survey' })
    await createApplication({ applicationsFolder: folder, id: 'survey2', title: longTitle })
  })

  test('is loaded by its folder name, with the title it was given', async () => {
    const loaded = await loadApplications([folder])
    assert.deepEqual(loaded.get('land-survey')?.application.title, {
      en: 'Land survey',
      ur: 'نیا اطلاق (land-survey)',
    })
    assert.deepEqual(loaded.get('survey2')?.application.title, longTitle)
  })

  test('lists the files it wrote', async () => {
    const files = await createApplication({ applicationsFolder: folder, id: 'third' })
    const found = await readdir(join(folder, 'third'))
    assert.deepEqual(
      files,
      found.sort().map((name) => join(folder, 'third', name)),
    )
    assert.ok(found.includes('README.md') && found.includes('cases.sample.json'))
  })

  test('keeps nothing of the template but its terms', async () => {
    const readme = await readFile(join(folder, 'land-survey', 'README.md'), 'utf8')
    assert.match(readme, /^# Land survey\n/)
    const source = await readFile(join(folder, 'land-survey', 'application.ts'), 'utf8')
    assert.doesNotMatch(source, /template|Template|نمونہ/)
  })

  test('passes its own tests', async () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { stdout } = await run(process.execPath, ['--test', 'land-survey/application.test.ts'], {
      cwd: folder,
      env,
    })
    assert.match(stdout, /fail 0/)
  })

  test('is formatted and free of lint findings', async () => {
    const biome = join(root, 'node_modules', '.bin', 'biome')
    const folders = ['land-survey', 'survey2'].map((id) => join(folder, id))
    await run(biome, ['check', '--error-on-warnings', '--vcs-use-ignore-file=false', ...folders], {
      cwd: root,
    })
  })

  test('type-checks', async () => {
    const settings = { extends: '../../tsconfig.json', include: ['land-survey', 'survey2'], exclude: [] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    await run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', folder], { cwd: root })
  })

  test('imports nothing but the SDK and itself', async () => {
    const files = await readdir(join(folder, 'land-survey'))
    for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
      const source = await readFile(join(folder, 'land-survey', file), 'utf8')
      for (const [, from] of source.matchAll(/from '([^']+)'/g))
        assert.match(from ?? '', /^(@khudi\/sdk|\.\/[a-z-]+\.ts)$/)
    }
  })
})

describe('a new application is refused', () => {
  for (const id of [
    '',
    'a',
    'Land',
    '2nd',
    'land_survey',
    '../land',
    'land/survey',
    'x'.repeat(41),
    '_template',
    'پیمائش',
  ]) {
    test(`with the name ${JSON.stringify(id)}`, async () => {
      await assert.rejects(
        createApplication({ applicationsFolder: folder, id }),
        refusedAs('application.name_invalid'),
      )
    })
  }

  for (const en of ['', ' padded', 'two\nlines', 'x'.repeat(81)]) {
    test(`with the title ${JSON.stringify(en)}`, async () => {
      const wanted = { applicationsFolder: folder, id: 'titled', title: { en, ur: 'عنوان' } }
      await assert.rejects(createApplication(wanted), refusedAs('application.title_invalid'))
    })
  }

  test('where a folder of that name holds anything, which is left as it was', async () => {
    await mkdir(join(folder, 'taken'))
    await writeFile(join(folder, 'taken', 'mine'), 'work')
    await assert.rejects(
      createApplication({ applicationsFolder: folder, id: 'taken' }),
      refusedAs('application.exists'),
    )
    assert.deepEqual(await readdir(join(folder, 'taken')), ['mine'])
  })

  test('where the folder of applications is missing', async () => {
    await assert.rejects(
      createApplication({ applicationsFolder: join(folder, 'nowhere'), id: 'lost' }),
      refusedAs('application.folder_unusable'),
    )
  })

  test('to all but one of those who ask for the same name at once', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => createApplication({ applicationsFolder: folder, id: 'race' })),
    )
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('and nothing is left behind', async () => {
    const names = await readdir(folder)
    assert.deepEqual(
      names.filter((name) => name.startsWith('_new-')),
      [],
    )
  })
})
