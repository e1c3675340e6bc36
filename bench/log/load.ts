/** Entries appended by one process while this one's sequencer places, hashes, stores, signs and publishes them. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { z } from 'zod'
import type { Database } from '../../kernel/db/database.ts'
import { Sequencer } from '../../kernel/log/sequencer.ts'
import { root } from '../../test/files.ts'
import { ended } from '../../test/installation.ts'
import { testSigner } from '../../test/log-signer.ts'
import { cpuSecondsOf } from '../processes.ts'
import { Appended, type AppenderParameters } from './appender-messages.ts'

export interface LoadPlace {
  readonly db: Database
  readonly owner: pg.Client
  /** Of the database, for the process that appends. */
  readonly url: string
  readonly logFolder: string
  readonly institutionId: string
}

export interface Load {
  readonly entries: number
  readonly entriesPerTransaction: number
  readonly rate?: number
  readonly connections: number
}

export interface Carried {
  readonly entries: number
  /** Until all of them were in a published checkpoint. */
  readonly seconds: number
  /** Until the last was committed. */
  readonly appendingS: number
  /** From the commit of each transaction to the published checkpoint that holds all of its entries, rising. */
  readonly latenciesMs: readonly number[]
  readonly checkpoints: number
  /** CPU of the sequencer in this process and in its database session. */
  readonly nodeCpuS: number
  readonly sessionCpuS: number
}

/** Appends a load and waits until a published checkpoint holds all of it. */
export async function carry(place: LoadPlace, load: Load): Promise<Carried> {
  const { owner, institutionId } = place
  const before = await counted(owner, institutionId)
  const published: { readonly size: number; readonly atMs: number }[] = []
  const faults: unknown[] = []
  const sequencer = new Sequencer({
    db: place.db,
    logFolder: place.logFolder,
    clock: () => new Date(),
    originOf: ({ slug }) => `bench.test/${slug}`,
    signerFor: async ({ origin }) => testSigner(origin),
    onPublished: ({ checkpoint: { size } }) => published.push({ size, atMs: now() }),
    onFault: (error) => faults.push(error),
    onFatal: (_, fatal) => faults.push(fatal),
  })
  sequencer.start()
  while (published.length === 0 && faults.length === 0) await sleep(10)
  const session = await sessionOf(owner)
  const cpuBefore = { node: process.cpuUsage(), session: cpuSecondsOf(session) }
  const startedAt = now()
  const { committedAtMs } = await appended(place, load)
  const goal = before + load.entries
  while ((published.at(-1)?.size ?? 0) < goal && faults.length === 0) await sleep(5)
  const endedAt = published.at(-1)?.atMs ?? now()
  const { user, system } = process.cpuUsage(cpuBefore.node)
  const sessionCpuS = cpuSecondsOf(session) - cpuBefore.session
  await sequencer.stop()
  if (faults.length > 0) throw new Error('the sequencer failed', { cause: faults[0] })
  return {
    entries: load.entries,
    seconds: (endedAt - startedAt) / 1000,
    appendingS: (Math.max(...committedAtMs) - startedAt) / 1000,
    latenciesMs: await latencies(place, { before, committedAtMs, published }),
    checkpoints: published.length - 1,
    nodeCpuS: (user + system) / 1e6,
    sessionCpuS,
  }
}

/** The same without a sequencer: what PostgreSQL takes in by itself. Entries a second. */
export async function appendOnly(place: LoadPlace, load: Load): Promise<number> {
  return load.entries / (await appended(place, load)).seconds
}

const now = () => performance.timeOrigin + performance.now()

async function appended({ url, institutionId }: LoadPlace, load: Load): Promise<z.infer<typeof Appended>> {
  const parameters: AppenderParameters = { url, institutionId, ...load }
  const child = spawn(process.execPath, [join(root, 'bench/log/appender.ts'), JSON.stringify(parameters)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { status, output, errors } = await ended(child)
  if (status !== 0) throw new Error(`the appending process ended with ${status}: ${errors}`)
  return Appended.parse(JSON.parse(output))
}

const Counted = z.object({ entries: z.coerce.number().int() })

async function counted(owner: pg.Client, institutionId: string): Promise<number> {
  const { rows } = await owner.query('select count(*) as entries from log_all where institution_id = $1', [
    institutionId,
  ])
  return Counted.parse(rows[0]).entries
}

/** Process of the database session that holds the sequencer's lock. */
async function sessionOf(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query(
    `select pid from pg_locks join pg_database on pg_database.oid = database
     where locktype = 'advisory' and granted and datname = current_database()`,
  )
  return z.object({ pid: z.int() }).parse(rows[0]).pid
}

const Last = z.object({ transaction: z.coerce.number().int(), last: z.coerce.number().int() })

async function latencies(
  { owner, institutionId }: LoadPlace,
  given: {
    readonly before: number
    readonly committedAtMs: readonly number[]
    readonly published: readonly { readonly size: number; readonly atMs: number }[]
  },
): Promise<number[]> {
  const { rows } = await owner.query(
    `select record_id as transaction, max(entry_index) as last from log_entries
     where institution_id = $1 and entry_index >= $2 group by record_id`,
    [institutionId, given.before],
  )
  const waits = rows.map((row) => {
    const { transaction, last } = Last.parse(row)
    const holder = given.published.find(({ size }) => size > last)
    return (holder?.atMs ?? Number.NaN) - (given.committedAtMs[transaction] ?? Number.NaN)
  })
  return waits.sort((a, b) => a - b)
}
