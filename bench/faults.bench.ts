/**
 * Power goes, a hundred times: an import is killed at random instants, now and then with its database server, and the same
 * command is run again. At the end the record is compared with the files.
 */
import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { foundCustoms } from '../test/customs-institution.ts'
import { type DeclarationFile, writeDeclarations } from '../test/declaration-files.ts'
import { root } from '../test/files.ts'
import { type Installation, withInstallation } from '../test/installation.ts'
import { type Damage, importUnderFire } from '../test/kill.ts'
import { type Ledger, ledgerOf } from '../test/ledger.ts'
import type { Benchmark, BenchmarkRun, Measurement } from './result.ts'

const seed = 20_260_102
const databaseShare = 0.15
const rowsOfFile = 20_000
const badEvery = 50

export default {
  title: 'what a hundred kills at random instants cost the record',
  run: (given) => withInstallation((installation) => measure(installation, given)),
} satisfies Benchmark

async function measure(
  installation: Installation,
  { isQuick, say }: BenchmarkRun,
): Promise<readonly Measurement[]> {
  const rounds = isQuick ? 10 : 100
  const { history } = await foundCustoms(installation, 2_000)
  const real = await publicFiles()
  const damage = await importUnderFire(installation, {
    rounds,
    seed,
    databaseShare,
    file: async (index) => real[index] ?? generated(installation, index),
    onRound: (done) => done % 10 === 0 && say(`${done} of ${rounds} kills`),
  })
  const ledger = await installation.withDatabase(async () => {
    const client = await installation.connect()
    try {
      return await ledgerOf(client, 'history-%')
    } finally {
      await client.end()
    }
  })
  const files =
    real.length > 0 ? 'the public Korean declarations, then generated ones' : 'generated declarations'
  return [...killRows(damage, rounds, files), ...recordRows(damage, ledger, history.rows)]
}

/** Every second file brings outcomes, and each brings rows that must be refused. */
function generated({ scratch }: Installation, index: number): Promise<DeclarationFile> {
  return writeDeclarations({
    folder: scratch,
    name: `filed-${index}`,
    seed: seed + index,
    count: rowsOfFile,
    hasOutcomes: index % 2 === 1,
    badEvery,
  })
}

/** The Korea Customs Service's public set where it lies beside the checkout; newest last, so that numbers ascend. */
async function publicFiles(): Promise<readonly DeclarationFile[]> {
  const folder = join(root, '../shared/data/customs')
  if (!existsSync(folder)) return []
  const names = readdirSync(folder)
    .filter((name) => /^kcs_.*\.csv\.gz$/.test(name))
    .sort()
  return Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      mapping: 'kcs',
      rows: await countRows(join(folder, name)),
    })),
  )
}

/** Lines without the header; no field of this set holds a line break. */
async function countRows(path: string): Promise<number> {
  let lines = 0
  for await (const bytes of createReadStream(path).pipe(createGunzip()))
    if (bytes instanceof Uint8Array) for (const byte of bytes) if (byte === 0x0a) lines += 1
  return lines - 1
}

function killRows(damage: Damage, rounds: number, files: string): readonly Measurement[] {
  const resumed = [...damage.resumedAfterS].sort((a, b) => a - b)
  return [
    {
      what: 'rounds with a kill',
      value: rounds,
      unit: '',
      bar: { atLeast: 100 },
      note: `import --decide of ${files}; ${damage.commandKills} commands and ${damage.databaseKills} database servers killed (SIGKILL), seed ${seed}`,
    },
    {
      what: 'of them while records were being committed',
      value: damage.whileImporting,
      unit: '',
      note: 'the others while the command started or read',
    },
    {
      what: 'runs that ended in a fault of their own',
      value: damage.crashes.length,
      unit: '',
      bar: { atMost: 0 },
    },
    {
      what: 'from a restart to its first commit, median',
      value: resumed[resumed.length >> 1] ?? 0,
      unit: 's',
      note: 'start of the command, recovery of the database where it was killed, passing over what had been taken in',
    },
  ]
}

/** Everything here must be nothing. @param history rows that were taken in without being decided, before the first kill */
function recordRows(damage: Damage, ledger: Ledger, history: number): readonly Measurement[] {
  const { records, accepted, unchanged, refused, importedCases, decidedCases } = ledger
  const nothing: readonly (readonly [what: string, value: number])[] = [
    ['acknowledged records that were lost', damage.lost],
    ['imports that did not finish', ledger.unfinishedImports],
    ['rows of the files without a result, or with two', Math.abs(damage.rows + history - records)],
    ['rows neither accepted, unchanged nor refused', Math.abs(records - accepted - unchanged - refused)],
    ['accepted rows without a decided case', Math.abs(accepted - history - decidedCases)],
    ['cases without a decision', importedCases - decidedCases],
    ['cases decided twice', ledger.decidedTwice],
    ['refused rows that are not kept for mending', Math.abs(refused - ledger.refusalRows)],
    ['records without their log entry', ledger.withoutLogEntry],
    ['log entries without their record', ledger.entriesOfNothing],
    ['records that were logged twice', ledger.loggedTwice],
  ]
  return [
    {
      what: 'rows taken in under fire',
      value: damage.rows,
      unit: '',
      note: `${decidedCases} decided and ${refused} refused, as the database counts them`,
    },
    ...nothing.map(([what, value]) => ({ what, value, unit: '', bar: { atMost: 0 } })),
  ]
}
