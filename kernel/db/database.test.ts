import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { freshDatabase } from '../../test/database.ts'
import {
  Database,
  isUniqueViolation,
  type Parameter,
  type Statement,
  statement,
  type Transaction,
} from './database.ts'
import { packedTexts } from './packed.ts'

const database = await freshDatabase()
const { db } = database
const owner = await database.connect()
await owner.query(
  'create table notes (institution_id uuid not null, note_id integer not null, body text, primary key (institution_id, note_id))',
)
await owner.query('alter table notes enable row level security')
await owner.query(`create policy own on notes to khudi_kernel
  using (institution_id = current_setting('khudi.institution_id')::uuid)
  with check (institution_id = current_setting('khudi.institution_id')::uuid)`)
await owner.query('grant select, insert, update, delete on notes to khudi_kernel')

const addNote = statement({ name: 'test.addNote', text: 'insert into notes values ($1, $2, $3)' })
const setNote = statement({ name: 'test.setNote', text: 'update notes set body = $2 where note_id = $1' })
const allNotes = statement({
  name: 'test.allNotes',
  text: 'select note_id, body from notes order by note_id',
  row: z.strictObject({ noteId: z.int(), body: z.string().nullable() }),
})

/** A statement that gives back its parameter, as the type named. */
function echo(type: string, schema: z.ZodType): Statement<Record<string, unknown>> {
  const name = `test.echo.${type.replace(/\W/g, '_')}.${schema.type}`
  return statement({ name, text: `select $1::${type} as value`, row: z.object({ value: schema }) })
}

/** Sends a value there and back. */
async function roundTrip(type: string, schema: z.ZodType, value: Parameter): Promise<unknown> {
  return (await db.platform((tx) => tx.one(echo(type, schema), [value]))).value
}

test('lists arrive as they are, whatever their elements look like', async () => {
  const list = (type: string, element: z.ZodType, values: Parameter) =>
    roundTrip(`${type}[]`, z.array(element.nullable()), values)
  const texts = [
    'NULL',
    'null',
    null,
    '',
    ' ',
    'a b',
    '{',
    '}',
    ',',
    '"',
    '\\',
    '\\"',
    "'",
    '\t\r\n',
    'ہاں',
    '😀',
    '\u007f',
  ]
  assert.deepEqual(await list('text', z.string(), texts), texts)
  assert.deepEqual(await list('integer', z.int(), [1, null, -2]), [1, null, -2])
  assert.deepEqual(await list('double precision', z.number(), [0.1, -1e-300, null]), [0.1, -1e-300, null])
  assert.deepEqual(await list('boolean', z.boolean(), [true, null, false]), [true, null, false])
})

test('texts that come packed are cut out as they were', async () => {
  const cut = statement({
    name: 'test.cut',
    text: `
      select convert_from(substring($1::bytea from starts for lengths), 'UTF8') as value
      from unnest($2::integer[], $3::integer[]) as given (starts, lengths)`,
    row: z.strictObject({ value: z.string() }),
  })
  const text = fc.string({ unit: 'binary' }).filter(isStorable)
  await fc.assert(
    fc.asyncProperty(fc.array(text), async (texts) => {
      const { bytes, starts, lengths } = packedTexts(texts)
      const rows = await db.platform((tx) => tx.rows(cut, [bytes, starts, lengths]))
      assert.deepEqual(
        rows.map(({ value }) => value),
        texts,
      )
    }),
    { numRuns: 30 },
  )
})

/** What PostgreSQL takes as a text. */
const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0')

test('values come back as the schema says', async () => {
  assert.equal(await roundTrip('boolean', z.boolean(), true), true)
  assert.equal(await roundTrip('bigint', z.int(), 42), 42)
  assert.equal(await roundTrip('bigint', z.bigint(), 2n ** 62n), 2n ** 62n)
  assert.equal(await roundTrip('numeric', z.string(), '1.10'), '1.10')
  assert.equal(await roundTrip('double precision', z.number(), 0.1), 0.1)
  assert.equal(await roundTrip('date', z.iso.date(), '2024-02-29'), '2024-02-29')
  assert.deepEqual(
    await roundTrip('timestamptz', z.date(), new Date(1_700_000_000_123)),
    new Date(1_700_000_000_123),
  )
  assert.equal(await roundTrip('json', z.string(), '{"b": 1,  "a": 1e2}'), '{"b": 1,  "a": 1e2}')
  assert.deepEqual(await roundTrip('json', z.object({ a: z.int() }), '{"a": 1}'), { a: 1 })
  assert.equal(await roundTrip('text', z.string().nullable(), null), null)
  assert.deepEqual(await roundTrip('bigint[]', z.array(z.bigint()), [1n, -(2n ** 63n)]), [1n, -(2n ** 63n)])
})

test('a whole number that a number cannot hold is an error, never rounded', async () => {
  await assert.rejects(roundTrip('bigint', z.number(), 2n ** 53n), /does not fit a number/)
})

test('an optional field is absent where the column is null', async () => {
  const row = await db.platform((tx) => tx.one(echo('text', z.string().optional()), [null]))
  assert.deepEqual(Object.keys(row), [])
})

test('any text, bytes, instant and list survive the way there and back', async () => {
  const text = fc.string({ unit: 'binary' }).map((drawn) => drawn.replaceAll('\0', ''))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(text)),
      fc.uint8Array(),
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
      async (texts, bytes, whole) => {
        assert.deepEqual(await roundTrip('text[]', z.array(z.string().nullable()), texts), texts)
        assert.deepEqual(await roundTrip('bytea', z.instanceof(Uint8Array), bytes), Buffer.from(bytes))
        assert.equal(await roundTrip('bigint', z.bigint(), whole), whole)
      },
    ),
    { numRuns: 50 },
  )
})

test('any instant of the calendar survives the way there and back', async () => {
  const instant = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  await fc.assert(
    fc.asyncProperty(instant, async (at) =>
      assert.deepEqual(await roundTrip('timestamptz', z.date(), at), at),
    ),
    { numRuns: 50 },
  )
})

test('a column that the schema does not have is an error', async () => {
  const wide = statement({
    name: 'test.wide',
    text: 'select 1 as one, 2 as two',
    row: z.strictObject({ one: z.int() }),
  })
  await assert.rejects(
    db.platform((tx) => tx.rows(wide)),
    /column two is not in the row's schema/,
  )
})

test('a transaction sees and writes the rows of its institution only', async () => {
  const [here, there] = [uuid(), uuid()]
  await db.transaction(here, (tx) => tx.run(addNote, [here, 1, 'ours']))
  assert.deepEqual(await db.transaction(here, (tx) => tx.rows(allNotes)), [{ noteId: 1, body: 'ours' }])
  assert.deepEqual(await db.transaction(there, (tx) => tx.rows(allNotes)), [])
  assert.equal(await db.transaction(there, (tx) => tx.run(setNote, [1, 'theirs'])), 0)
  await assert.rejects(
    db.transaction(there, (tx) => tx.run(addNote, [here, 2, 'forged'])),
    /row-level security/,
  )
})

test('a transaction of no institution sees no row of any', async () => {
  await assert.rejects(
    db.platform((tx) => tx.rows(allNotes)),
    /khudi.institution_id|invalid input syntax for type uuid/,
  )
  await assert.rejects(
    db.platform(async (tx) => tx.institutionId),
    /belongs to no institution/,
  )
})

test('an institution is named by its UUID and by nothing that could be SQL', async () => {
  await assert.rejects(
    async () => db.transaction("x'; drop table notes; --", (tx) => tx.rows(allNotes)),
    /named by its UUID/,
  )
})

test('work that throws leaves nothing behind', async () => {
  const institution = uuid()
  const work = async (tx: Transaction): Promise<void> => {
    await tx.run(addNote, [institution, 1, 'half'])
    throw new Error('changed my mind')
  }
  await assert.rejects(db.transaction(institution, work), /changed my mind/)
  assert.deepEqual(await db.transaction(institution, (tx) => tx.rows(allNotes)), [])
})

test('a swallowed error of a statement does not pass for a commit', async () => {
  const institution = uuid()
  const work = async (tx: Transaction): Promise<void> => {
    await tx.run(addNote, [institution, 1, 'first'])
    await tx.run(addNote, [institution, 1, 'again']).catch(() => undefined)
  }
  await assert.rejects(db.transaction(institution, work), /nothing was committed/)
  assert.deepEqual(await db.transaction(institution, (tx) => tx.rows(allNotes)), [])
})

test('a unique violation is recognised by its constraint', async () => {
  const institution = uuid()
  const twice = db.transaction(institution, (tx) =>
    Promise.all([1, 1].map((id) => tx.run(addNote, [institution, id, null]))),
  )
  await assert.rejects(
    twice,
    (error) => isUniqueViolation(error, 'notes_pkey') && !isUniqueViolation(error, 'other'),
  )
})

test('whoever keeps a transaction after its end gets an error', async () => {
  const kept = await db.transaction(uuid(), async (tx) => tx)
  await assert.rejects(kept.rows(allNotes), /transaction is over/)
})

test('a reading transaction cannot write, and sees one state throughout', async () => {
  const institution = uuid()
  await db.transaction(institution, (tx) => tx.run(addNote, [institution, 1, 'before']))
  const seen = await db.transaction(
    institution,
    async (tx) => {
      const first = await tx.rows(allNotes)
      await db.transaction(institution, (other) => other.run(setNote, [1, 'after']))
      return [first, await tx.rows(allNotes)]
    },
    { isReadOnly: true },
  )
  assert.deepEqual(seen[0], seen[1])
  await assert.rejects(
    db.transaction(institution, (tx) => tx.run(setNote, [1, 'x']), { isReadOnly: true }),
    /read-only/,
  )
})

test('two that block one another both finish', async () => {
  const institution = uuid()
  await db.transaction(institution, (tx) =>
    Promise.all([1, 2].map((id) => tx.run(addNote, [institution, id, '']))),
  )
  const bothHaveOne = gate(2)
  const swap = (first: number, second: number) =>
    db.transaction(institution, async (tx) => {
      await tx.run(setNote, [first, 'swapped'])
      await bothHaveOne()
      await tx.run(setNote, [second, 'swapped'])
    })
  await Promise.all([swap(1, 2), swap(2, 1)])
  assert.deepEqual(
    (await db.transaction(institution, (tx) => tx.rows(allNotes))).map(({ body }) => body),
    ['swapped', 'swapped'],
  )
})

/** Waits until as many have come; whoever comes later passes. */
function gate(visitors: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let come = 0
  return () => {
    come += 1
    if (come === visitors) resolve()
    return promise
  }
}

test('a statement that takes too long is stopped', async () => {
  const slow = statement({ name: 'test.slow', text: 'select pg_sleep(30)' })
  await assert.rejects(
    db.platform((tx) => tx.run(slow), { statementTimeoutMs: 50 }),
    /statement timeout/,
  )
})

const numbers = statement({
  name: 'test.numbers',
  text: 'select n from generate_series(1, $1::int) as n',
  row: z.strictObject({ n: z.int() }),
})

test('a stream gives every row once, in batches', async () => {
  const sizes = await db.platform(async (tx) => {
    const seen: number[] = []
    for await (const batch of tx.stream(numbers, [2_500], 1_000)) seen.push(batch.length)
    return seen
  })
  assert.deepEqual(sizes, [1_000, 1_000, 500])
})

test('a stream that is left early leaves the transaction usable', async () => {
  const after = await db.platform(async (tx) => {
    const stream = tx.stream(numbers, [100], 10)
    await stream.next()
    await stream.return()
    return tx.rows(numbers, [2])
  })
  assert.equal(after.length, 2)
})

test('a connection lost before the commit is replaced and the work done once', async () => {
  const institution = uuid()
  let tries = 0
  await db.transaction(institution, async (tx) => {
    tries += 1
    await tx.run(addNote, [institution, 1, `try ${tries}`])
    if (tries === 1) await terminateConnections()
    await tx.rows(allNotes)
  })
  assert.deepEqual(await db.transaction(institution, (tx) => tx.rows(allNotes)), [
    { noteId: 1, body: 'try 2' },
  ])
})

test('connections lost while idle are replaced', async () => {
  await db.platform((tx) => tx.rows(numbers, [1]))
  await terminateConnections()
  assert.equal((await db.platform((tx) => tx.rows(numbers, [3]))).length, 3)
})

/** Ends the kernel's connections to this test's database, as a restarting server does. */
async function terminateConnections(): Promise<void> {
  await owner.query(`grant khudi_kernel to current_user`)
  await owner.query(
    `select pg_terminate_backend(pid, 1000) from pg_stat_activity
     where datname = current_database() and usename = 'khudi_kernel'`,
  )
}

test('a database that is not there is refused with a code, and says so when asked', async () => {
  const nowhere = new Database({
    cluster: {
      ...database.cluster,
      connection: () => ({ host: '/nonexistent', user: 'khudi_kernel', database: 'none' }),
    },
    patienceMs: 100,
  })
  await assert.rejects(
    nowhere.platform((tx) => tx.rows(numbers, [1])),
    { code: 'database.unavailable' },
  )
  assert.equal(await nowhere.isReachable(), false)
  assert.equal(await db.isReachable(), true)
  await nowhere.close()
})
