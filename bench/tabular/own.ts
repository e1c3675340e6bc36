/**
 * Trains a model of ours on a table that a benchmark has written, in a process of its own as the peers are: `node
 * bench/tabular/own.ts TASK`, the task as JSON. Predictions of the test rows are written to own.f64. Prints one line of JSON.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { encodeModel } from '../../engines/tabular/model/model-file.ts'
import { compile } from '../../engines/tabular/scoring/score.ts'
import { readOptions } from '../../engines/tabular/training/options.ts'
import { train } from '../../engines/tabular/training/train.ts'
import { lentThreads } from '../../kernel/decisions/lent-threads.ts'

const Task = z.object({
  folder: z.string(),
  columns: z.number(),
  train: z.number(),
  test: z.number(),
  threads: z.number(),
  options: z.record(z.string(), z.unknown()),
})
const task = Task.parse(JSON.parse(process.argv[2] ?? '{}'))
const rows = task.train + task.test

/** So many numbers of a file, from one of them on. */
function numbers(file: string, from: number, count: number): Float64Array {
  const values = new Float64Array(count)
  const handle = openSync(join(task.folder, file), 'r')
  for (let read = 0; read < values.byteLength; ) {
    const got = readSync(
      handle,
      values,
      read === 0 ? { position: 8 * from } : { offset: read, position: 8 * from + read },
    )
    if (got === 0) throw new Error(`${file} is too short`)
    read += got
  }
  closeSync(handle)
  return values
}

const names = Array.from({ length: task.columns }, (_, column) => `x${column}`)
const columnsFrom = (from: number, count: number) =>
  Object.fromEntries(names.map((name, column) => [name, numbers('x.f64', column * rows + from, count)]))
const learned = { columns: columnsFrom(0, task.train), labels: numbers('y.f64', 0, task.train) }
const beganAt = performance.now()
const before = process.cpuUsage()
const model = train({
  features: names.map((name) => ({ name, kind: 'number' as const })),
  ...learned,
  options: readOptions({ validationShare: 0, ...task.options }),
  seed: 1,
  threads: lentThreads(task.threads - 1),
})
const seconds = (performance.now() - beganAt) / 1_000
const cpu = process.cpuUsage(before)
const peakMiB = process.resourceUsage().maxRSS / 1_024
if (task.test > 0) {
  const { scores } = compile(model).scoreBatch({ columns: columnsFrom(task.train, task.test) })
  writeFileSync(join(task.folder, 'own.f64'), scores)
}
const digest = createHash('sha256').update(encodeModel(model)).digest('hex')
console.log(JSON.stringify({ seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, peakMiB, digest }))
