import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { freshFolder } from '../../test/kernel.ts'
import { changePassphrase } from './change-passphrase.ts'
import { keyFolder } from './key-folder.ts'

const parent = freshFolder('passphrase')
const memoryKib = 8
const [old, next] = ['the first passphrase', 'the second passphrase']
const names = ['log/a/ed25519-1', 'vault/a/index', 'vault/a/wrap-1']

async function filledFolder() {
  const folder = await mkdtemp(join(parent, 'folder-'))
  const keys = await keyFolder({ folder, passphrase: old, memoryKib })
  for (const name of names) await keys.makeSecret(name)
  return { folder, keys, secrets: await Promise.all(names.map((name) => keys.secret(name))) }
}

async function secretsUnder(folder: string, passphrase: string) {
  const keys = await keyFolder({ folder, passphrase })
  return Promise.all(names.map((name) => keys.secret(name)))
}

const contentOf = async (folder: string) =>
  (await readdir(folder)).filter((name) => !name.startsWith('lock')).sort()

test('the keys stay, the old passphrase goes, and nothing sealed under it is left', async () => {
  const { folder, secrets } = await filledFolder()
  assert.equal(await changePassphrase({ folder, passphrase: old, newPassphrase: next }), 3)
  assert.deepEqual(await secretsUnder(folder, next), secrets)
  await assert.rejects(keyFolder({ folder, passphrase: old }), { code: 'keys.passphrase_wrong' })
  assert.deepEqual(await contentOf(folder), ['2', 'folder.json'])
})

test('a process that has the folder open stops at its next use of a key', async () => {
  const { folder, keys } = await filledFolder()
  await changePassphrase({ folder, passphrase: old, newPassphrase: next })
  const code = 'keys.passphrase_changed'
  await assert.rejects(keys.secret('vault/a/wrap-1'), { name: 'Fatal', code })
  await assert.rejects(keys.makeSecret('vault/a/wrap-2'), { code })
  await assert.rejects(keys.destroy('vault/a/wrap-1'), { code })
  await assert.rejects(keys.has('vault/a/wrap-2'), { code })
})

test('with a wrong passphrase, or where there is no folder, nothing is changed', async () => {
  const { folder, secrets } = await filledFolder()
  await assert.rejects(changePassphrase({ folder, passphrase: next, newPassphrase: next }), {
    code: 'keys.passphrase_wrong',
  })
  assert.deepEqual(await secretsUnder(folder, old), secrets)
  const nowhere = join(parent, 'nowhere')
  await assert.rejects(changePassphrase({ folder: nowhere, passphrase: old, newPassphrase: next }), {
    code: 'keys.folder_damaged',
  })
})

test('a key made or destroyed while the passphrase changes is neither lost nor back', async () => {
  const { folder, keys } = await filledFolder()
  const changing = changePassphrase({ folder, passphrase: old, newPassphrase: next })
  const attempts = [keys.makeSecret('made'), keys.destroy('vault/a/index')]
  const [made, destroyed] = await Promise.allSettled(attempts)
  await changing
  const after = await keyFolder({ folder, passphrase: next })
  if (made?.status === 'fulfilled') assert.ok(await after.has('made'))
  if (destroyed?.status === 'fulfilled') assert.ok(!(await after.has('vault/a/index')))
})

/** Step 2 is reached once for each key. */
const instants = [1, 2, 3, 4, 5, 6, 7]

for (const instant of instants)
  test(`killed at instant ${instant} of the change, one of the two passphrases opens every key`, async () => {
    const { folder, secrets } = await filledFolder()
    const script = `
      import { changePassphrase } from ${JSON.stringify(join(import.meta.dirname, 'change-passphrase.ts'))}
      let instant = 0
      await changePassphrase({
        ...${JSON.stringify({ folder, passphrase: old, newPassphrase: next })},
        reached: () => { if (++instant === ${instant}) process.kill(process.pid, 'SIGKILL') },
      })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    const [, signal]: unknown[] = await once(child, 'close')
    assert.equal(signal, 'SIGKILL')
    const current = instant <= 5 ? old : next
    assert.deepEqual(await secretsUnder(folder, current), secrets)
    assert.deepEqual(await contentOf(folder), [instant <= 5 ? '1' : '2', 'folder.json'])
    // The change, begun again, comes to its end.
    const newPassphrase = 'the third passphrase'
    await changePassphrase({ folder, passphrase: current, newPassphrase })
    assert.deepEqual(await secretsUnder(folder, newPassphrase), secrets)
  })
