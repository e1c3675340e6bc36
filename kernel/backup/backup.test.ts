import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type pg from 'pg'
import { externalServer, freshDatabase, type TestDatabase } from '../../test/database.ts'
import { fill } from '../../test/filler.ts'
import { machineBinaries, startMachinePostgres } from '../../test/machine-postgres.ts'
import { dumpSchema } from '../../test/schema-dump.ts'
import { KERNEL_SCHEMA } from '../db/roles.ts'
import { diskObjects } from '../objects/objects.ts'
import { readArchive } from './archive.ts'
import { backup } from './backup.ts'
import { type RestoreOptions, restore } from './restore.ts'
import { readSchemas } from './tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'khudi-backup-'))
after(() => rmSync(folder, { recursive: true }))
const APPLICATION = 'test-parcels'
const migrations = join(folder, 'migrations')
mkdirSync(migrations)
writeFileSync(
  join(migrations, '0001_parcels.sql'),
  `-- compatible
create table owners (institution_id uuid, owner_id bigint generated always as identity, name text, primary key (institution_id, owner_id));
create table parcels (institution_id uuid, parcel_id text, owner_id bigint, area numeric, doubled numeric generated always as (area * 2) stored,
  primary key (institution_id, parcel_id), foreign key (institution_id, owner_id) references owners);
alter table owners enable row level security;
`,
)
const applications = [{ id: APPLICATION, folder: migrations }]

const objectsFolder = join(folder, 'objects')
const stored = randomBytes(3_000_000)
const storedDigest = await diskObjects(objectsFolder).put(stored)

const source = await freshDatabase({ applications })
const owner = await source.connect()
await fill(owner, KERNEL_SCHEMA, 20)
await fillApplication()
const archive = join(folder, 'khudi.backup')
const made = await backup({
  cluster: source.cluster,
  objectsFolder,
  destination: archive,
  productVersion: '0.1.0',
  now: new Date(),
})
const targets = await Promise.all(Array.from({ length: 7 }, () => freshDatabase({ applications })))
const machine =
  process.env.KHUDI_TEST_DATABASE?.startsWith('postgres') === true ? undefined : machineBinaries()

async function fillApplication(): Promise<void> {
  const client = await source.connect({ role: `khudi_app_${APPLICATION}`, schema: `app_${APPLICATION}` })
  // Texts that the form of COPY has to escape, in more rows than one piece holds.
  await client.query(`insert into owners (institution_id, name)
    select 'a0000000-0000-7000-8000-000000000000', E'\\\\N \\t\\n\\\\. خودی ' || repeat(md5(n::text), 40) from generate_series(1, 5000) as n`)
  await client.query(`insert into parcels (institution_id, parcel_id, owner_id, area)
    select institution_id, 'LHR-' || owner_id, owner_id, owner_id / 7.0 from owners`)
}

function take(): TestDatabase {
  const database = targets.pop()
  assert.ok(database)
  return database
}

function restoreInto({ cluster }: TestDatabase, changes: Partial<RestoreOptions> = {}) {
  return restore({
    cluster,
    objectsFolder: join(folder, 'restored'),
    source: archive,
    applications,
    ...changes,
  })
}

/** Every row of every table as text, and the schemas' definitions. */
async function contentOf(client: pg.Client): Promise<Record<string, string>> {
  const content: Record<string, string> = {}
  for (const { name: schema, tables, sequences } of await readSchemas(client)) {
    content[schema] = (await dumpSchema(client, `"${schema}"`)) + JSON.stringify(sequences)
    for (const { name } of tables) {
      const { rows } = await client.query<{ digest: string }>(
        `select count(*) || md5(string_agg(line::text, E'\\n' order by line::text)) as digest from "${schema}".${name} as line`,
      )
      content[`${schema}.${name}`] = rows[0]?.digest ?? ''
    }
  }
  return content
}

test('an archive holds every row and file, and only its owner can read it', () => {
  assert.equal(made.objects, 1)
  assert.ok(made.rows > 10_000)
  assert.equal(made.bytes, statSync(archive).size)
  assert.equal(statSync(archive).mode & 0o777, 0o600)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('unfinished')),
    [],
  )
})

test('a restored database is the one that was backed up, to the last byte', async () => {
  const target = take()
  const seen: number[] = []
  const { rows } = await restoreInto(target, { progress: (done) => seen.push(done) })
  assert.equal(rows, made.rows)
  assert.equal(seen.at(-1), made.rows)
  assert.deepEqual(await contentOf(await target.connect()), await contentOf(owner))
  assert.deepEqual(await diskObjects(join(folder, 'restored')).find(storedDigest), stored)
})

test('the next number of a restored sequence follows the last', async () => {
  const target = take()
  await restoreInto(target)
  const client = await target.connect({ role: `khudi_app_${APPLICATION}`, schema: `app_${APPLICATION}` })
  const { rows } = await client.query(
    `insert into owners (institution_id) values ('a0000000-0000-7000-8000-000000000000') returning owner_id::int as id`,
  )
  assert.deepEqual(rows, [{ id: 5001 }])
})

test('an archive goes to another version of PostgreSQL and back', {
  skip: machine === undefined && 'needs two servers',
}, async () => {
  assert.ok(machine)
  const other = await startMachinePostgres(machine)
  try {
    const server = externalServer(other.url, randomBytes(32))
    const there = await freshDatabase({ applications, server })
    await restoreInto(there)
    const destination = join(folder, 'from-the-other.backup')
    await backup({
      cluster: there.cluster,
      objectsFolder,
      destination,
      productVersion: '0.1.0',
      now: new Date(),
    })
    const back = take()
    await restoreInto(back, { source: destination })
    assert.deepEqual(await contentOf(await back.connect()), await contentOf(owner))
    await there.close()
  } finally {
    await other.close()
  }
})

test('an archive of an earlier migration is brought up to the program', async () => {
  const target = take()
  const later = join(folder, 'later')
  cpSync(migrations, later, { recursive: true })
  writeFileSync(
    join(later, '0002_tax.sql'),
    '-- compatible\nalter table parcels add column is_taxed boolean not null default false;\n',
  )
  await restoreInto(target, { applications: [{ id: APPLICATION, folder: later }] })
  const client = await target.connect({ role: `khudi_app_${APPLICATION}`, schema: `app_${APPLICATION}` })
  const { rows } = await client.query('select count(*)::int as parcels from parcels where not is_taxed')
  assert.deepEqual(rows, [{ parcels: 5000 }])
})

test('a database with rows is left as it is', async () => {
  await assert.rejects(restoreInto(source), { code: 'backup.database_not_empty' })
})

test('a database that a process works with is left as it is', async () => {
  const target = take()
  await target.connect({ role: 'khudi_kernel', schema: KERNEL_SCHEMA })
  await assert.rejects(restoreInto(target), { code: 'backup.database_in_use' })
})

test('any changed, missing or added byte is found, and nothing is restored', async () => {
  const target = take()
  const whole = readFileSync(archive)
  const copy = join(folder, 'damaged.backup')
  const places = [700, Math.floor(whole.length / 3), Math.floor(whole.length / 2), whole.length - 20_000]
  for (const place of places) {
    const changed = Buffer.from(whole)
    changed[place] = (changed[place] ?? 0) ^ 0x40
    writeFileSync(copy, changed)
    await assert.rejects(
      restoreInto(target, { source: copy }),
      { code: /^backup\.archive_(damaged|newer)$/ },
      `byte ${place}`,
    )
  }
  for (const length of [0, 300, 100_000, whole.length - 3_000]) {
    writeFileSync(copy, whole)
    truncateSync(copy, length)
    await assert.rejects(
      restoreInto(target, { source: copy }),
      { code: 'backup.archive_damaged' },
      `cut at ${length}`,
    )
  }
  const client = await target.connect()
  const rows = (await readSchemas(client))
    .flatMap(({ tables }) => tables)
    .reduce((sum, table) => sum + table.rows, 0)
  assert.equal(rows, 0)
})

test('an archive of a migration that the program does not know is refused', async () => {
  const target = take()
  const older = join(folder, 'older')
  mkdirSync(older)
  await assert.rejects(restoreInto(target, { applications: [{ id: APPLICATION, folder: older }] }), {
    code: 'backup.archive_newer',
  })
  await assert.rejects(restoreInto(target, { applications: [] }), { code: 'backup.application_missing' })
})

test('an archive is never written over, and a folder that cannot be written is told', async () => {
  const options = { cluster: source.cluster, objectsFolder, productVersion: '0.1.0', now: new Date() }
  await assert.rejects(backup({ ...options, destination: archive }), { code: 'backup.destination_exists' })
  await assert.rejects(backup({ ...options, destination: join(folder, 'no/such/folder') }), {
    code: 'backup.unwritable',
  })
  await assert.rejects(restoreInto(source, { source: join(folder, 'none') }), { code: 'backup.unreadable' })
})

test('a file that is no longer what was stored stops the backup and leaves no archive', async () => {
  const broken = join(folder, 'broken-objects')
  const digest = Buffer.from(await diskObjects(broken).put(Buffer.from('a model'))).toString('hex')
  writeFileSync(join(broken, digest.slice(0, 2), digest), 'another')
  const destination = join(folder, 'never.backup')
  const making = backup({
    cluster: source.cluster,
    objectsFolder: broken,
    destination,
    productVersion: '0',
    now: new Date(),
  })
  await assert.rejects(making, { code: 'backup.object_damaged' })
  assert.equal(existsSync(destination) || existsSync(`${destination}.unfinished`), false)
})

test('the archive lists what it holds', async () => {
  const kinds = new Map<string, number>()
  for await (const member of readArchive(archive)) {
    if (member.kind === 'object') for await (const _ of member.content);
    kinds.set(member.kind, (kinds.get(member.kind) ?? 0) + 1)
  }
  assert.equal(kinds.get('head'), 1)
  assert.equal(kinds.get('object'), 1)
  assert.ok((kinds.get('piece') ?? 0) > 3)
})
