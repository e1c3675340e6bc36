/** Entry of a decision worker that is a thread. */
import { parentPort, workerData } from 'node:worker_threads'
import '../register/sdk-resolution.ts'
import { Refusal } from '../errors.ts'
import { Program, type Settings } from './program.ts'
import type { Task } from './tasks.ts'
import type { Message } from './workers.ts'

const settings: Settings = workerData
const program = new Program(settings)

function post(message: Message): void {
  parentPort?.postMessage(message)
}

async function answer(task: Task, id: number): Promise<unknown> {
  switch (task.kind) {
    case 'load':
      return program.load(task)
    case 'decide':
      return program.decide(task)
    case 'train':
      return program.train(task, (progress) => post({ id, progress }))
    case 'measure':
      return program.measure(task)
  }
}

function failureOf(id: number, error: unknown): Message {
  if (error instanceof Refusal) {
    const { code, parameters } = error
    return { id, refusal: { code, parameters } }
  }
  return { id, error: error instanceof Error ? error.message : String(error) }
}

parentPort?.on('message', ({ id, task }: { id: number; task: Task }) => {
  answer(task, id).then(
    (value) => post({ id, value }),
    (error: unknown) => post(failureOf(id, error)),
  )
})
