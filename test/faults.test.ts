/** Power goes: an import that is killed again and again loses nothing, doubles nothing, and ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundCustoms } from './customs-institution.ts'
import { writeDeclarations } from './declaration-files.ts'
import { withInstallation } from './installation.ts'
import { importUnderFire } from './kill.ts'
import { ledgerOf } from './ledger.ts'

const rounds = 20
const rowsOfFile = 3_000
const badEvery = 40

test('an import that is killed 20 times, now and then with its database, ends as if it never had been', async (t) => {
  await withInstallation(async (installation) => {
    const { history } = await foundCustoms(installation, 1_000)
    const damage = await importUnderFire(installation, {
      rounds,
      seed: 20_260_101,
      databaseShare: 0.2,
      file: (index) =>
        writeDeclarations({
          folder: installation.scratch,
          name: `filed-${index}`,
          seed: 100 + index,
          count: rowsOfFile,
          hasOutcomes: index % 2 === 1,
          badEvery,
        }),
    })
    const ledger = await installation.withDatabase(async () => {
      const client = await installation.connect()
      try {
        return await ledgerOf(client, 'history-%')
      } finally {
        await client.end()
      }
    })
    t.diagnostic(JSON.stringify({ ...damage, resumedAfterS: undefined }))

    assert.deepEqual(damage.crashes, [])
    assert.equal(damage.lost, 0, 'what was acknowledged is still there')
    // Otherwise the rounds would have shown nothing.
    assert.ok(damage.whileImporting >= rounds / 4 && damage.databaseKills > 0)
    const refused = (damage.rows / badEvery) | 0
    const decided = damage.rows - refused
    assert.deepEqual(ledger, {
      records: damage.rows + history.rows,
      accepted: decided + history.rows,
      unchanged: 0,
      refused,
      unfinishedImports: 0,
      refusalRows: refused,
      importedCases: decided,
      decidedCases: decided,
      decidedTwice: 0,
      withoutLogEntry: 0,
      entriesOfNothing: 0,
      loggedTwice: 0,
    })
  })
})
