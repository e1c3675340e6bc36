import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from './identifiers.ts'

const many = 20_000

test('each identifier is greater than the one before, also within a millisecond', () => {
  const ids = Array.from({ length: many }, newId)
  assert.deepEqual(ids, ids.toSorted())
  assert.equal(new Set(ids).size, many)
})

test('an identifier is a UUID of version 7 that begins with its time', () => {
  const before = Date.now()
  const id = newId()
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const milliseconds = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  // Those made just before may have borrowed a millisecond or two from the future.
  assert.ok(milliseconds >= before && milliseconds <= Date.now() + 2)
})

test('what follows time and order is chance', () => {
  const ends = new Set(Array.from({ length: many }, () => newId().slice(-10)))
  assert.equal(ends.size, many)
})
