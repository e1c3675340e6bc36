import { test } from 'node:test'
import { askAnywhere, askStrangely, strangelyAsked } from './fuzz.test.ts'

test('a million requests, and not one is answered by a fault', async () => {
  const { app, operations, authorization } = strangelyAsked()
  await askStrangely(app, operations, { authorization, numRuns: 900_000 })
  await askAnywhere(app, 100_000)
})
