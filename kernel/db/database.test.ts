import assert from 'node:assert/strict'
import { test } from 'node:test'
import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { freshDatabase } from '../../test/database.ts'
import { statement } from './database.ts'

const { db } = await freshDatabase()
const one = statement({ name: 'test.one', text: 'select 1 as one', row: z.strictObject({ one: z.int() }) })

test('a transaction answers', async () => {
  assert.deepEqual(await db.transaction(uuid(), (tx) => tx.one(one)), { one: 1 })
})
