import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashPassword, isPassword } from './password.ts'

test('any password is known again, and no other', async () => {
  const password = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(password, password, async (right, other) => {
      const hash = await hashPassword(right)
      assert.equal(await isPassword(right, hash), true)
      assert.equal(await isPassword(other, hash), other.toWellFormed() === right.toWellFormed())
    }),
    { numRuns: 3 },
  )
})

test('a hash is a PHC string of Argon2id at the recommended cost, with a salt of its own', async () => {
  const [first, second] = await Promise.all([hashPassword('same'), hashPassword('same')])
  assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.notEqual(first, second)
})

test('a hash of another cost is still read by what it says of itself', async () => {
  const salt = Buffer.from('somesalt')
  const cost = { memory: 8, passes: 1, parallelism: 1, tagLength: 24 }
  const tag = argon2Sync('argon2id', { message: 'password', nonce: salt, ...cost })
  const cheap = `$argon2id$v=19$m=8,t=1,p=1$${salt.toString('base64').replace('=', '')}$${tag.toString('base64')}`
  assert.equal(await isPassword('password', cheap), true)
  assert.equal(await isPassword('passwort', cheap), false)
})

test('a stored text that is no hash is an error, never a match', async () => {
  for (const text of ['', 'password', '$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA', '$2b$12$abc'])
    await assert.rejects(isPassword('password', text), /unknown form/)
})
