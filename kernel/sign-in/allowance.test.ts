import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { Refusal } from '../errors.ts'
import { type Guess, knownDevice, refund, spend, unknownDevices } from './allowance.ts'
import { signIn } from './sign-in.ts'

const { kernel, another, clock } = await freshKernel()
const other = another()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
await makeOfficer(kernel, operator, { username: 'amina', roles: ['officer'] })
const minute = 60_000

let named = 0
const freshName = () => `name-${++named}`
const guessAt = (username: string, device?: Uint8Array): Guess => ({
  institutionId,
  what: 'password',
  username,
  device,
})

/** Whether an attempt was let through to its password. */
async function isLetThrough(guess: Guess, process = kernel): Promise<boolean> {
  try {
    await spend(process, guess)
    return true
  } catch (error) {
    if (error instanceof Refusal && error.code === 'access.sign_in_slowed') return false
    throw error
  }
}

/** The most of these instants that lie in one hour. */
function mostInAnHour(instants: readonly number[]): number {
  const counts = instants.map((from) => instants.filter((at) => at >= from && at < from + 60 * minute).length)
  return Math.max(0, ...counts)
}

test('whatever attackers do, in any hour ten guesses get through, and a known device is never kept out', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ who: fc.constant('attacker'), times: fc.integer({ min: 1, max: 12 }) }),
    },
    { weight: 2, arbitrary: fc.record({ who: fc.constant('officer'), times: fc.constant(1) }) },
    {
      weight: 3,
      arbitrary: fc.record({ who: fc.constant('clock'), times: fc.integer({ min: 1, max: 80 }) }),
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const username = freshName()
      const device = randomBytes(32)
      const passed: number[] = []
      for (const { who, times } of steps) {
        if (who === 'clock') clock.advance(times * minute)
        else if (who === 'officer') {
          assert.ok(await isLetThrough(guessAt(username, device)), 'the officer was kept out')
          await refund(kernel, guessAt(username, device))
        } else
          for (let guess = 0; guess < times; guess++)
            // Each from a process of its choosing; addresses and made-up devices are not even asked for.
            if (await isLetThrough(guessAt(username), guess % 2 === 0 ? kernel : other))
              passed.push(clock.now.getTime())
      }
      assert.ok(mostInAnHour(passed) <= 10, `${mostInAnHour(passed)} guesses in an hour`)
    }),
    { numRuns: 40 },
  )
})

test('forty guesses at once in two processes are five', async () => {
  const username = freshName()
  const at = Array.from({ length: 40 }, (_, index) =>
    isLetThrough(guessAt(username), index % 2 === 0 ? kernel : other),
  )
  assert.equal((await Promise.all(at)).filter(Boolean).length, unknownDevices.burst)
})

test('what was right gives its attempt back, and not those of others', async () => {
  const username = freshName()
  for (let guess = 0; guess < 3; guess++) await isLetThrough(guessAt(username))
  for (let right = 0; right < 20; right++) {
    assert.ok(await isLetThrough(guessAt(username)))
    await refund(kernel, guessAt(username))
  }
  const more = [await isLetThrough(guessAt(username)), await isLetThrough(guessAt(username))]
  assert.deepEqual([...more, await isLetThrough(guessAt(username))], [true, true, false])
})

test('who mistypes on a known device waits a minute, however often', async () => {
  const guess = guessAt(freshName(), randomBytes(32))
  for (let times = 0; times < knownDevice.burst; times++) assert.ok(await isLetThrough(guess))
  for (let times = 0; times < 5; times++) {
    await assert.rejects(spend(kernel, guess), { code: 'access.sign_in_slowed', parameters: { minutes: 1 } })
    clock.advance(minute)
    assert.ok(await isLetThrough(guess))
  }
})

test('the wait that is told is the wait that it takes', async () => {
  const guess = guessAt(freshName())
  for (let times = 0; times < unknownDevices.burst; times++) await isLetThrough(guess)
  clock.advance(5 * minute)
  await assert.rejects(spend(kernel, guess), { parameters: { minutes: 7 } })
  clock.advance(7 * minute - 1)
  assert.equal(await isLetThrough(guess), false)
  clock.advance(1)
  assert.equal(await isLetThrough(guess), true)
})

test('the device of a full session signs in through a storm of guesses; a made-up or foreign one does not', async () => {
  await makeOfficer(kernel, operator, { username: 'bilal', roles: ['officer'] })
  const enter = (username: string, device: string | undefined, password = `${username} password`) =>
    signIn(kernel, {
      institutionId,
      username,
      password,
      browser: { addressClass: 'public', name: '', device },
    })
  const { device: own } = await enter('amina', undefined)
  const { device: foreign } = await enter('bilal', undefined)
  for (let guess = 0; guess < unknownDevices.burst; guess++)
    await assert.rejects(enter('amina', undefined, `guess ${guess}`), { code: 'access.sign_in_failed' })
  for (const device of [undefined, foreign, randomBytes(32).toString('base64url'), '', 'x'.repeat(43)])
    await assert.rejects(enter('amina', device), { code: 'access.sign_in_slowed' })
  assert.equal((await enter('amina', own)).stage, 'full')
})
