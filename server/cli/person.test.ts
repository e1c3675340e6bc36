import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { writeDeclarations } from '../../test/declaration-files.ts'
import { root } from '../../test/files.ts'
import { ended, type Installation, withInstallation } from '../../test/installation.ts'

/** Runs a command that reads the person's name from standard input. */
async function ask({ environment }: Installation, name: string, ...parameters: readonly string[]) {
  const commandLine = join(root, 'server/cli.ts')
  const child = spawn(process.execPath, [commandLine, '--json', ...parameters], { env: environment })
  child.stdin.end(`${name}\n`)
  const { status, output, errors } = await ended(child)
  return { status, errors, reply: JSON.parse(output) }
}

const Found = z.object({
  holderId: z.uuid(),
  held: z.array(z.object({ applicationId: z.string(), cases: z.number(), lastOccurredOn: z.iso.date() })),
})

/** Has some declarations taken in; answers the tax number of an importer among them, and how many are theirs. */
async function declarationsOf(installation: Installation) {
  const { run, scratch } = installation
  const file = await writeDeclarations({
    folder: scratch,
    name: 'few',
    seed: 5,
    count: 40,
    hasOutcomes: false,
  })
  await run(['institution', 'found', 'alpha', '--en', 'Customs house', '--ur', 'کسٹم ہاؤس'])
  await run(['application', 'register', 'customs'])
  await run(['import', 'customs', file.path, '--mapping', file.mapping])
  const client = await installation.connect()
  try {
    const { rows } = await client.query<{ everything: string }>(
      'select string_agg(cases::text, chr(10)) as everything from cases',
    )
    return { file, everything: rows[0]?.everything ?? '' }
  } finally {
    await client.end()
  }
}

test('a person is found, shown, exported and erased at the command line, by a name that no process list shows', () =>
  withInstallation((installation) =>
    installation.withDatabase(async () => {
      const { file, everything } = await declarationsOf(installation)
      const numbers = [...readFileSync(file.path, 'utf8').matchAll(/\b9999\d{3}\b/g)].map(
        ([number]) => number,
      )
      const [number = ''] = numbers
      assert.notEqual(number, '', 'the samples name an importer by tax number')
      assert.ok(!everything.includes(number), 'which stands nowhere in clear')
      const name = `NTN: ${number}`
      const found = await ask(installation, name, 'person', 'find')
      assert.equal(found.status, 0, found.errors)
      const { holderId, held } = Found.parse(found.reply)
      assert.ok((held[0]?.cases ?? 0) > 0)
      const out = join(installation.scratch, 'person.tar')
      assert.equal((await ask(installation, name, 'person', 'export', '--out', out)).status, 0)
      assert.match(readFileSync(out, 'latin1'), /^index\.html/)
      const again = await ask(installation, name, 'person', 'export', '--out', out)
      assert.deepEqual([again.status, again.reply.code], [1, 'backup.destination_exists'])
      const { reply } = await ask(installation, name, 'person', 'reads')
      assert.deepEqual(
        [reply.holderId, reply.reads.length, reply.reads[0].purpose],
        [holderId, 1, 'subject_request'],
      )
      const erase = ['person', 'erase', '--ground', 'request', '--yes']
      const erased = await ask(installation, name, ...erase)
      // Customs keeps declarations for five years, and these will be older one day.
      const isKept = Date.parse(held[0]?.lastOccurredOn ?? '') > Date.now() - 5 * 365 * 86_400_000
      assert.equal(erased.reply.code ?? 'erased', isKept ? 'vault.retention_required' : 'erased')
      const rotated = await installation.run(['vault', 'rotate', '--destroy-old'])
      assert.deepEqual(z.object({ keyNumber: z.number(), destroyed: z.array(z.number()) }).parse(rotated), {
        keyNumber: 2,
        destroyed: [1],
      })
      assert.ok(await installation.run(['vault', 'status']))
    }),
  ))

test('an archive that could not be made leaves no file', () =>
  withInstallation((installation) =>
    installation.withDatabase(async () => {
      await installation.run(['institution', 'found', 'alpha', '--en', 'Alpha', '--ur', 'الف'])
      const out = join(installation.scratch, 'nobody.tar')
      const { status, reply } = await ask(
        installation,
        'cnic:35202-1234567-1',
        'person',
        'export',
        '--out',
        out,
      )
      assert.deepEqual([status, reply.code], [1, 'vault.person_unknown'])
      assert.ok(!existsSync(out))
    }),
  ))
