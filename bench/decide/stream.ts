/** Many cases as one NDJSON stream, compared with PostgreSQL alone taking in the rows that they leave behind. */
import { z } from 'zod'
import { declarations } from '../../test/declaration-files.ts'
import { cpuSecondsOf } from '../processes.ts'
import type { Measurement } from '../result.ts'
import { type Api, type Place, withClient } from './place.ts'
import { insertInBatches, type RawInserts } from './raw-inserts.ts'
import { streamCases } from './stream-client.ts'

export interface StreamFigures {
  readonly cases: number
  readonly seconds: number
  readonly serverCpuS: number
  readonly databaseCpuS: number
  /** Decisions and log entries as the database counts them afterwards. */
  readonly withReasons: number
  readonly logEntries: number
  readonly raw: RawInserts & { readonly databaseCpuS: number }
}

const prefix = 'stream'
/** As the product itself commits streams. */
const batchSize = 512

/** Every declaration is accepted, or an Error says how many were not. */
export async function decideStream(place: Place, { server, key }: Api): Promise<StreamFigures> {
  const { streamed } = place
  const database = place.installation.databaseProcess() ?? 0
  await streamCases({ ...server, key }, ndjson('warm', 3, streamed / 10))
  const lines = ndjson(prefix, 4, streamed)
  const before = { server: cpuSecondsOf(server.pid), database: cpuSecondsOf(database) }
  const { answered, accepted, seconds } = await streamCases({ ...server, key }, lines)
  const serverCpuS = cpuSecondsOf(server.pid) - before.server
  const databaseCpuS = cpuSecondsOf(database) - before.database
  const { decisions, withReasons, logEntries } = await countsOf(place)
  if (answered !== streamed || accepted !== streamed || decisions !== streamed)
    throw new Error(`of ${streamed}, ${answered} were answered, ${accepted} accepted, ${decisions} decided`)
  const raw = await withClient(place, async (client) => {
    const atFirst = cpuSecondsOf(database)
    const inserted = await insertInBatches(client, `${prefix}-`, batchSize)
    return { ...inserted, databaseCpuS: cpuSecondsOf(database) - atFirst }
  })
  return { cases: streamed, seconds, serverCpuS, databaseCpuS, withReasons, logEntries, raw }
}

/** Lines in pieces of about 64 KiB, made before the clock starts. */
export function ndjson(begins: string, seed: number, count: number): readonly Buffer[] {
  const pieces: Buffer[] = []
  let lines = ''
  for (const one of declarations({ prefix: begins, seed, count })) {
    lines += `${JSON.stringify(one.case)}\n`
    if (lines.length < 65_536) continue
    pieces.push(Buffer.from(lines))
    lines = ''
  }
  return [...pieces, Buffer.from(lines)]
}

const Counts = z.object({
  decisions: z.coerce.number(),
  withReasons: z.coerce.number(),
  logEntries: z.coerce.number(),
})

function countsOf(place: Place): Promise<z.infer<typeof Counts>> {
  return withClient(place, async (client) => {
    const { rows } = await client.query(
      `with ours as (select institution_id, case_id from cases where reference like $1)
       select count(*) as decisions, count(*) filter (where json_array_length(reasons) > 0) as "withReasons",
         (select count(*) from log_all join ours using (institution_id, case_id)) as "logEntries"
       from decisions join ours using (institution_id, case_id)`,
      [`${prefix}-%`],
    )
    return Counts.parse(rows[0])
  })
}

export function streamRows(figures: StreamFigures): readonly Measurement[] {
  const { cases, seconds, raw, withReasons, logEntries } = figures
  const perThousand = (cpuS: number, count: number) => (1000 * cpuS) / count
  return [
    {
      what: 'stream over HTTP: decided',
      value: cases / seconds,
      unit: 'cases/s',
      reference: { what: 'PostgreSQL alone, batched inserts', value: raw.cases / raw.seconds },
      bar: { atLeast: 5_000 },
      note: `${cases} declarations, each line answered once durable; the sender shares the cores; moonshot 10,000. The reference inserts the very rows (case, decision, two log entries) by unnest, ${batchSize} cases a commit, on one connection, into tables without foreign keys and row-level security.`,
    },
    {
      what: 'stream: CPU of the server',
      value: perThousand(figures.serverCpuS, cases),
      unit: 's per 1,000 cases',
    },
    {
      what: 'stream: CPU of PostgreSQL',
      value: perThousand(figures.databaseCpuS, cases),
      unit: 's per 1,000 cases',
      reference: { what: 'PostgreSQL alone', value: perThousand(raw.databaseCpuS, raw.cases) },
    },
    {
      what: 'stream: decisions with reasons',
      value: withReasons / cases,
      unit: 'of all',
      bar: { atLeast: 1 },
      note: 'counted in the database',
    },
    {
      what: 'stream: log entries',
      value: logEntries / cases,
      unit: 'a case',
      bar: { atLeast: 2 },
      note: 'one for the case, one for the decision, counted in the database',
    },
  ]
}
