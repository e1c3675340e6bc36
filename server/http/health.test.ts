import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { sampleServer } from './sample/server.ts'

test('a server without anything to check is live and ready', async () => {
  const { app } = sampleServer()
  assert.deepEqual((await app.inject({ url: '/health/live' })).json(), { status: 'live' })
  const ready = await app.inject({ url: '/health/ready' })
  assert.deepEqual([ready.statusCode, ready.json().status], [200, 'ready'])
})

test('one check that fails makes it unready, by its name and without its reason', async () => {
  const readiness = {
    database: async () => undefined,
    log: async () => {
      throw new Error('no route to 10.1.2.3')
    },
  }
  const { app } = sampleServer({ readiness })
  const reply = await app.inject({ url: '/health/ready' })
  assert.equal(reply.statusCode, 503)
  assert.deepEqual(reply.json(), {
    status: 'not_ready',
    checks: [
      { name: 'running', ok: true },
      { name: 'database', ok: true },
      { name: 'log', ok: false },
    ],
  })
  assert.equal((await app.inject({ url: '/health/live' })).statusCode, 200)
})

test('however many ask, the checks run once at a time', async () => {
  let runs = 0
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const readiness = {
    database: () => {
      runs += 1
      return held
    },
  }
  const { app } = sampleServer({ readiness })
  const asked = Array.from({ length: 20 }, () => app.inject({ url: '/health/ready' }))
  while (runs === 0) await new Promise(setImmediate)
  release()
  const replies = await Promise.all(asked)
  assert.deepEqual([runs, replies.every(({ statusCode }) => statusCode === 200)], [1, true])
})
