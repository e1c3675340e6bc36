import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { freshDatabase } from '../../test/database.ts'
import { newId } from '../identifiers.ts'

const folder = new URL('../db/migrations/', import.meta.url)
const { connect } = await freshDatabase({ isMigrated: false })
const owner = await connect()

async function migrate(...names: readonly string[]): Promise<void> {
  for (const name of names) await owner.query(readFileSync(new URL(name, folder), 'utf8'))
}

test('accounts keep the roles that they had before there were units, in the whole institution', async () => {
  await owner.query('create schema kernel; set search_path = kernel')
  await migrate('0001_spine.sql', '0002_log.sql', '0003_vault.sql')
  const institutionId = newId()
  await owner.query(`insert into institutions values ($1, 'alpha', 'Alpha', 'الف', now())`, [institutionId])
  const held = { amina: ['officer', 'customs.examiner'], bilal: [], zainab: ['auditor', 'auditor'] }
  for (const [username, roles] of Object.entries(held))
    await owner.query(
      `insert into accounts values ($1, $2, $3, $4, 'hash', 'en', '2026-03-02T06:00:00.123Z')`,
      [institutionId, newId(), username, roles],
    )
  await migrate('0004_units.sql')
  const { rows } = await owner.query<{ username: string; role: string }>(
    `select username, role from accounts join account_grants using (institution_id, account_id)
     where unit_id is null and revoked_at is null and given_at = created_at order by username, role`,
  )
  assert.deepEqual(
    rows.map(({ username, role }) => `${username} ${role}`),
    ['amina customs.examiner', 'amina officer', 'zainab auditor'],
  )
})
