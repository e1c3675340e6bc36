import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { encodeModel } from '../model/model-file.ts'
import { plantTable } from '../planted-table.ts'
import type { Threads } from './team.ts'
import { type TrainingProgress, train, trainInRounds } from './train.ts'

/** Threads of Node, as whoever calls the engine starts them. */
function nodeThreads(helpers: number): Threads & { readonly running: Set<Worker> } {
  const running = new Set<Worker>()
  const code =
    "import { workerData } from 'node:worker_threads'; (await import(workerData.module)).default(workerData.given)"
  return {
    helpers,
    running,
    start(module, given) {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
        workerData: { module: module.href, given },
      })
      running.add(worker)
      worker.once('exit', () => running.delete(worker))
      return { stop: () => void worker.terminate() }
    },
  }
}

const table = { ...plantTable(24_000, 1), seed: 3 }
const options = { maxRounds: 4, rowShare: 0.9, columnShare: 0.8 }

test('one, two and four threads make the same bytes of model', async () => {
  const alone = encodeModel(train({ ...table, options }))
  for (const helpers of [1, 3]) {
    const threads = nodeThreads(helpers)
    assert.deepEqual(encodeModel(train({ ...table, options, threads })), alone, `${helpers} helpers`)
    assert.equal(threads.running.size, 2 * helpers, 'each of the two phases had its helpers')
    while (threads.running.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }
})

test('a training that is given up leaves no thread behind', async () => {
  const threads = nodeThreads(1)
  const rounds = trainInRounds({ ...table, options, threads })
  rounds.next()
  const stop = new Error('no more')
  assert.throws(() => rounds.throw(stop), stop)
  while (threads.running.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
})

test('a thread that cannot work is not waited for', () => {
  const broken: Threads = {
    helpers: 1,
    start(module, given) {
      assert.match(module.href, /lent-thread\.ts$/)
      assert.ok(typeof given === 'object' && given !== null && 'task' in given)
      const { task } = given
      assert.ok(typeof task === 'object' && task !== null && 'orders' in task)
      const { orders } = task
      assert.ok(orders instanceof Int32Array)
      orders.fill(1, 6, 7)
      return { stop: () => undefined }
    },
  }
  assert.throws(() => train({ ...table, options, threads: broken }), /thread of the training failed/)
})

test('a training that was broken off anywhere goes on to the same model', () => {
  const small = { ...plantTable(600, 1), seed: 3, options: { maxRounds: 9, patience: 100 } }
  const checkpoints: Uint8Array[] = []
  const keep = ({ checkpoint }: TrainingProgress) => void checkpoints.push(checkpoint())
  const whole = encodeModel(train({ ...small, onProgress: keep }))
  assert.equal(checkpoints.length, 9 + train(small).trees.roots.length)
  for (const from of checkpoints) {
    let grown = 0
    const count = () => {
      grown += 1
    }
    assert.deepEqual(encodeModel(train({ ...small, from, onProgress: count })), whole)
    assert.equal(grown, checkpoints.length)
  }
})

test('a checkpoint of another training, or a damaged one, is refused', () => {
  const small = { ...plantTable(300, 1), seed: 3, options: { maxRounds: 3 } }
  const checkpoints: Uint8Array[] = []
  train({ ...small, onProgress: ({ checkpoint }) => void checkpoints.push(checkpoint()) })
  const from = checkpoints.at(-1) ?? new Uint8Array()
  const refused = { code: 'checkpoint_invalid' }
  assert.throws(() => train({ ...small, from, seed: 4 }), refused)
  assert.throws(() => train({ ...small, from, options: { maxRounds: 4 } }), refused)
  assert.throws(() => train({ ...small, ...plantTable(300, 2), from }), refused)
  for (const at of [0, 20, from.length - 3])
    assert.throws(
      () => train({ ...small, from: from.map((byte, i) => (i === at ? byte ^ 1 : byte)) }),
      refused,
    )
  assert.throws(() => train({ ...small, from: from.subarray(0, 50) }), refused)
})
