/** Threads that an engine is lent for one piece of work: it starts none itself. */
import { Worker } from 'node:worker_threads'
import type { Threads } from '@khudi/sdk'

/** What `lent-thread.ts` is given. */
export interface Helping {
  /** Address of the module whose default export does the work. */
  readonly module: string
  readonly given: unknown
}

export function lentThreads(helpers: number): Threads {
  return {
    helpers,
    start(module, given) {
      const workerData: Helping = { module: module.href, given }
      const worker = new Worker(new URL('./lent-thread.ts', import.meta.url), { workerData })
      // What goes wrong in it the engine hears of through the memory that they share; the process must not end for it.
      worker.on('error', () => undefined)
      worker.unref()
      return { stop: () => void worker.terminate() }
    },
  }
}
