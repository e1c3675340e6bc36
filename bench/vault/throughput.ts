/** What sealing costs a stream of cases: the same declarations, to two applications that differ in nothing but protection. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { alone, type CustomsInstitution, foundCustoms } from '../../test/customs-institution.ts'
import { root } from '../../test/files.ts'
import type { Installation } from '../../test/installation.ts'
import { ndjson } from '../decide/stream.ts'
import { streamCases } from '../decide/stream-client.ts'
import { cpuSecondsOf } from '../processes.ts'
import type { Measurement } from '../result.ts'
import { type RunningServer, startServer } from '../server.ts'

const sealed = 'customs'
const open = 'customs-open'
/** Each application's turns; the order is reversed from one to the next, so that neither has the warmer machine. */
const turns = 4

export interface ThroughputWork {
  readonly installation: Installation
  say(text: string): void
  /** Declarations of a turn. */
  readonly streamed: number
  /** Rows that the models learn from. */
  readonly taken: number
}

export async function throughputRows(work: ThroughputWork): Promise<readonly Measurement[]> {
  const { installation, say, streamed, taken: examples } = work
  installation.environment.KHUDI_TRUSTED_APPLICATIONS = applicationWithoutPersonalFields(installation.scratch)
  say(`taking in ${examples} declarations for each application, learning from them`)
  const customs = await foundCustoms(installation, examples)
  return installation.withDatabase(async () => {
    await foundOpen(installation, customs)
    await installation.checkpoint()
    const server = await startServer(installation)
    try {
      const taken = await takeTurns(work, server, customs.key)
      await requireSealed(installation)
      return rowsOf(taken, streamed)
    } finally {
      await server.stop()
    }
  })
}

/** A copy of customs whose every field is operational. */
function applicationWithoutPersonalFields(scratch: string): string {
  const folder = join(scratch, 'applications')
  const copy = join(folder, open)
  cpSync(join(root, 'applications', sealed), copy, { recursive: true })
  rewrite(join(copy, 'application.ts'), [[`id: '${sealed}'`, `id: '${open}'`]])
  rewrite(join(copy, 'case.ts'), [
    [`const personal = { protection: 'personal' } as const`, 'const personal = {} as const'],
    // An identifier is personal at least; as a text it is a text.
    ['importerNtn: ntn(', 'importerNtn: text('],
  ])
  return folder
}

function rewrite(path: string, changes: readonly (readonly [string, string])[]): void {
  let content = readFileSync(path, 'utf8')
  for (const [from, to] of changes) {
    if (!content.includes(from)) throw new Error(`${path} does not hold ${from} any more`)
    content = content.replace(from, to)
  }
  writeFileSync(path, content)
}

const Trained = z.object({ modelDigest: z.string() })

async function foundOpen({ run }: Installation, { history }: CustomsInstitution): Promise<void> {
  await run(['application', 'register', open])
  await run(['import', open, history.path, '--mapping', history.mapping])
  const { modelDigest } = Trained.parse(await run(['model', 'train', open]))
  await run(['model', 'promote', open, modelDigest, '--break-glass', alone])
}

/** What one stream took. */
interface Turn {
  readonly seconds: number
  readonly serverCpuS: number
  readonly databaseCpuS: number
}

type Turns = Readonly<Record<typeof sealed | typeof open, Turn[]>>

async function takeTurns(
  { installation, say, streamed }: ThroughputWork,
  server: RunningServer,
  key: string,
): Promise<Turns> {
  const taken: Turns = { [sealed]: [], [open]: [] }
  const database = installation.databaseProcess() ?? 0
  const cpu = () => ({ server: cpuSecondsOf(server.pid), database: cpuSecondsOf(database) })
  const stream = async (applicationId: keyof Turns, turn: number, count: number): Promise<Turn> => {
    const lines = ndjson(`turn-${turn}`, 10 + turn, count)
    const before = cpu()
    const { accepted, seconds } = await streamCases({ ...server, key, applicationId }, lines)
    if (accepted !== count) throw new Error(`of ${count}, ${accepted} were accepted`)
    const after = cpu()
    return {
      seconds,
      serverCpuS: after.server - before.server,
      databaseCpuS: after.database - before.database,
    }
  }
  await stream(sealed, 0, streamed / 5)
  await stream(open, 0, streamed / 5)
  for (let turn = 1; turn <= turns; turn++) {
    say(`deciding two streams of ${streamed}, turn ${turn} of ${turns}`)
    const order = turn % 2 === 0 ? ([open, sealed] as const) : ([sealed, open] as const)
    for (const one of order) taken[one].push(await stream(one, turn, streamed))
  }
  return taken
}

const Count = z.object({ sealed: z.coerce.number(), open: z.coerce.number() })

/** That the one application was sealed and the other was not: of every case, or the comparison would be of something else. */
async function requireSealed(installation: Installation): Promise<void> {
  const client = await installation.connect()
  try {
    const { rows } = await client.query(
      `select count(*) filter (where application_id = $1 and sealed is null) as open,
         count(*) filter (where application_id = $2 and sealed is not null) as sealed from cases`,
      [sealed, open],
    )
    const wrong = Count.parse(rows[0])
    if (wrong.open + wrong.sealed > 0) throw new Error(`not as declared: ${JSON.stringify(wrong)}`)
  } finally {
    await client.end()
  }
}

function rowsOf(taken: Turns, streamed: number): readonly Measurement[] {
  const median = (of: keyof Turns, figure: (turn: Turn) => number) => {
    const sorted = taken[of].map(figure).toSorted((a, b) => a - b)
    const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
    return (low + high) / 2
  }
  const rate = (of: keyof Turns) => streamed / median(of, ({ seconds }) => seconds)
  const cpu = (of: keyof Turns, figure: (turn: Turn) => number) => (1_000 * median(of, figure)) / streamed
  const what = 'the same application without a sealed field'
  const note = `median of ${turns} streams of ${streamed} declarations each, in turns on one server`
  const unit = 's per 1,000 cases'
  const cpuRow = (of: string, figure: (turn: Turn) => number): Measurement => ({
    what: `stream, sealed: CPU of ${of}`,
    value: cpu(sealed, figure),
    unit,
    reference: { what, value: cpu(open, figure) },
  })
  return [
    {
      what: 'stream over HTTP, sealed: decided',
      value: rate(sealed),
      unit: 'cases/s',
      reference: { what, value: rate(open) },
      note,
    },
    {
      what: 'throughput kept with sealing',
      value: rate(sealed) / rate(open),
      unit: 'of that without',
      reference: { what: 'without sealing', value: 1 },
      bar: { atLeast: 0.85 },
      note: 'every declaration is sealed under the key of its importer',
    },
    cpuRow('the server', ({ serverCpuS }) => serverCpuS),
    cpuRow('PostgreSQL', ({ databaseCpuS }) => databaseCpuS),
  ]
}
