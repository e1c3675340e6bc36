/** Entry of a decision worker that is a thread. */
import { parentPort, workerData } from 'node:worker_threads'
import '../register/sdk-resolution.ts'
import { Refusal } from '../errors.ts'
import type { Work } from './engine-work.ts'
import { lentThreads } from './lent-threads.ts'
import { Program, type Settings } from './program.ts'
import type { Task } from './tasks.ts'
import type { Asked, Message } from './workers.ts'

const settings: Settings = workerData
const program = new Program(settings)

function post(message: Message): void {
  parentPort?.postMessage(message)
}

/** How work that takes long is heard of and told to stop: one word of shared memory, which a busy thread sees too. */
function longWork(id: number, stop: Int32Array | undefined): Work {
  return {
    onProgress: (progress) => post({ id, progress }),
    onCheckpoint: (checkpoint) => post({ id, checkpoint }),
    lend: lentThreads,
    shouldStop: () => stop !== undefined && Atomics.load(stop, 0) === 1,
  }
}

async function answer(task: Task, work: Work): Promise<unknown> {
  switch (task.kind) {
    case 'load':
      return program.load(task)
    case 'decide':
      return program.decide(task)
    case 'train':
      return program.train(task, work)
    case 'measure':
      return program.measure(task)
    case 'rows':
      return program.rows(task)
    case 'row':
      return program.row(task)
    case 'learn':
      return program.engines.learn(task, work)
    case 'search':
      return program.engines.search(task, work)
    case 'evaluate':
      return program.engines.evaluate(task, work)
    case 'explain':
      return program.engines.explain(task)
    case 'import':
      return program.engines.importModel(task)
    case 'export':
      return program.engines.exportModel(task)
  }
}

function failureOf(id: number, error: unknown): Message {
  if (error instanceof Refusal) {
    const { code, parameters } = error
    return { id, refusal: { code, parameters } }
  }
  return { id, error: error instanceof Error ? error.message : String(error) }
}

parentPort?.on('message', ({ id, task, stop }: Asked) => {
  answer(task, longWork(id, stop)).then(
    (value) => post({ id, value }),
    (error: unknown) => post(failureOf(id, error)),
  )
})
