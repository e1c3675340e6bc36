import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { ended, withInstallation } from '../../test/installation.ts'

const Secrets = z.object({ username: z.string(), password: z.string() })

test('the operator says how people sign in, and sets anew what somebody lost', () =>
  withInstallation(async (installation) =>
    installation.withDatabase(async () => {
      const { run, start, scratch } = installation
      await run(['institution', 'found', 'alpha', '--en', 'Customs house', '--ur', 'کسٹم ہاؤس'])
      assert.deepEqual(await run(['sign-in', 'status']), { secondFactor: 'required' })
      await run(['sign-in', 'optional'])
      assert.deepEqual(await run(['sign-in', 'status']), { secondFactor: 'optional' })
      await run(['sign-in', 'require'])
      const first = Secrets.parse(await run(['account', 'create', 'amina', '--role', 'officer']))
      const second = Secrets.parse(await run(['account', 'password', 'amina']))
      assert.notEqual(second.password, first.password)
      await run(['account', 'reset-factors', 'amina'])
      const unknown = await ended(start(['account', 'password', 'nobody']))
      assert.deepEqual([unknown.status, /no such account/.test(unknown.errors)], [1, true])
      const rules = join(scratch, 'rules.json')
      writeFileSync(rules, '[{ "claim": "groups", "operator": "is", "value": "x", "role": "officer" }]')
      const about = [
        '--client',
        'khudi',
        '--backend',
        'none',
        '--en',
        'Id',
        '--ur',
        'شناخت',
        '--rules',
        rules,
      ]
      const add = ['issuer', 'add', 'https://id.example.gov.pk', ...about]
      assert.match((await ended(start(add))).errors, /not valid at 0\.operator/)
      writeFileSync(rules, '[{ "claim": "groups", "operator": "contains", "value": "x", "role": "officer" }]')
      assert.match((await ended(start(add))).errors, /no such backend/)
      assert.deepEqual(await run(['issuer', 'list']), [])
      assert.equal((await ended(start(['issuer', 'remove', 'https://id.example.gov.pk']))).status, 1)
    }),
  ))
