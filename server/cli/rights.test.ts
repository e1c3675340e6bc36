import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../test/files.ts'
import { ended, type Installation, withInstallation } from '../../test/installation.ts'

/** Runs a command that reads what is personal from standard input. */
async function ask({ environment }: Installation, typed: string, ...parameters: readonly string[]) {
  const commandLine = join(root, 'server/cli.ts')
  const child = spawn(process.execPath, [commandLine, '--json', ...parameters], { env: environment })
  child.stdin.end(typed)
  const { status, output, errors } = await ended(child)
  return { status, errors, reply: output === '' ? undefined : JSON.parse(output) }
}

test('a request is received, decided and carried out at the command line, and a breach is entered and told', () =>
  withInstallation((installation) =>
    installation.withDatabase(async () => {
      const { run, scratch } = installation
      await run(['institution', 'found', 'alpha', '--en', 'Alpha', '--ur', 'الف'])
      const typed = 'cnic:35202-1234567-1\nWhat do you hold on me?\n'
      const received = await ask(installation, typed, 'request', 'receive', '--kind', 'access')
      assert.equal(received.status, 0, received.errors)
      const { requestId, daysLeft } = received.reply
      assert.equal(daysLeft, 30)
      const decide = ['request', 'decide', requestId, '--verdict', 'granted', '--reason', 'It is your right.']
      assert.equal((await ask(installation, '', ...decide)).reply.state, 'granted')
      const executed = await ask(installation, '', 'request', 'execute', requestId)
      assert.deepEqual([executed.reply.state, executed.reply.done], ['completed', { cases: 0 }])
      const shown = await ask(installation, '', 'request', 'show', requestId, '--open')
      assert.deepEqual(shown.reply.words.words, 'What do you hold on me?')

      const file = join(scratch, 'breach.json')
      const breach = {
        what: 'A list was left in a shop',
        foundAt: new Date(Date.now() - 3_600_000).toISOString(),
        happenedAt: null,
        cells: [{ category: 'Names', persons: 3, records: 3 }],
        consequences: 'None known',
        measures: 'Fetched back',
      }
      writeFileSync(file, JSON.stringify(breach))
      const opened = await ask(installation, '', 'breach', 'open', file)
      assert.equal(opened.reply.hoursLeft, 70, opened.errors)
      const { breachId } = opened.reply
      await run(['breach', 'assess', breachId, '--risk', 'unlikely', '--why', 'It was fetched back at once'])
      const closed = await ask(installation, '', 'breach', 'inform', breachId, '--why-not', 'No risk')
      assert.equal(closed.status, 0, closed.errors)
      assert.equal(closed.reply.stage, 'closed')

      const rule = ['--classification', 'personal', '--years', '5', '--after', 'anonymise']
      const law = ['--law-en', 'Rules of 2026', '--law-ur', 'قواعد 2026']
      assert.equal((await ask(installation, '', 'retention', 'set', ...rule, ...law)).status, 0)
      const done = await ask(installation, '', 'retention', 'run', '--yes')
      assert.deepEqual([done.reply.cases, done.reply.persons], [0, 0])
    }),
  ))
