import assert from 'node:assert/strict'
import { test } from 'node:test'
import { institutionNamed } from '../../kernel/institutions/institutions.ts'
import { AuditFile } from '../../kernel/log/audit/kept-state.ts'
import { auditStart } from '../../kernel/log/audit/run.ts'
import { runRound } from '../../kernel/log/round.ts'
import { writeDeclarations } from '../../test/declaration-files.ts'
import { ended, type Installation, withInstallation } from '../../test/installation.ts'
import { holdLog } from '../../test/signed-log.ts'
import { openPlatform } from '../platform.ts'
import { readSettings } from '../settings.ts'

/** Some declarations, and their entries in the log as the server would have put them there. */
async function loggedDeclarations({ run, scratch, environment }: Installation) {
  const file = await writeDeclarations({
    folder: scratch,
    name: 'few',
    seed: 5,
    count: 40,
    hasOutcomes: true,
  })
  await run(['institution', 'found', 'alpha', '--en', 'Customs house', '--ur', 'کسٹم ہاؤس'])
  await run(['application', 'register', 'customs'])
  await run(['import', 'customs', file.path, '--mapping', file.mapping])
  const log = { info: () => undefined, warn: () => undefined }
  const platform = await openPlatform({ settings: readSettings(environment), log })
  try {
    const { institutionId } = await institutionNamed(platform.kernel, 'alpha')
    await runRound(await holdLog(platform.kernel, institutionId, 'alpha'))
    return { institutionId, audits: new AuditFile(platform.kernel.logFolder, institutionId) }
  } finally {
    await platform.close()
  }
}

test('the audit says that everything holds, or what does not, and where an interrupted one goes on', () =>
  withInstallation((installation) =>
    installation.withDatabase(async () => {
      const audit = (...parameters: readonly string[]) =>
        ended(installation.start(['log', 'audit', ...parameters]))
      const { institutionId, audits } = await loggedDeclarations(installation)
      const sound = await audit()
      assert.equal(sound.status, 0, sound.errors)
      assert.match(sound.output, /^log\.test\/alpha: 84 entries, 1 checkpoint, .*\nEverything holds\.\n$/)

      const client = await installation.connect()
      await client.query(`update outcomes set recorded_by = 'somebody' where institution_id = $1`, [
        institutionId,
      ])
      await client.end()
      const wrong = await audit()
      assert.equal(wrong.status, 1)
      assert.match(wrong.output, /WRONG {2}Entry 43 \(outcome\.recorded /)
      assert.match(wrong.output, /40 things do not hold\. The first divergent entry is 43\.\n$/)
      const { findings } = JSON.parse((await audit('--json')).output)
      assert.match(findings[0].text.ur, /اندراج 43 /)

      // As one leaves it that was cut off when all records had been looked at.
      const startedAt = new Date('2026-03-02T06:00:00.000Z')
      await audits.keep({ state: { ...auditStart, records: 84 }, startedAt })
      const resumed = await audit()
      assert.match(resumed.errors, /Going on with the audit of 2026-03-02T06:00:00.000Z at entry 84/)
      assert.equal(resumed.status, 0)
      assert.equal(await audits.find(), undefined)
      await audits.keep({ state: { ...auditStart, records: 84 }, startedAt })
      assert.equal((await audit('--fresh')).status, 1)
    }),
  ))
