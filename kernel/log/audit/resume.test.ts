/** An audit that is cut off goes on where it was, and finds what it would have found at one go. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshKernel } from '../../../test/kernel.ts'
import { signedLog } from '../../../test/signed-log.ts'
import { everywhere } from '../../access/roles.ts'
import { type AuditedLog, type AuditState, auditLog } from './audit.ts'
import { AuditFile } from './kept-state.ts'

const { kernel, database } = await freshKernel([])
const owner = await database.connect()
const { held, institutionId, grow } = await signedLog(kernel, 'alpha')
// Several ranges, and checkpoints within and at the end of one. No row bears these entries out, so there is much to find.
for (const entries of [16_383, 300, 20_000, 66_000 - 16_384 - 300 - 20_000]) await grow(entries)
const log: AuditedLog = {
  ...held,
  transact: (work, options) =>
    kernel.db.transaction(institutionId, work, { isReadOnly: true, units: everywhere, ...options }),
}

test('cut off after every range, it ends with the same report', async () => {
  await owner.query(`update log_entries set actor = 'other' where entry_index in (17000, 42, 65000)`)
  const whole = await auditLog(log)
  // Only the founding has a row.
  assert.equal(whole.firstDivergent, 1)
  const file = new AuditFile(kernel.logFolder, institutionId)
  let runs = 0
  for (;;) {
    runs += 1
    const stop = new AbortController()
    let last: AuditState | undefined
    const kept = await file.find()
    const report = await auditLog(log, {
      from: kept?.state,
      parallel: 1,
      signal: stop.signal,
      onState: (state) => {
        last = state
        stop.abort(new Error('cut off'))
      },
    }).catch((error: unknown) => {
      assert.match(String(error), /cut off/)
      return undefined
    })
    if (report !== undefined) {
      assert.deepEqual(report, whole)
      break
    }
    assert.ok(last)
    await file.keep({ state: last, startedAt: new Date() })
  }
  // Five ranges of the tree, beside as many of the records.
  assert.ok(runs > 5)
  await file.remove()
  assert.equal(await file.find(), undefined)
})

test('a file that is none begins anew', async () => {
  const file = new AuditFile(kernel.logFolder, 'none')
  assert.equal(await file.find(), undefined)
  await file.keep({ state: { ...(await anyState()), found: 1.5 }, startedAt: new Date() })
  assert.equal(await file.find(), undefined)
})

async function anyState(): Promise<AuditState> {
  const states: AuditState[] = []
  await auditLog(log, { onState: (state) => void states.push(state) })
  const [first] = states
  assert.ok(first)
  return first
}

test('interrupted in the middle of the one long statement, it ends within a second', async () => {
  const stop = new AbortController()
  const blocker = await database.connect()
  await blocker.query('begin')
  let size = 0
  const auditing = auditLog(log, {
    signal: stop.signal,
    onProgress: (stage, _done, total = 0) => {
      if (stage === 'tree') size = total
    },
    // Once the records are done, only that statement still reads this table, and waits for it as long as this test likes.
    onState: async ({ tree, records }) => {
      if (size > 0 && tree.size === size && records === size)
        await blocker.query('lock table reads in access exclusive mode')
    },
  }).catch((error: unknown) => error)
  const waiting = `select from pg_locks where relation = 'reads'::regclass and not granted`
  while ((await owner.query(waiting)).rowCount === 0) await sleep(10)
  const stoppedAt = performance.now()
  stop.abort(new Error('interrupted'))
  assert.match(String(await auditing), /interrupted/)
  assert.ok(performance.now() - stoppedAt < 1_000)
  await blocker.query('rollback')
})
