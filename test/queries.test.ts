/**
 * Every statement of every `store.ts` against the database: that it parses, that its columns are those of its schema by
 * name, type and nullability, and that its parameters are of the types it names.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import type pg from 'pg'
import { z } from 'zod'
import { statement } from '../kernel/db/database.ts'
import { applicationRole, applicationSchema, KERNEL_ROLE, KERNEL_SCHEMA } from '../kernel/db/roles.ts'
import { freshDatabase } from './database.ts'
import { differences, readCatalogue } from './describe.ts'
import { root } from './files.ts'
import { applicationOf, statementsOf, storeFiles } from './statements.ts'

const stores = await storeFiles()
const applications = stores
  .map((store) => ({ id: applicationOf(store) ?? '', folder: join(dirname(store), 'migrations') }))
  .filter(({ id, folder }) => id !== '' && existsSync(folder))
const database = await freshDatabase({ applications })

const client = await connect(undefined)
const catalogue = await readCatalogue(client)
const names = new Map<string, string>()

for (const store of stores) {
  const path = relative(root, store)
  test(`${path}: statements and row schemas agree`, async () => {
    const inSchema = await connect(applicationOf(store))
    const types = await readCatalogue(inSchema)
    const found = statementsOf(await import(store))
    assert.notEqual(found.length, 0, 'a store exports its statements')
    const problems: string[] = []
    for (const one of found) {
      const other = names.get(one.name)
      if (other !== undefined) problems.push(`${one.name}: the name is taken in ${other}`)
      names.set(one.name, path)
      const differ = await differences(inSchema, one, types).catch((error: unknown) => [String(error)])
      problems.push(...differ.map((sentence) => `${one.name}: ${sentence}`))
    }
    assert.deepEqual(problems, [])
  })
}

function connect(application: string | undefined): Promise<pg.Client> {
  if (application === undefined) return database.connect({ role: KERNEL_ROLE, schema: KERNEL_SCHEMA })
  return database.connect({ role: applicationRole(application), schema: applicationSchema(application) })
}

/** The check of the check: each of these is wrong in one way. */
const institution = { institutionId: z.uuid(), slug: z.string(), createdAt: z.date() }
const text = 'select institution_id, slug, created_at from institutions'
const wrong: readonly (readonly [string, z.ZodRawShape, string])[] = [
  [
    'a renamed column',
    { institutionId: z.uuid(), nick: z.string(), createdAt: z.date() },
    'column slug is not in the schema',
  ],
  ['a missing column', { ...institution, title: z.string() }, 'there is no column title'],
  [
    'a column of another type',
    { ...institution, createdAt: z.string() },
    'timestamp with time zone, the schema says string',
  ],
  [
    'a number for a text',
    { ...institution, slug: z.number() },
    'column slug is text, the schema says number',
  ],
]

test('a statement that agrees has no differences', async () => {
  const right = statement({ name: 'test.right', text, row: z.strictObject(institution) })
  assert.deepEqual(await differences(client, right, catalogue), [])
})

for (const [what, shape, sentence] of wrong)
  test(`${what} is found`, async () => {
    const bad = statement({ name: 'test.wrong', text, row: z.strictObject(shape) })
    assert.match((await differences(client, bad, catalogue)).join('\n'), new RegExp(sentence))
  })

test('a column that may be null needs a schema that allows it', async () => {
  const bad = statement({
    name: 'test.nullable',
    text: 'select disabled_at from accounts',
    row: z.strictObject({ disabledAt: z.date() }),
  })
  assert.deepEqual(await differences(client, bad, catalogue), [
    'column disabled_at may be null, the schema says it may not',
  ])
})

test('parameters of other types than named are found', async () => {
  const bad = statement({
    name: 'test.parameters',
    text: 'select slug from institutions where institution_id = $1',
    parameters: ['text'],
    row: z.strictObject({ slug: z.string() }),
  })
  assert.deepEqual(await differences(client, bad, catalogue), ['parameters are (uuid)'])
})

test('a statement that the database cannot parse is an error', async () => {
  const bad = statement({ name: 'test.broken', text: 'select slug from nowhere' })
  await assert.rejects(differences(client, bad, catalogue), /relation "nowhere" does not exist/)
})
