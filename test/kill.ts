/**
 * Imports under fire: the command, and now and then the database server, is killed (SIGKILL) at a random instant, and the
 * same command is started again, for so many rounds. What was once seen committed must be there for ever after.
 */
import type { ChildProcess } from 'node:child_process'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { z } from 'zod'
import { type Random, randomStream } from '../applications/customs/sample/random.ts'
import type { DeclarationFile } from './declaration-files.ts'
import { ended, type Installation } from './installation.ts'

export interface Fire {
  readonly rounds: number
  /** Chooses the instants. How far a run has come by then depends on the machine. */
  readonly seed: number
  /** The share of rounds in which the database server is killed first, from 0 to 1. */
  readonly databaseShare: number
  /** The next file, when the one before was finished between two kills. */
  file(index: number): Promise<DeclarationFile>
  onRound?(done: number): void
}

export interface Damage {
  /** Runs of the command that were killed. */
  readonly commandKills: number
  readonly databaseKills: number
  /** Kills after the run had moved the import on, so that one was under way. */
  readonly whileImporting: number
  /** Rows of all files. */
  readonly rows: number
  /** Records that were seen committed, or reported by the command, and were gone later. */
  readonly lost: number
  /** What a run said that ended by itself with neither success nor a refusal. */
  readonly crashes: readonly string[]
  /** From a start to the first record committed by it, in seconds, of runs that went on with an import. */
  readonly resumedAfterS: readonly number[]
}

/** A kill while the command starts comes within this time. */
const startMs = 1_000
/** After its first batch the command works on undisturbed for at most this long. */
const workMs = 400
/** A database server that was killed is brought back by the command, which is killed in its turn within this time. */
const recoveryMs = 1_200

/** A run that ends before its kill is no round; where nearly all do, something else is wrong. */
const mostRunsForAKill = 5

/** Runs the rounds; every file is finished at the end. */
export async function importUnderFire(installation: Installation, fire: Fire): Promise<Damage> {
  const watch = new Watch(installation)
  const files = [await fire.file(0)]
  const runs: Run[] = []
  try {
    for (let round = 0; round < fire.rounds; ) {
      const file = files.at(-1)
      if (file === undefined || runs.length > mostRunsForAKill * fire.rounds)
        throw new Error(
          `after ${runs.length} runs only ${round} were killed: ${runs.at(-1)?.crash ?? 'none failed'}`,
        )
      const random = randomStream(fire.seed, 'kill', runs.length)
      const run = await runOnce(installation, { ...fire, file, watch, random })
      runs.push(run)
      if (run.isKilled || run.isDatabaseKilled) {
        round += 1
        fire.onRound?.(round)
      }
      if (run.isFinished) files.push(await fire.file(files.length))
    }
    await finish(installation, files, watch)
  } finally {
    await watch.close()
  }
  return damageOf(runs, files, watch.lost)
}

/** Runs the same command again for every file, finished or not; then nothing of what was acknowledged may be missing. */
async function finish(
  installation: Installation,
  files: readonly DeclarationFile[],
  watch: Watch,
): Promise<void> {
  for (const file of files) await installation.run(commandOf(file))
  await installation.withDatabase(async () => {
    for (const file of files) await watch.look(file)
    await watch.close()
  })
}

function damageOf(runs: readonly Run[], files: readonly DeclarationFile[], lost: number): Damage {
  const killed = runs.filter(({ isKilled, isDatabaseKilled }) => isKilled || isDatabaseKilled)
  return {
    commandKills: runs.filter(({ isKilled }) => isKilled).length,
    databaseKills: runs.filter(({ isDatabaseKilled }) => isDatabaseKilled).length,
    whileImporting: killed.filter(({ resumedAfterS }) => resumedAfterS !== undefined).length,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    lost,
    crashes: runs.flatMap(({ crash }) => crash ?? []),
    resumedAfterS: runs.flatMap(({ resumedAfterS }) => resumedAfterS ?? []),
  }
}

const commandOf = ({ path, mapping }: DeclarationFile) => [
  'import',
  'customs',
  path,
  '--mapping',
  mapping,
  '--decide',
]

interface Run {
  readonly isKilled: boolean
  readonly isDatabaseKilled: boolean
  readonly isFinished: boolean
  readonly crash: string | undefined
  /** Undefined where the run was not seen to move the import on. */
  readonly resumedAfterS: number | undefined
}

interface Shot {
  readonly file: DeclarationFile
  readonly watch: Watch
  readonly random: Random
  readonly databaseShare: number
}

async function runOnce(installation: Installation, shot: Shot): Promise<Run> {
  const { file, watch, random } = shot
  await watch.look(file)
  const before = watch.seen(file)
  const startedAt = performance.now()
  const child = installation.start(commandOf(file))
  const end = ended(child)
  // Three in ten die while they start, the others at work.
  const isEarly = random.chance(0.3)
  const isMoving = isEarly ? false : await watch.untilMoved(file, { before, child })
  const resumedAfterS = isMoving ? (performance.now() - startedAt) / 1000 : undefined
  await sleep(random.uniform() * (isEarly ? startMs : workMs))
  const isDatabaseKilled = random.chance(shot.databaseShare) && killDatabase(installation)
  if (isDatabaseKilled) await sleep(random.uniform() * recoveryMs)
  child.kill('SIGKILL')
  const { status, errors } = await end
  watch.note(file, reportedIn(errors))
  // A command whose database went away at the wrong moment says so and ends; it is started again like one that was killed.
  const isExpected = status === null || status === 0 || (isDatabaseKilled && status === 1)
  return {
    isKilled: status === null,
    isDatabaseKilled,
    isFinished: status === 0,
    crash: isExpected ? undefined : errors,
    resumedAfterS,
  }
}

function killDatabase(installation: Installation): boolean {
  const pid = installation.databaseProcess()
  return pid !== undefined && process.kill(pid, 'SIGKILL')
}

/** The last count on the command's progress lines: `Importing x.csv: 1,500 of 4,000 (37 %), 900/s, 3 s left`. */
function reportedIn(errors: string): number {
  const counts = [...errors.matchAll(/^Importing .+?: ([\d,]+)(?: |,|$)/gm)].map(([, count = '']) => count)
  return Number(counts.at(-1)?.replaceAll(',', '') ?? 0)
}

const Seen = z.object({ records: z.coerce.number().int() })
const pollMs = 20

/** Looks into the database from outside, as any reader may. What it has seen once is acknowledged. */
class Watch {
  /** Records that were acknowledged and are gone. */
  lost = 0
  readonly #installation: Installation
  readonly #acknowledged = new Map<string, number>()
  #client: pg.Client | undefined

  constructor(installation: Installation) {
    this.#installation = installation
  }

  /** Records of the file known to be committed. */
  seen({ path }: DeclarationFile): number {
    return this.#acknowledged.get(path) ?? 0
  }

  /** The command says so: it is acknowledged as well. */
  note(file: DeclarationFile, records: number): void {
    this.#acknowledged.set(file.path, Math.max(this.seen(file), records))
  }

  /** Compares with what is there; nothing where the server does not answer. */
  async look(file: DeclarationFile): Promise<void> {
    const records = await this.#recordsOf(file)
    if (records === undefined) return
    this.lost += Math.max(0, this.seen(file) - records)
    this.#acknowledged.set(file.path, records)
  }

  /** Whether the import moves on before the command ends. */
  async untilMoved(
    file: DeclarationFile,
    { before, child }: { readonly before: number; readonly child: ChildProcess },
  ): Promise<boolean> {
    while (child.exitCode === null && child.signalCode === null) {
      await this.look(file)
      if (this.seen(file) > before) return true
      await sleep(pollMs)
    }
    return false
  }

  async close(): Promise<void> {
    await this.#client?.end().catch(() => undefined)
    this.#client = undefined
  }

  async #recordsOf({ path }: DeclarationFile): Promise<number | undefined> {
    try {
      this.#client ??= await this.#installation.connect()
      const { rows } = await this.#client.query(
        'select coalesce(max(records), 0) as records from imports where source_name = $1',
        [basename(path)],
      )
      return Seen.parse(rows[0]).records
    } catch (error) {
      if (error instanceof z.ZodError) throw error
      await this.close()
      return undefined
    }
  }
}
