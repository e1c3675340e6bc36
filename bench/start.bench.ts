/**
 * How long one waits: for the first page of a new installation, for that of an old one, and for 1,001 applications. The
 * packages are installed and their files are in the machine's cache, as after `npm start` has once been tried.
 */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { createApplication } from '../server/scaffold/application.ts'
import { root } from '../test/files.ts'
import { ended, type Installation, withInstallation } from '../test/installation.ts'
import { residentMiBOf } from './processes.ts'
import type { Benchmark, BenchmarkRun, Measurement } from './result.ts'
import { type RunningServer, startServer } from './server.ts'

const ownApplications = join(root, 'applications')
const firstPage = 'to the first page'

export default {
  title: 'how long one waits for the first page, and for 1,001 applications',
  run: (given) => withInstallation((installation) => measure(installation, given)),
} satisfies Benchmark

async function measure(installation: Installation, given: BenchmarkRun): Promise<readonly Measurement[]> {
  const { say, isQuick } = given
  say('starting from nothing')
  const first = await startServer(installation, { KHUDI_DEMONSTRATION: 'on' })
  const memory = memoryRows(installation, first, 'after the first start')
  await first.stop()
  say('starting again')
  const second = await startServer(installation, { KHUDI_DEMONSTRATION: 'on' })
  memory.push(...memoryRows(installation, second, 'after the second start'))
  const stopS = await second.stop()
  const copies = isQuick ? 100 : 1_000
  say(`making ${copies} applications`)
  const folder = await makeApplications(installation, copies)
  const loads = await loadRows(installation, folder, copies)
  say('starting with all of them')
  const full = await startServer(installation, { KHUDI_TRUSTED_APPLICATIONS: folder })
  const fullMemory = memoryRows(installation, full, `with ${copies + 1} applications`)
  await full.stop()
  return [
    {
      what: `start, empty folder: ${firstPage}`,
      value: first.firstPageS,
      unit: 's',
      bar: { atMost: 10 },
      note: 'khudi start to the first 200 of GET /: database made, 3,500 sample declarations taken in, a model learned, 500 decided',
    },
    {
      what: `start, second time: ${firstPage}`,
      value: second.firstPageS,
      unit: 's',
      reference: { what: 'the first start', value: first.firstPageS },
      bar: { atMost: 3 },
    },
    { what: 'stop by Ctrl-C', value: stopS, unit: 's' },
    ...memory,
    ...loads,
    {
      what: `start, ${copies + 1} applications: ${firstPage}`,
      value: full.firstPageS,
      unit: 's',
      reference: { what: 'the second start, with ours alone', value: second.firstPageS },
    },
    ...fullMemory,
  ]
}

/** The server includes the launcher where the machine's own Node is another. */
function memoryRows({ databaseProcess }: Installation, server: RunningServer, when: string): Measurement[] {
  const database = databaseProcess()
  const sizes = [
    ['server', residentMiBOf(server.pid, database)],
    ['PostgreSQL', database === undefined ? undefined : residentMiBOf(database)],
  ] as const
  const note = 'right after the first page; a page that processes share counts in parts'
  return sizes.flatMap(([what, value]) =>
    value === undefined ? [] : [{ what: `resident memory, ${what} ${when}`, value, unit: 'MiB', note }],
  )
}

/** Copies of the template, below the checkout so that they find the SDK as a mounted folder of a department does. */
async function makeApplications({ scratch }: Installation, count: number): Promise<string> {
  const applicationsFolder = join(scratch, 'applications')
  mkdirSync(applicationsFolder)
  for (let index = 1; index <= count; index++)
    await createApplication({ applicationsFolder, id: `generated-${String(index).padStart(4, '0')}` })
  return applicationsFolder
}

const Loaded = z.object({ applications: z.number(), seconds: z.number() })

async function loadRows(
  { scratch, environment }: Installation,
  folder: string,
  copies: number,
): Promise<readonly Measurement[]> {
  const load = async (folders: readonly string[], cache: string | undefined): Promise<number> => {
    const { NODE_COMPILE_CACHE: _, ...rest } = environment
    const child = spawn(process.execPath, [join(root, 'bench/start/load-applications.ts'), ...folders], {
      env: { ...rest, ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { status, output, errors } = await ended(child)
    if (status !== 0) throw new Error(`the applications were not loaded: ${errors}`)
    return Loaded.parse(JSON.parse(output)).seconds
  }
  const cache = join(scratch, 'compile-cache')
  const all = [ownApplications, folder]
  const own = await load([ownApplications], undefined)
  const cold = await load(all, undefined)
  await load(all, cache)
  const cached = await load(all, cache)
  return [
    {
      what: `load ${copies + 1} applications, new process`,
      value: cold,
      unit: 's',
      reference: { what: 'loading ours alone', value: own },
      bar: { atMost: 3 },
      note: 'without a compile cache; files in the machine’s cache',
    },
    {
      what: `load ${copies + 1} applications, compile cache`,
      value: cached,
      unit: 's',
      reference: { what: 'the same without Node’s compile cache', value: cold },
      bar: { atMost: 3 },
    },
  ]
}
