import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { test } from 'node:test'
import { z } from 'zod'
import { foundCustoms } from '../../test/customs-institution.ts'
import { ended, type Installation, withInstallation } from '../../test/installation.ts'

const Proposal = z.object({
  proposalId: z.string(),
  state: z.string(),
  proposedBy: z.string(),
  glassId: z.string().nullable(),
})
const Glasses = z.array(z.object({ glassId: z.string(), brokenBy: z.string(), reason: z.string() }))
const Keys = z.array(
  z.object({
    keyId: z.string(),
    label: z.string(),
    addresses: z.array(z.string()).nullable(),
    purposes: z.array(z.string()).nullable(),
    revokedAt: z.string().nullable(),
  }),
)

/** The code of the refusal that a command ends with. */
async function refused({ start }: Installation, ...parameters: readonly string[]): Promise<string> {
  const { status, output } = await ended(start(['--json', ...parameters]))
  assert.equal(status, 1, output)
  return JSON.parse(output).code
}

test('a model goes live by another person or loudly, and keys come and go, at the command line', () =>
  withInstallation(async (installation) => {
    const { run } = installation
    await foundCustoms(installation, 1_000)
    await installation.withDatabase(async () => {
      const { modelDigest } = z
        .object({ modelDigest: z.string() })
        .parse(await run(['model', 'train', 'customs', '--seed', '2']))
      const proposal = Proposal.parse(await run(['model', 'promote', 'customs', modelDigest.slice(0, 12)]))
      assert.deepEqual([proposal.state, proposal.proposedBy], ['proposed', `operator:${userInfo().username}`])
      const id = proposal.proposalId.slice(-8)
      assert.equal(await refused(installation, 'proposal', 'approve', id), 'proposal.own')
      assert.equal(
        await refused(installation, 'proposal', 'approve', id, '--break-glass', 'short'),
        'glass.reason_short',
      )
      const reason = 'There is one person at this office.'
      const ended = Proposal.parse(await run(['proposal', 'approve', id, '--break-glass', reason]))
      assert.equal(ended.state, 'approved')
      const glasses = Glasses.parse(await run(['glass', 'list', '--open']))
      assert.deepEqual([glasses.length, glasses[0]?.glassId, glasses[0]?.reason], [2, ended.glassId, reason])
      assert.equal(z.array(Proposal).parse(await run(['proposal', 'list', '--all'])).length, 2)

      await run([
        'key',
        'issue',
        'scanner',
        '--application',
        'customs',
        '--from',
        '10.0.0.0/8',
        '::1',
        '--purpose',
        'service',
      ])
      assert.equal(
        await refused(installation, 'key', 'issue', 'scanner', '--from', '10.0.0.1/8'),
        'key.address_invalid',
      )
      const keys = Keys.parse(await run(['key', 'list']))
      const scanner = keys.find(({ label }) => label === 'scanner')
      assert.deepEqual([scanner?.addresses, scanner?.purposes], [['10.0.0.0/8', '::1/128'], ['service']])
      await run(['key', 'revoke', scanner?.keyId.slice(0, 12) ?? ''])
      const after = Keys.parse(await run(['key', 'list'])).find(({ label }) => label === 'scanner')
      assert.notEqual(after?.revokedAt, null)
    })
  }))
