/**
 * Workers that run applications and engines, so that neither a slow model nor a hanging application holds up the server: threads
 * for what comes with the product, a confined process (`kernel/confinement`) for each application that does not. Work goes to
 * the thread with the least to do; a thread that dies or hangs is replaced and its tasks fail.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { FieldProblem } from '@khudi/sdk'
import { ConfinedApplication, type ConfinedSettings } from '../confinement/confined.ts'
import { type ErrorCode, type ErrorParameters, Refusal } from '../errors.ts'
import type { Settings } from './program.ts'
import type { Answers, ApplicationTask, LoadTask, ModelKey, Progress, Task, Waiting } from './tasks.ts'

export interface Message {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
  /** Set where the error is a refusal. */
  readonly refusal?: { readonly code: ErrorCode; readonly parameters: ErrorParameters }
  readonly progress?: Progress
  readonly checkpoint?: Uint8Array
}

/** What a thread is sent. */
export interface Asked {
  readonly id: number
  readonly task: Task
  /** Shared memory whose first word becomes 1 when the work is to stop; left out where it cannot be told to. */
  readonly stop?: Int32Array
}

interface Pending {
  /** Takes what the worker's handler of this kind of task returned; the two files are one program. */
  resolve(value: unknown): void
  reject(error: Error): void
  readonly waiting: Waiting
  readonly timer: NodeJS.Timeout
}

/** A batch that takes longer hangs. Training has its own bound: a large set takes its time. */
const timeoutMs: Readonly<Record<Task['kind'], number>> = {
  load: 60_000,
  decide: 60_000,
  rows: 10 * 60_000,
  row: 60_000,
  measure: 10 * 60_000,
  train: 4 * 60 * 60_000,
  learn: 4 * 60 * 60_000,
  search: 24 * 60 * 60_000,
  evaluate: 60 * 60_000,
  explain: 60_000,
  import: 10 * 60_000,
  export: 10 * 60_000,
}

const keyOf = ({ applicationId, name, digest }: ModelKey) => `${applicationId}/${name}/${digest}`

/** One thread and what it owes. Replaced as a whole when it dies or hangs; the models it held are given to the next. */
class Thread {
  readonly #settings: Settings
  readonly #loaded = new Map<string, LoadTask>()
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #nextId = 1

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Tasks under way or waiting. */
  get owed(): number {
    return this.#pending.size
  }

  has(model: ModelKey): boolean {
    return this.#loaded.has(keyOf(model))
  }

  async load(task: LoadTask): Promise<void> {
    if (this.has(task)) return
    await this.post(task)
    this.#loaded.set(keyOf(task), task)
  }

  post<T extends Task>(task: T, waiting: Waiting = {}): Promise<Answers[T['kind']]> {
    const worker = this.#running()
    const id = this.#nextId++
    return new Promise<Answers[T['kind']]>((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(`a decision worker hung on "${task.kind}"`),
        timeoutMs[task.kind],
      )
      timer.unref()
      this.#pending.set(id, { resolve, reject, waiting, timer })
      worker.ref()
      const stop = waiting.signal && stopOf(waiting.signal)
      const asked: Asked = { id, task, ...(stop && { stop }) }
      worker.postMessage(asked)
    })
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#fail('the decision workers are closed')
    await worker?.terminate()
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#settings })
    worker.on('message', (message: Message) => this.#receive(worker, message))
    worker.on(
      'error',
      (error) => this.#worker === worker && this.#fail(`a decision worker died: ${String(error)}`),
    )
    worker.on('exit', () => this.#worker === worker && this.#fail('a decision worker ended'))
    this.#worker = worker
    for (const task of this.#loaded.values()) worker.postMessage({ id: 0, task } satisfies Asked)
    return worker
  }

  #receive(worker: Worker, { id, value, error, refusal, progress, checkpoint }: Message): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    if (progress !== undefined || checkpoint !== undefined) {
      if (progress !== undefined) pending.waiting.onProgress?.(progress)
      if (checkpoint !== undefined) pending.waiting.onCheckpoint?.(checkpoint)
      return
    }
    clearTimeout(pending.timer)
    this.#pending.delete(id)
    // An idle thread must not keep a command-line process from ending.
    if (this.#pending.size === 0) worker.unref()
    if (refusal !== undefined) pending.reject(new Refusal(refusal.code, refusal.parameters))
    else if (error === undefined) pending.resolve(value)
    else pending.reject(new Error(error))
  }

  #fail(reason: string): void {
    const worker = this.#worker
    this.#worker = undefined
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(new Error(reason))
    }
    this.#pending.clear()
    worker?.terminate().catch(() => undefined)
  }
}

/** Shared memory that tells a thread, however busy, that the signal was given. */
function stopOf(signal: AbortSignal): Int32Array {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const tell = () => Atomics.store(stop, 0, 1)
  if (signal.aborted) tell()
  else signal.addEventListener('abort', tell, { once: true })
  return stop
}

export interface WorkersSettings extends Settings {
  /** Applications that do not come with the product; they are none of `applications`. */
  readonly foreign?: readonly Omit<ConfinedSettings, 'enginesFolder'>[]
}

/** A pool of threads; by default one fewer than the machine's cores, since the database needs the other. */
export class Workers {
  readonly #threads: readonly Thread[]
  readonly #confined: ReadonlyMap<string, ConfinedApplication>

  constructor(
    { foreign = [], ...settings }: WorkersSettings,
    threads = Math.max(1, availableParallelism() - 1),
  ) {
    const { enginesFolder } = settings
    this.#threads = Array.from({ length: threads }, () => new Thread(settings))
    this.#confined = new Map(
      foreign.map((one) => [one.applicationId, new ConfinedApplication({ ...one, enginesFolder })]),
    )
  }

  /** Whether every thread has the model. */
  hasLoaded(model: ModelKey): boolean {
    const confined = this.#confined.get(model.applicationId)
    return confined === undefined ? this.#threads.every((thread) => thread.has(model)) : confined.has(model)
  }

  /** Gives every thread the model; the caller checked the bytes against the digest. */
  async load(task: Omit<LoadTask, 'kind'>): Promise<void> {
    const confined = this.#confined.get(task.applicationId)
    if (confined !== undefined) return confined.load({ kind: 'load', ...task })
    await Promise.all(this.#threads.map((thread) => thread.load({ kind: 'load', ...task })))
  }

  /**
   * Has the idlest thread do the task; where a foreign application's own code takes part, its confined process. A foreign
   * application says what its cases are, and an engine of ours learns from that in a thread.
   *
   * @throws Error where the application is unknown, or the thread died or hung
   */
  async run<T extends Exclude<Task, LoadTask>>(task: T, waiting: Waiting = {}): Promise<Answers[T['kind']]> {
    const confined = 'applicationId' in task ? this.#confined.get(task.applicationId) : undefined
    if (confined === undefined || !('applicationId' in task)) return this.#idlest().post(task, waiting)
    return new Promise<Answers[T['kind']]>((resolve, reject) => {
      const asked: Pick<Pending, 'resolve' | 'reject'> = { resolve, reject }
      this.#runConfined(confined, task, waiting).then(
        (value) => asked.resolve(value),
        (error) => asked.reject(error),
      )
    })
  }

  async #runConfined(
    confined: ConfinedApplication,
    task: Exclude<ApplicationTask, LoadTask>,
    waiting: Waiting,
  ): Promise<unknown> {
    if (task.kind !== 'train') return confined.run(task)
    const { engine, features } = confined.modelSpec(task.modelName)
    const examples = await confined.rows({ ...task, kind: 'rows', isLearning: true })
    return this.#idlest().post({ ...task, kind: 'learn', engine, features, examples }, waiting)
  }

  #idlest(): Thread {
    return this.#threads.reduce((best, one) => (one.owed < best.owed ? one : best))
  }

  /**
   * What a foreign application's schema finds wrong with each outcome, `undefined` where nothing; `undefined` as a whole where
   * the application comes with the product, so that its schema can be asked here.
   */
  async outcomeProblems(
    applicationId: string,
    outcomes: readonly unknown[],
  ): Promise<readonly (readonly FieldProblem[] | undefined)[] | undefined> {
    return this.#confined.get(applicationId)?.readOutcomes(outcomes)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads, ...this.#confined.values()].map((worker) => worker.close()))
  }
}
