import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { pipelined } from './pipelined.ts'

/** A source of 0, 1, 2 … that tells how far it was read and whether it was closed. */
function counted(count: number) {
  const state = { read: 0, isClosed: false }
  async function* source() {
    try {
      while (state.read < count) yield state.read++
    } finally {
      state.isClosed = true
    }
  }
  return { state, source: source() }
}

test('results come in the order of the source, whatever each takes', async () => {
  const turns = fc.array(fc.nat({ max: 5 }), { maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(turns, fc.integer({ min: 1, max: 5 }), async (waits, depth) => {
      let running = 0
      const work = async (index: number) => {
        running += 1
        assert.ok(running <= depth)
        for (let turn = 0; turn < (waits[index] ?? 0); turn++) await setImmediate()
        running -= 1
        return index
      }
      const found = await Array.fromAsync(pipelined(waits.keys(), depth, work))
      assert.deepEqual(found, [...waits.keys()])
    }),
    { numRuns: 50 },
  )
})

test('the source is read no further ahead than the depth', async () => {
  const { state, source } = counted(10)
  const results = pipelined(source, 3, async (index) => index)
  assert.deepEqual(await results.next(), { done: false, value: 0 })
  await setImmediate()
  assert.equal(state.read, 3)
  await results.return()
})

test('whoever stops early closes the source', async () => {
  const { state, source } = counted(10)
  for await (const one of pipelined(source, 2, async (index) => index)) if (one === 1) break
  assert.ok(state.isClosed)
})

test('a failure comes in its turn, after the results before it, and closes the source', async () => {
  const { state, source } = counted(10)
  const seen: number[] = []
  const work = async (index: number) => {
    if (index === 3) throw new Error('the third')
    return index
  }
  await assert.rejects(async () => {
    for await (const one of pipelined(source, 4, work)) seen.push(one)
  }, /the third/)
  assert.deepEqual(seen, [0, 1, 2])
  assert.ok(state.isClosed)
})

test('work under way is waited for when the reader stops', async () => {
  const finished: number[] = []
  const work = async (index: number) => {
    await setImmediate()
    finished.push(index)
    return index
  }
  const results = pipelined([0, 1, 2, 3], 3, work)
  await results.next()
  await results.return()
  assert.deepEqual(finished, [0, 1, 2])
})
