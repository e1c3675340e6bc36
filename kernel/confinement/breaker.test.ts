import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Breaker } from './breaker.ts'

function breakerAt() {
  const clock = { ms: 0 }
  return { clock, breaker: new Breaker(() => clock.ms) }
}

const breach = (breaker: Breaker, times: number) => {
  for (let time = 0; time < times; time++) breaker.breached()
}

test('five breaches within a minute open it, four do not', () => {
  const { breaker } = breakerAt()
  breach(breaker, 4)
  assert.equal(breaker.isOpen, false)
  breach(breaker, 1)
  assert.equal(breaker.isOpen, true)
})

test('breaches that lie further apart do not', () => {
  const { breaker, clock } = breakerAt()
  for (let time = 0; time < 20; time++) {
    breaker.breached()
    clock.ms += 15_000
  }
  assert.equal(breaker.isOpen, false)
})

test('after a minute it is tried again, and the first breach opens it at once', () => {
  const { breaker, clock } = breakerAt()
  breach(breaker, 5)
  clock.ms += 60_000
  assert.equal(breaker.isOpen, false)
  breach(breaker, 1)
  assert.equal(breaker.isOpen, true)
})

test('a batch without a breach closes it', () => {
  const { breaker, clock } = breakerAt()
  breach(breaker, 5)
  clock.ms += 60_000
  breaker.kept()
  breach(breaker, 4)
  assert.equal(breaker.isOpen, false)
})
