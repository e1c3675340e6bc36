import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { freshFolder } from '../../test/kernel.ts'
import { keyFolder } from './key-folder.ts'
import { findPassphrase, keysFolderOf, ownPassphraseFileOf } from './passphrase.ts'

const parent = freshFolder('passphrases')
const newFolder = () => mkdtemp(join(parent, 'var-'))

test('what is given is taken, and no file is made', async () => {
  const folder = await newFolder()
  assert.equal(await findPassphrase(folder, { passphrase: 'given in the open' }), 'given in the open')
  const file = join(folder, 'secret')
  await writeFile(file, 'given in a file\r\nand a second line\n')
  assert.equal(await findPassphrase(folder, { passphraseFile: file }), 'given in a file')
  await assert.rejects(stat(ownPassphraseFileOf(folder)), { code: 'ENOENT' })
})

test('without one, a random one is kept in a file for the owner alone', async () => {
  const folder = await newFolder()
  const chosen = await Promise.all(Array.from({ length: 4 }, () => findPassphrase(folder, {})))
  assert.equal(new Set(chosen).size, 1)
  assert.match(chosen[0] ?? '', /^[\w-]{43}$/)
  assert.equal((await stat(ownPassphraseFileOf(folder))).mode & 0o777, 0o600)
  assert.notEqual(await findPassphrase(await newFolder(), {}), chosen[0])
})

test('where there are keys already, no other passphrase is made for the one that is gone', async () => {
  const folder = await newFolder()
  const passphrase = await findPassphrase(folder, {})
  await keyFolder({ folder: keysFolderOf(folder), passphrase, memoryKib: 8 })
  assert.equal(await findPassphrase(folder, {}), passphrase)
  await rm(ownPassphraseFileOf(folder))
  await assert.rejects(findPassphrase(folder, {}), { name: 'Fatal', code: 'keys.passphrase_missing' })
})

test('a short passphrase, an empty file and a file that is not there are refused', async () => {
  const folder = await newFolder()
  await assert.rejects(findPassphrase(folder, { passphrase: 'short' }), { code: 'keys.passphrase_short' })
  const passphraseFile = join(folder, 'secret')
  await assert.rejects(findPassphrase(folder, { passphraseFile }), { code: 'keys.unreachable' })
  await writeFile(passphraseFile, '\n')
  await assert.rejects(findPassphrase(folder, { passphraseFile }), { code: 'keys.passphrase_short' })
})
