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
const startMs = 1_500
/** After its first batch the command works on undisturbed for at most this long. */
const workMs = 500
/** A database server that was killed is brought back by the command, which is killed in its turn within this time. */
const recoveryMs = 2_000

/** Runs the rounds; every file is finished at the end. */
export async function importUnderFire(installation: Installation, fire: Fire): Promise<Damage> {
  const watch = new Watch(installation)
  const files: DeclarationFile[] = []
  const runs: Run[] = []
  let current = await fire.file(0)
  try {
    for (let round = 0; round < fire.rounds; ) {
      if (files.at(-1) !== current) files.push(current)
      const run = await runOnce(installation, { file: current, watch, random: randomStream(fire.seed, 'kill', runs.length), fire })
      runs.push(run)
      if (run.kills > 0) fire.onRound?.(++round)
      if (run.isFinished) current = await fire.file(files.length)
    }
    for (const file of files) await installation.run(commandOf(file))
    await installation.withDatabase(async () => {
      for (const file of files) await watch.look(file)
    })
  } finally {
    await watch.close()
  }
  return {
    commandKills: runs.filter(({ isKilled }) => isKilled).length,
    databaseKills: runs.filter(({ isDatabaseKilled }) => isDatabaseKilled).length,
    whileImporting: runs.filter(({ kills, resumedAfterS }) => kills > 0 && resumedAfterS !== undefined).length,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    lost: watch.lost,
    crashes: runs.map(({ crash }) => crash).filter((crash) => crash !== undefined),
    resumedAfterS: runs.map(({ resumedAfterS }) => resumedAfterS).filter((one) => one !== undefined),
  }
}
