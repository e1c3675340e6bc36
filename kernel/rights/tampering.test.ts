/** Whoever changes requests, holds or breaches in the database, or takes something out as if the law had, is found by the audit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditedInstitution } from '../../test/audited-log.ts'
import { Transaction } from '../db/transaction.ts'
import { auditLog } from '../log/audit/audit.ts'

const { owner, log, atHand, operator } = await auditedInstitution()
const { institutionId } = operator
/** Audits in the transaction of whoever changes, which is rolled back. */
const transact: typeof log.transact = (work) => work(new Transaction(owner, institutionId))
const findings = async () => {
  const { findings: found } = await auditLog({ ...log, transact }, atHand)
  return found.map((one) => JSON.stringify(one))
}
const before = new Set(await findings())

const someSealed = `(select case_id from cases where sealed is not null and opened_digest is null
  and institution_id = '${institutionId}' order by case_id limit 1)`
const corrected = `(select case_id from cases where opened_digest is not null and forgotten_at is null
  and institution_id = '${institutionId}' limit 1)`
const own = `institution_id = '${institutionId}'`

const changes = {
  'the last day of a request is put off': `update rights_steps
    set body = replace(body::text, '"dueOn":"2026-', '"dueOn":"2027-')::json
    where kind = 'request.received' and body::text like '%"dueOn":"2026-%' and ${own}`,
  'a step is taken out': `delete from rights_steps where kind = 'request.overdue' and ${own}`,
  'a hold is of somebody else': `update rights_steps set holder_id = gen_random_uuid() where kind = 'hold.added' and ${own}`,
  'a step is ended that was not': `update rights_steps set is_last = not is_last where kind = 'breach.assessed' and ${own}`,
  'words are replaced': `update rights_steps set sealed = sha256(sealed) where kind = 'request.decided' and ${own}`,
  'a corrected case is changed once more': `update cases set sealed = sha256(sealed) where case_id = ${corrected} and ${own}`,
  'a correction is undone in the digests': `update cases set opened_digest = null, opened_sealed = null
    where case_id = ${corrected} and ${own}`,
  'a case is changed as if it had been corrected': `update cases set opened_sealed = sha256(sealed),
    opened_digest = payload_digest, sealed = sha256(sealed) where case_id = ${someSealed} and ${own}`,
  'a sealed part is taken out as if it were past its time': `update cases set opened_sealed = sha256(sealed), sealed = null,
    forgotten_at = now(), forgotten_by = (select step_id from rights_steps
      where kind = 'retention.enforced' and body ->> 'cases' <> '0' and ${own} limit 1)
    where case_id = ${someSealed} and ${own}`,
  'a sealed part is taken out by nobody': `update cases set opened_sealed = sha256(sealed), sealed = null,
    forgotten_at = now(), forgotten_by = gen_random_uuid() where case_id = ${someSealed} and ${own}`,
  'reasons are taken out': `update decisions set sealed_digest = sha256(sealed), sealed = null
    where case_id = ${someSealed} and sealed is not null and ${own}`,
  'what turned out is taken out': `update outcomes set sealed_digest = sha256(sealed), sealed = null
    where sealed is not null and ${own}`,
} as const

for (const [what, change] of Object.entries(changes))
  test(`${what}: found`, async () => {
    await owner.query('begin')
    try {
      assert.ok(((await owner.query(change)).rowCount ?? 0) > 0, 'nothing was changed')
      const found = await findings()
      assert.ok(
        found.some((one) => !before.has(one)),
        'the audit finds nothing',
      )
    } finally {
      await owner.query('rollback')
    }
  })
