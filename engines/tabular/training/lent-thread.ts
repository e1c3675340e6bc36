/** A further thread of a training: does its share of each order until it is told to stop. */
import { Order, type Task, Word, Worker } from './task.ts'

export default function help({ task, thread }: { readonly task: Task; readonly thread: number }): void {
  const { orders } = task
  try {
    const worker = new Worker(task, thread)
    for (let number = 0; ; ) {
      Atomics.wait(orders, Word.number, number)
      number = Atomics.load(orders, Word.number)
      if (orders[Word.order] === Order.stop) return
      worker.do()
      if (Atomics.sub(orders, Word.pending, 1) === 1) Atomics.notify(orders, Word.pending)
    }
  } catch {
    // The training that waits must hear of it; what went wrong there would go wrong in its own thread as well.
    Atomics.store(orders, Word.failed, 1)
    Atomics.notify(orders, Word.pending)
  }
}
