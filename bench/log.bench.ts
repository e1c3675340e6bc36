/**
 * From an entry that is committed to a signed, published checkpoint that holds it: our own PostgreSQL with fsync on, tiles on
 * the disk of the checkout. One process appends, this one sequences, PostgreSQL runs beside them: two cores for all three.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { locateData, socketFolder } from '../kernel/db/data-folder.ts'
import { openDatabase } from '../kernel/db/open.ts'
import { foundInstitution } from '../kernel/institutions/institutions.ts'
import { emptyEdge, grown, leafHashes } from '../kernel/log/merkle.ts'
import { bundlesOf } from '../kernel/log/standing.ts'
import { TileFolder } from '../kernel/log/tiles.ts'
import { split } from '../kernel/log/verified-tiles.ts'
import { type Installation, withInstallation } from '../test/installation.ts'
import { appendOnly, type Carried, carry, type LoadPlace } from './log/load.ts'
import type { Benchmark, BenchmarkRun, Measurement } from './result.ts'

const entriesPerTransaction = 500
const connections = 2
/** The bar's load, and one above it. */
const rates = [10_000, 16_000]

export default {
  title: 'from a committed entry to a published checkpoint',
  run: (given) => withInstallation((installation) => measure(installation, given)),
} satisfies Benchmark

async function measure(
  installation: Installation,
  { isQuick, say }: BenchmarkRun,
): Promise<readonly Measurement[]> {
  const size = isQuick ? 0.1 : 1
  say('hashing and tiles alone')
  const hashing = hashingAlone(1_000_000 * size)
  const tiles = await tilesAlone(join(installation.scratch, 'tiles'), 1_000_000 * size)
  const silent = { info: () => undefined, warn: () => undefined }
  const { folder } = installation
  const database = await openDatabase({ folder, url: undefined, applications: [], log: silent })
  const owner = await installation.connect()
  try {
    const clock = () => new Date()
    const { institutionId } = await foundInstitution(
      { db: database.db, clock },
      { name: 'operator:bench' },
      { slug: 'bench', title: { en: 'Bench', ur: 'بینچ' } },
    )
    const host = encodeURIComponent(socketFolder(locateData(folder)))
    const url = `postgresql://khudi_owner@/khudi?host=${host}`
    const place: LoadPlace = { db: database.db, owner, url, logFolder: join(folder, 'log'), institutionId }
    // The first files of the write-ahead log are made while it is written; afterwards they are used again.
    await carry(place, { entries: 200_000 * size, entriesPerTransaction, connections })
    await installation.checkpoint()
    say('as fast as it goes')
    const flatOut = await carry(place, { entries: 400_000 * size, entriesPerTransaction, connections })
    const rows: Measurement[] = []
    for (const rate of rates) {
      await installation.checkpoint()
      say(`${rate} entries a second`)
      const load = { entries: rate * 20 * size, entriesPerTransaction, connections, rate }
      rows.push(...rateRows(rate, await carry(place, load)))
    }
    await installation.checkpoint()
    const alone = await appendOnly(place, { entries: 200_000 * size, entriesPerTransaction, connections })
    return [...flatOutRows(flatOut, alone), ...rows, ...aloneRows(hashing, tiles)]
  } finally {
    await owner.end()
    await database.close()
  }
}

/** Leaf and node hashes of a tree of so many entries; entries a second. */
function hashingAlone(entries: number): number {
  const batch = randomBytes(16_384 * 32)
  let edge = emptyEdge
  const startedAt = performance.now()
  while (edge.size < entries) edge = grown(edge, leafHashes(batch)).edge
  return (edge.size * 1000) / (performance.now() - startedAt)
}

/** The same with tiles and bundles stored durably, without a database; entries a second. */
async function tilesAlone(folder: string, entries: number): Promise<number> {
  const tileFolder = new TileFolder(folder)
  const batch = randomBytes(16_384 * 32)
  let edge = emptyEdge
  const startedAt = performance.now()
  while (edge.size < entries) {
    const added = grown(edge, leafHashes(batch))
    await tileFolder.store([...added.tiles, ...bundlesOf(edge.size, split(batch))])
    edge = added.edge
  }
  return (edge.size * 1000) / (performance.now() - startedAt)
}

function flatOutRows(carried: Carried, alone: number): readonly Measurement[] {
  const { entries, seconds, appendingS, checkpoints } = carried
  return [
    {
      what: 'durable entries through the database, published',
      value: entries / seconds,
      unit: 'entries/s',
      bar: { atLeast: 10_000 },
      reference: { what: 'appending alone, no sequencer', value: alone },
      note: `${entries} entries, ${entriesPerTransaction} a transaction, ${connections} connections, ${checkpoints} checkpoints; appended in ${appendingS.toFixed(1)} s, all published after ${seconds.toFixed(1)} s`,
    },
  ]
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN

function rateRows(rate: number, carried: Carried): readonly Measurement[] {
  const { entries, latenciesMs, nodeCpuS, sessionCpuS, checkpoints, appendingS } = carried
  const at = `at ${rate} entries/s`
  const reached = `${(entries / appendingS).toFixed(0)} entries/s were appended; ${checkpoints} checkpoints`
  return [
    {
      what: `from commit to published checkpoint, median, ${at}`,
      value: quantile(latenciesMs, 0.5),
      unit: 'ms',
      bar: { atMost: 1_000 },
      note: reached,
    },
    { what: `the same, 99 in 100, ${at}`, value: quantile(latenciesMs, 0.99), unit: 'ms' },
    { what: `sequencer, CPU in Node, ${at}`, value: (nodeCpuS * 1e6) / entries, unit: 'µs/entry' },
    {
      what: `sequencer, CPU of its database session, ${at}`,
      value: (sessionCpuS * 1e6) / entries,
      unit: 'µs/entry',
    },
  ]
}

function aloneRows(hashing: number, tiles: number): readonly Measurement[] {
  return [
    {
      what: 'tiles and bundles on disk alone, no database',
      value: tiles,
      unit: 'entries/s',
      reference: { what: 'hashing alone', value: hashing },
      note: 'durable, 16,384 entries a batch',
    },
  ]
}
