import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { writeDeclarations } from '../../test/declaration-files.ts'
import { ended, withInstallation } from '../../test/installation.ts'

const Shown = z.object({
  sealed: z.boolean(),
  payload: z.record(z.string(), z.unknown()),
  history: z.array(z.object({ kind: z.string() })),
})

test('a case shows its operational part at the command line, and all of it for a purpose, which is a read', () =>
  withInstallation(async (installation) =>
    installation.withDatabase(async () => {
      const { run, start, scratch } = installation
      const given = { folder: scratch, name: 'few', seed: 5, count: 3, hasOutcomes: false }
      const file = await writeDeclarations(given)
      await run(['institution', 'found', 'alpha', '--en', 'Customs house', '--ur', 'کسٹم ہاؤس'])
      await run(['application', 'register', 'customs'])
      await run(['import', 'customs', file.path, '--mapping', file.mapping])
      const client = await installation.connect()
      const { rows } = await client.query<{ reference: string }>('select reference from cases limit 1')
      await client.end()
      const show = ['case', 'show', 'customs', rows[0]?.reference ?? '']
      const reads = ({ history }: z.infer<typeof Shown>) =>
        history.filter(({ kind }) => kind === 'access.read').length
      const sealed = Shown.parse(await run(show))
      assert.deepEqual([sealed.sealed, 'importerId' in sealed.payload, reads(sealed)], [true, false, 0])
      const opened = Shown.parse(await run([...show, '--purpose', 'audit']))
      assert.equal(opened.sealed, false)
      assert.ok(readFileSync(file.path, 'utf8').includes(String(opened.payload.importerId)))
      assert.equal(reads(Shown.parse(await run(show))), 1)
      const lines = await ended(start(show))
      assert.match(lines.output, /personal {5}sealed; --purpose opens it/)
      const refused = await ended(start([...show, '--purpose', 'review']))
      assert.deepEqual([refused.status, /do not permit/.test(refused.errors)], [1, true])
    }),
  ))
