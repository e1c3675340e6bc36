/**
 * A log under fire: the process that sequences is killed at each numbered step, again and again, while entries are being
 * appended. What was published is collected outside; at the end it is compared with the database.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { z } from 'zod'
import { type Random, randomStream } from '../applications/customs/sample/random.ts'
import type { Database } from '../kernel/db/database.ts'
import { findCheckpoint } from '../kernel/log/checkpoint.ts'
import { emptyEdge, grown, leafHashes, rootOfEdge } from '../kernel/log/merkle.ts'
import { root } from './files.ts'
import { appendEntries, placedEntries } from './log-filler.ts'
import { Said, type SequencingParameters } from './log-sequencing.ts'

/** The steps of a round. */
export const steps = [1, 2, 3, 4, 5, 6, 7] as const

export interface FirePlace {
  readonly db: Database
  readonly owner: pg.Client
  readonly url: string
  readonly logFolder: string
  readonly institutionId: string
}

export interface LogDamage {
  readonly kills: number
  /** Acknowledged entries. */
  readonly entries: number
  readonly checkpoints: number
  /** Checkpoints that were seen published. */
  readonly published: number
  /** What does not hold, one sentence each. */
  readonly wrong: readonly string[]
}

export interface Fire {
  /** Kills at each step, exactly where it ends; one in four comes some milliseconds later, in the middle of the next. */
  readonly killsAtEachStep: number
  readonly seed: number
  onKill?(done: number): void
}

export async function logUnderFire(place: FirePlace, fire: Fire): Promise<LogDamage> {
  const watch = new Watch(place)
  const random = randomStream(fire.seed, 'log', 0)
  let kills = 0
  for (let round = 0; round < fire.killsAtEachStep; round++)
    for (const step of steps) {
      const afterMs = random.chance(0.25) ? random.uniform() * 25 : 0
      await killedOnce(watch, random, { step, time: random.chance(0.5) ? 1 : 2, afterMs })
      kills += 1
      fire.onKill?.(kills)
    }
  await settled(watch)
  return { kills, ...(await watch.result()) }
}

/** Runs the sequencer, with entries coming in meanwhile, until it has killed itself. */
async function killedOnce(
  watch: Watch,
  random: Random,
  kill: NonNullable<z.infer<typeof SequencingParameters>['kill']>,
): Promise<void> {
  await watch.append(entriesOf(random))
  const child = watch.start({ kill })
  const end = once(child, 'close').then(() => undefined)
  const giveUpAt = performance.now() + 30_000
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  while (!isOver()) {
    if (performance.now() > giveUpAt) {
      child.kill('SIGKILL')
      watch.wrong.push(`step ${kill.step} was not reached`)
    }
    await Promise.race([end, sleep(60)])
    if (!isOver()) await watch.append(entriesOf(random))
  }
  await end
  await watch.look()
}

/** Few entries most of the time; now and then more than one tile of them. */
const entriesOf = (random: Random) => 1 + Math.floor(random.uniform() * (random.chance(0.05) ? 600 : 20))

/** Runs the sequencer until nothing waits, and ends it. */
async function settled(watch: Watch): Promise<void> {
  const child = watch.start({})
  const end = once(child, 'close')
  try {
    await watch.untilAllPublished()
  } finally {
    child.kill('SIGKILL')
    await end
  }
}

const Row = z.object({ tree_size: z.coerce.number(), root_hash: z.instanceof(Buffer), note: z.string() })

/** Sees what a reader outside would see, and remembers it. */
export class Watch {
  readonly wrong: string[] = []
  /** The process that published last. */
  publisher: ChildProcess | undefined
  readonly #place: FirePlace
  /** At first the founding of the institution. */
  #acknowledged = 1
  /** By size the note that was seen. */
  readonly #published = new Map<number, string>()
  #largest = -1
  /** Size of the checkpoint that was last seen in the folder. */
  #inFolder = -1

  constructor(place: FirePlace) {
    this.#place = place
  }

  async append(count: number): Promise<void> {
    const { db, institutionId } = this.#place
    await appendEntries(db, institutionId, count)
    this.#acknowledged += count
  }

  start(
    given: Pick<z.infer<typeof SequencingParameters>, 'kill'> & { readonly logFolder?: string },
  ): ChildProcess {
    const { url, logFolder } = this.#place
    const parameters: z.infer<typeof SequencingParameters> = { url, logFolder, ...given }
    const child = spawn(
      process.execPath,
      [join(root, 'test/log-sequencing.ts'), JSON.stringify(parameters)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { NODE_COMPILE_CACHE: join(root, 'var/test-compile-cache'), ...process.env },
      },
    )
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(child, line))
    return child
  }

  #hear(child: ChildProcess, line: string): void {
    const said = Said.parse(JSON.parse(line))
    if (said.said !== 'published') this.wrong.push(said.message)
    else if (said.institutionId === this.#place.institutionId) {
      this.publisher = child
      this.#note(said.note)
    }
  }

  #note(note: string): void {
    const size = findCheckpoint(note)?.size ?? -1
    const before = this.#published.get(size)
    if (before !== undefined && before !== note)
      this.wrong.push(`two checkpoints of size ${size} were published`)
    this.#published.set(size, note)
    this.#largest = Math.max(this.#largest, size)
  }

  /** Reads what is published now: the database must hold it. */
  async look(): Promise<void> {
    const { owner, logFolder, institutionId } = this.#place
    const note = published(join(logFolder, institutionId, 'checkpoint'))
    if (note === undefined) return
    const size = findCheckpoint(note)?.size ?? -1
    if (size < this.#inFolder) this.wrong.push(`after size ${this.#inFolder} size ${size} was published`)
    this.#inFolder = size
    this.#note(note)
    const { rowCount } = await owner.query(
      'select from log_checkpoints where institution_id = $1 and note = $2',
      [institutionId, note],
    )
    if (rowCount !== 1) this.wrong.push(`the database does not hold the published checkpoint ${note}`)
  }

  /** Waits until every acknowledged entry is in a published checkpoint. */
  async untilAllPublished(): Promise<void> {
    const giveUpAt = performance.now() + 60_000
    for (;;) {
      await this.look()
      if (this.#largest >= this.#acknowledged) return
      if (performance.now() > giveUpAt) {
        this.wrong.push('what waited was not published by itself')
        return
      }
      await sleep(20)
    }
  }

  async result(): Promise<Omit<LogDamage, 'kills'>> {
    const { owner, institutionId } = this.#place
    const entries = await placedEntries(owner, institutionId)
    const count = entries.length / 32
    if (count !== this.#acknowledged)
      this.wrong.push(`${this.#acknowledged} entries were acknowledged, ${count} are placed`)
    const twice = await owner.query(
      'select from log_all where institution_id = $1 group by entry_id having count(*) > 1',
      [institutionId],
    )
    if (twice.rowCount !== 0) this.wrong.push(`${twice.rowCount} entries have two places`)
    const { rows } = await owner.query(
      'select tree_size, root_hash, note from log_checkpoints where institution_id = $1 order by tree_size',
      [institutionId],
    )
    const kept = new Map<number, string>()
    let edge = emptyEdge
    for (const row of rows.map((one) => Row.parse(one))) {
      kept.set(row.tree_size, row.note)
      edge = grown(edge, leafHashes(entries.subarray(edge.size * 32, row.tree_size * 32))).edge
      const root = rootOfEdge(edge)
      const said = findCheckpoint(row.note)
      if (!root.equals(row.root_hash) || said?.size !== row.tree_size || !root.equals(said.rootHash))
        this.wrong.push(`the entries do not give the checkpoint of size ${row.tree_size}`)
    }
    for (const [size, note] of this.#published)
      if (kept.get(size) !== note) this.wrong.push(`size ${size} was published, and another is kept`)
    return { entries: count, checkpoints: kept.size, published: this.#published.size, wrong: this.wrong }
  }
}

function published(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Nothing was published yet.
    return undefined
  }
}
