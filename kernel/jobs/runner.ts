/** Runs jobs in this process: takes what is due, keeps its lease alive, retries what fails. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kernel } from '../kernel.ts'
import { claim, enqueueDue, fail, finish, type JobRow, keepAlive, leaseMs } from './jobs.ts'

/** Does one kind of job. Must bear being run again. Stops when the signal is aborted. */
export interface JobHandler {
  readonly kind: string
  run(
    kernel: Kernel,
    job: { readonly institutionId: string; readonly payload: unknown; readonly signal: AbortSignal },
  ): Promise<void>
}

export interface JobEvents {
  /** A job failed; `state` says whether it will be tried again. Never the payload: it may speak of a person. */
  failed(job: Pick<JobRow, 'jobId' | 'kind' | 'attempts'>, state: 'queued' | 'dead', error: unknown): void
  /** The runner itself could not reach the database; it goes on trying. */
  troubled(error: unknown): void
}

const pollMs = 1_000

/** One loop for all institutions of the node. */
export class JobRunner {
  readonly #kernel: Kernel
  readonly #handlers: ReadonlyMap<string, JobHandler>
  readonly #institutionIds: () => Promise<readonly string[]>
  readonly #events: JobEvents
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined

  constructor(
    kernel: Kernel,
    options: {
      readonly handlers: readonly JobHandler[]
      readonly institutionIds: () => Promise<readonly string[]>
      readonly events: JobEvents
    },
  ) {
    this.#kernel = kernel
    this.#handlers = new Map(options.handlers.map((handler) => [handler.kind, handler]))
    this.#institutionIds = options.institutionIds
    this.#events = options.events
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** Lets the job under way notice the signal, and waits for it. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  /** Does everything that is due now; returns how many jobs ran. */
  async runDue(): Promise<number> {
    let ran = 0
    for (const institutionId of await this.#institutionIds()) {
      await enqueueDue(this.#kernel, institutionId)
      for (;;) {
        if (this.#stopping.signal.aborted) return ran
        const job = await claim(this.#kernel, institutionId, [...this.#handlers.keys()])
        if (job === undefined) break
        await this.#do(institutionId, job)
        ran += 1
      }
    }
    return ran
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.runDue().catch((error: unknown) => this.#events.troubled(error))
      await sleep(pollMs, undefined, { signal }).catch(() => undefined)
    }
  }

  async #do(institutionId: string, job: JobRow): Promise<void> {
    const handler = this.#handlers.get(job.kind)
    if (handler === undefined) throw new Error('only jobs of known kinds are claimed')
    const lost = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, lost.signal])
    const heartbeat = setInterval(() => {
      keepAlive(this.#kernel, institutionId, job).then(
        (isHeld) => isHeld || lost.abort(),
        (error: unknown) => this.#events.troubled(error),
      )
    }, leaseMs / 3)
    try {
      await handler.run(this.#kernel, { institutionId, payload: JSON.parse(job.payload), signal })
      await finish(this.#kernel, institutionId, job)
    } catch (error) {
      // A stopped server is no failure of the job: its lease runs out and the next process takes it.
      if (signal.aborted) return
      const reason = error instanceof Error ? error.message : String(error)
      this.#events.failed(job, await fail(this.#kernel, institutionId, { job: job, reason: reason }), error)
    } finally {
      clearInterval(heartbeat)
    }
  }
}
