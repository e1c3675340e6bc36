/**
 * A foreign application at work: asked like the worker threads, answered from a process of its own. A process that breaches a cap
 * is killed and replaced; the case that it was at goes to an officer unaided, and the batch goes on with the next one.
 */
import type { AnyModelSpec, Application, FeatureRow, FieldProblem } from '@khudi/sdk'
import { notNameable, type ReadCase, type RefusedCase, type StoredCase } from '../decisions/run.ts'
import type { Answers, ApplicationTask, LoadTask, ModelKey, Task } from '../decisions/tasks.ts'
import { Refusal } from '../errors.ts'
import { Breaker } from './breaker.ts'
import { type Caps, Stopped, trainingCaps, usualCaps } from './caps.ts'
import { ConfinedProcess } from './confined-process.ts'
import type { Launch } from './launch.ts'
import { FeatureRowSaid, MeasuredList, RowsList, type Said, SaidRefusal, type Told } from './protocol.ts'
import { type CaseSaid, settle } from './settle.ts'

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>

/** Kills that one batch may cost while its cases are only read. */
const mostReadingBreaches = 3

export interface ConfinedSettings extends Launch {
  readonly application: Application
  readonly caps?: Caps
  readonly now?: () => number
}

export class ConfinedApplication {
  readonly #settings: ConfinedSettings
  readonly #caps: Caps
  readonly #breaker: Breaker
  readonly #loaded = new Map<string, LoadTask>()
  #process: ConfinedProcess | undefined
  /** Batches wait for one another: a process has one conversation at a time. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(settings: ConfinedSettings) {
    this.#settings = settings
    this.#caps = settings.caps ?? usualCaps
    this.#breaker = new Breaker(settings.now ?? (() => performance.now()))
  }

  has(model: ModelKey): boolean {
    return this.#loaded.has(keyOf(model))
  }

  async load(task: LoadTask): Promise<void> {
    if (this.has(task)) return
    await this.#inTurn(() => this.#ask(task, this.#caps))
    this.#loaded.set(keyOf(task), task)
  }

  /** Answers what the worker threads' program answers to this kind of task. */
  run(task: Exclude<ApplicationTask, LoadTask | TaskOf<'train'>>): Promise<unknown> {
    switch (task.kind) {
      case 'decide':
        return this.decide(task)
      case 'rows':
        return this.rows(task)
      case 'row':
        return this.row(task)
      case 'measure':
        return this.measure(task)
    }
  }

  /** @throws Refusal `application.stopped` where not even reading is possible any more */
  async decide({ payloads, models }: TaskOf<'decide'>): Promise<Answers['decide']> {
    const said = await this.#inTurn(() => this.#sayOf(payloads, models))
    const { application } = this.#settings
    return payloads.map((submitted, index): ReadCase | RefusedCase =>
      settle({ application, submitted, isDecided: models !== undefined }, said[index] ?? {}),
    )
  }

  /** Problems of each outcome by its schema; `undefined` where it has none. */
  async readOutcomes(
    outcomes: readonly unknown[],
  ): Promise<readonly (readonly FieldProblem[] | undefined)[]> {
    const found: (readonly FieldProblem[] | undefined)[] = []
    const hear = (one: Said) => {
      if ((one.said !== 'taken' && one.said !== 'refused') || one.index !== found.length)
        throw new Stopped('protocol')
      found.push(one.said === 'refused' ? one.problems : undefined)
    }
    await this.#inTurn(() => this.#ask({ kind: 'outcomes', outcomes }, this.#caps, hear))
    if (found.length !== outcomes.length) throw this.#refused()
    return found
  }

  /** What the application declares of a model. @throws Error where it declares none of this name */
  modelSpec(name: string): AnyModelSpec {
    const { models } = this.#settings.application
    const spec = Object.hasOwn(models, name) ? models[name] : undefined
    if (spec === undefined) throw new Error(`the application declares no model "${name}"`)
    return spec
  }

  /** What the application makes of each example: features, label, value. */
  async rows(task: TaskOf<'rows'>): Promise<Answers['rows']> {
    const rows: Answers['rows'] = []
    const caps = trainingCaps(this.#caps)
    const said = RowsList.parse(await this.#inTurn(() => this.#ask(task, caps)))
    if (said.length !== task.examples.length) throw this.#refused()
    for (const one of said) rows.push(one ?? undefined)
    return rows
  }

  async row(task: TaskOf<'row'>): Promise<FeatureRow> {
    return FeatureRowSaid.parse(await this.#inTurn(() => this.#ask(task, this.#caps)))
  }

  async measure(task: TaskOf<'measure'>): Promise<Answers['measure']> {
    const done = await this.#inTurn(() => this.#ask(task, trainingCaps(this.#caps)))
    const measured = MeasuredList.parse(done)
    if (measured.length !== task.examples.length) throw this.#refused()
    return measured.map((one) => one ?? undefined).map((one) => one && { ...one, score: one.score })
  }

  async close(): Promise<void> {
    this.#process?.stop('ended')
  }

  /**
   * 1. Asks for what is left of the batch.
   * 2. Where the process was stopped, the case that it was at is settled as it stands, and the rest is asked again of a new
   *    process: to decide while the breaker is closed, only to read once it is open.
   */
  async #sayOf(
    payloads: readonly (string | StoredCase)[],
    models: Readonly<Record<string, string>> | undefined,
  ): Promise<readonly CaseSaid[]> {
    const said: CaseSaid[] = []
    let isDeciding = models !== undefined && !this.#breaker.isOpen
    let readingBreaches = 0
    let hasBreached = false
    while (said.length < payloads.length) {
      const batch = new BatchSaid(payloads.length - said.length, isDeciding)
      try {
        // 1.
        const rest = payloads.slice(said.length)
        const told: Told = { kind: 'cases', payloads: rest, models: isDeciding ? models : undefined }
        await this.#ask(told, this.#caps, (one) => batch.hear(one))
        said.push(...batch.all())
      } catch (error) {
        if (!(error instanceof Stopped)) throw error
        // 2.
        this.#stop(error)
        hasBreached = true
        said.push(...batch.upTo(error))
        if (!isDeciding && ++readingBreaches >= mostReadingBreaches) throw this.#refused()
        if (this.#breaker.isOpen) isDeciding = false
      }
    }
    if (!hasBreached) this.#breaker.kept()
    return said
  }

  #refused(): Refusal {
    return new Refusal('application.stopped', { application: this.#settings.applicationId })
  }

  /** @throws Stopped, and Refusal or Error as the program answers them */
  async #ask(told: Told, caps: Caps, hear: (said: Said) => void = unasked): Promise<unknown> {
    const running = await this.#running(told)
    try {
      const last = await running.ask(told, caps, hear)
      if (last.said === 'done') return last.value
      const refusal = SaidRefusal.safeParse(last.refusal)
      if (refusal.success) throw new Refusal(refusal.data.code, refusal.data.parameters)
      throw new Error(`a confined application failed: ${last.message}`)
    } catch (error) {
      if (error instanceof Stopped) this.#stop(error)
      throw error
    }
  }

  /** Once for each process. */
  #stop({ breach }: Stopped): void {
    if (this.#process === undefined) return
    this.#process.stop(breach)
    this.#process = undefined
    this.#breaker.breached()
  }

  /** The process, with the models that it is to have. */
  async #running(told: Told): Promise<ConfinedProcess> {
    if (this.#process !== undefined && !this.#process.isStopped) return this.#process
    const started = new ConfinedProcess(this.#settings, this.#caps)
    this.#process = started
    if (told.kind === 'load') return started
    for (const task of this.#loaded.values()) await started.ask(task, this.#caps, unasked)
    return started
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work, work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

const keyOf = ({ applicationId, name, digest }: ModelKey) => `${applicationId}/${name}/${digest}`

function unasked(): never {
  throw new Stopped('protocol')
}

/** What is said of the cases of one batch, each in its turn: a word on any other case is a breach. */
class BatchSaid {
  readonly #count: number
  readonly #isDeciding: boolean
  readonly #said: CaseSaid[] = []

  constructor(count: number, isDeciding: boolean) {
    this.#count = count
    this.#isDeciding = isDeciding
  }

  hear(one: Said): void {
    switch (one.said) {
      case 'read':
        this.#begin(one.index, { facts: one.facts })
        return
      case 'refused':
        this.#begin(one.index, { problems: one.problems })
        return
      case 'decided':
      case 'failed': {
        const last = this.#said.at(-1)
        const isItsTurn = one.index === this.#said.length - 1 && last?.facts !== undefined
        if (!this.#isDeciding || !isItsTurn || last.decision !== undefined) throw new Stopped('protocol')
        this.#said[one.index] = { ...last, decision: one }
        return
      }
      default:
        throw new Stopped('protocol')
    }
  }

  /** @throws Stopped where not every case was answered */
  all(): readonly CaseSaid[] {
    if (this.#said.length !== this.#count || this.#isOwing()) throw new Stopped('protocol')
    return this.#said
  }

  /** Up to the case that the process was at when it was stopped, that one included. */
  upTo(stopped: Stopped): readonly CaseSaid[] {
    const last = this.#said.at(-1)
    if (last !== undefined && this.#isOwing())
      return [...this.#said.slice(0, -1), { ...last, decision: stopped }]
    if (this.#said.length === this.#count) return this.#said
    return [...this.#said, { problems: [notNameable] }]
  }

  #begin(index: number, said: CaseSaid): void {
    if (index !== this.#said.length || index >= this.#count || this.#isOwing()) throw new Stopped('protocol')
    this.#said.push(said)
  }

  /** Whether the last case that was read is still to be decided. */
  #isOwing(): boolean {
    const last = this.#said.at(-1)
    return this.#isDeciding && last?.facts !== undefined && last.decision === undefined
  }
}
