/** Power goes while a witness answers: whatever it then says, it never says two things. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import type { z } from 'zod'
import { root } from '../../test/files.ts'
import { forkedLog, type History } from '../../test/forked-log.ts'
import { freshKernel } from '../../test/kernel.ts'
import type { WitnessingParameters } from '../../test/witnessing.ts'
import { operatorActor } from '../access/roles.ts'
import { foundInstitution } from '../institutions/institutions.ts'
import { enableWitness } from './keys.ts'
import { addCheckpoint, addWitnessedLog } from './witness.ts'

const { kernel, database, folder } = await freshKernel([])
const title = { en: 'Witness', ur: 'گواہ' }
const { institutionId } = await foundInstitution(
  kernel,
  { name: 'operator:test' },
  { slug: 'witness', title },
)
const actor = operatorActor(institutionId, 'test')
await enableWitness(kernel, actor, 'witness.test/crash')

async function answerIn(step: number, body: Buffer): Promise<unknown> {
  const parameters: z.input<typeof WitnessingParameters> = {
    url: database.url,
    keys: { folder: join(folder, 'keys'), passphrase: 'test' },
    institutionId,
    body: body.toString('base64'),
    step,
  }
  const child = spawn(process.execPath, [join(root, 'test/witnessing.ts'), JSON.stringify(parameters)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [status, signal]: unknown[] = await once(child, 'close')
  return signal ?? (status === 0 ? Number(said) : status)
}

const branch = (name: string, count: number): History =>
  Array.from({ length: count }, (_, index) => (index < 3 ? `${index}` : `${name}${index}`))
const [right, forked] = [branch('a', 7), branch('b', 7)]

for (const step of [1, 2, 3, 4, 5])
  test(`killed at step ${step}, it cosigns one of two trees of the same size, whichever comes first`, async () => {
    const log = forkedLog(`log.test/${step}`)
    await addWitnessedLog(kernel, actor, [log.vkey])
    const statusOf = async (old: number, history: History) =>
      (await addCheckpoint(kernel, institutionId, { body: await log.request(old, history) })).status
    assert.equal(await statusOf(0, right.slice(0, 3)), 200)
    assert.equal(await answerIn(step, await log.request(3, right)), 'SIGKILL')
    const isNoted = step >= 3
    // The log lost the answer; another branch of it tries to get in.
    assert.equal(await statusOf(3, forked), isNoted ? 409 : 200)
    assert.equal(await statusOf(7, forked), isNoted ? 422 : 200)
    assert.equal(await statusOf(7, right), isNoted ? 200 : 422)
  })

test('a process that is not killed answers', async () => {
  const log = forkedLog('log.test/whole')
  await addWitnessedLog(kernel, actor, [log.vkey])
  assert.equal(await answerIn(0, await log.request(0, right)), 200)
})
