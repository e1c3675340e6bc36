/** Workers load the guard before anything else, whoever starts them and with whichever parameters. */
import { syncBuiltinESMExports } from 'node:module'
import threads from 'node:worker_threads'

export function hookWorkers(preload: URL): void {
  const OriginalWorker = threads.Worker
  const first = `--import=${preload.href}`
  class Worker extends OriginalWorker {
    constructor(file: string | URL, options: threads.WorkerOptions = {}) {
      // Of the process's own parameters only these are a thread's too; others would be refused.
      const inherited = process.execArgv.filter((word) => /^--(import|disable-warning)=/.test(word))
      const execArgv = options.execArgv ?? inherited
      const isThere = execArgv.includes(first)
      super(file, isThere ? options : { ...options, execArgv: [first, ...execArgv] })
    }
  }
  Reflect.set(threads, 'Worker', Worker)
  syncBuiltinESMExports()
}
