/** One case a request, each durable before its answer, compared with the least that HTTP and PostgreSQL would cost alone. */
import { declarations } from '../../test/declaration-files.ts'
import { type LoadResult, runLoad } from '../load.ts'
import type { Measurement } from '../result.ts'
import { type Api, type Place, withClient } from './place.ts'
import { insertSingly } from './raw-inserts.ts'

export interface SingleFigures {
  readonly submitted: LoadResult
  /** The same server's cheapest answer. */
  readonly bare: LoadResult
  /** Inserts of a case, a commit each, by PostgreSQL alone. */
  readonly insertsPerS: number
}

const connections = 64
const databaseConnections = 16
const variety = 2_000

/** Every request is answered with success, and every answered case is in the database, or an Error says otherwise. */
export async function decideSingly(place: Place, { server, key }: Api): Promise<SingleFigures> {
  const { installation, seconds } = place
  const common = { connections, scratch: installation.scratch }
  const submission = {
    ...common,
    url: new URL('/v1/applications/customs/cases', server.address),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    bodies: bodies(),
  }
  await runLoad({ ...submission, seconds: Math.ceil(seconds / 5), label: 'warm' })
  await installation.checkpoint()
  const submitted = await runLoad({ ...submission, seconds, label: 'single' })
  const kept = await countCases(place, 'single-%')
  if (submitted.failed > 0 || kept < submitted.requests)
    throw new Error(
      `${submitted.failed} requests failed; ${kept} cases of ${submitted.requests} answers were kept`,
    )
  const bare = await runLoad({
    ...common,
    url: new URL('/health/live', server.address),
    headers: {},
    seconds: Math.ceil(seconds / 3),
    label: 'bare',
  })
  const insertsPerS = await insertSingly(installation, {
    connections: databaseConnections,
    seconds: seconds / 3,
    prefix: 'single-',
  })
  return { submitted, bare, insertsPerS }
}

/** Declarations without their number, which the generator of the load puts in. */
function bodies() {
  const start = '{"declarationNumber":"'
  const rests = [...declarations({ prefix: '', seed: 5, count: variety })].map((one) => {
    const { declarationNumber: _, ...rest } = one.case
    return `",${JSON.stringify(rest).slice(1)}`
  })
  return { start, rests }
}

function countCases(place: Place, references: string): Promise<number> {
  return withClient(place, async (client) => {
    const { rowCount } = await client.query(
      'select from cases join decisions using (institution_id, case_id) where reference like $1',
      [references],
    )
    return rowCount ?? 0
  })
}

export function singleRows({ submitted, bare, insertsPerS }: SingleFigures): readonly Measurement[] {
  const perS = ({ requests, seconds }: LoadResult) => requests / seconds
  const value = perS(submitted)
  const bareHttp = { what: 'GET /health/live of the same server', value: perS(bare) }
  return [
    {
      what: 'single requests: decided',
      value,
      unit: 'cases/s',
      reference: bareHttp,
      bar: { atLeast: 1_500 },
      note: `${connections} connections kept alive, by ${submitted.generator}, which shares the cores; each answer after its commit`,
    },
    {
      what: 'single requests: decided',
      value,
      unit: 'cases/s',
      reference: {
        what: `PostgreSQL alone, an insert a commit, ${databaseConnections} connections`,
        value: insertsPerS,
      },
      bar: { atLeast: 1_500 },
      note: 'the reference inserts the row of the case only; requests that wait share a commit, so the ratio may exceed 1',
    },
    {
      what: 'single requests: latency, median',
      value: submitted.p50Ms,
      unit: 'ms',
      reference: { what: bareHttp.what, value: bare.p50Ms },
    },
    {
      what: 'single requests: latency, 99th percentile',
      value: submitted.p99Ms,
      unit: 'ms',
      reference: { what: bareHttp.what, value: bare.p99Ms },
      bar: { atMost: 100 },
      note: 'after a checkpoint, as in a database that has run for a while: one that is minutes old makes new files for its write-ahead log, a stall of 40 to 300 ms every other second under this load',
    },
  ]
}
