import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { verify } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { freshFolder } from '../../test/kernel.ts'
import { keyFolder } from './key-folder.ts'
import { publicKeyFrom } from './signing.ts'

const parent = freshFolder('keys')
const passphrase = 'correct horse battery'
const memoryKib = 8
const newFolder = () => mkdtemp(join(parent, 'folder-'))
const openIn = (folder: string, given = passphrase) => keyFolder({ folder, passphrase: given, memoryKib })
const keyFileOf = (folder: string, name: string) => join(folder, '1', `${name}.key`)

test('a secret is 32 random bytes, the same whenever it is asked for', async () => {
  const folder = await newFolder()
  const keys = await openIn(folder)
  await keys.makeSecret('vault/a/wrap-1')
  await keys.makeSecret('vault/a/wrap-2')
  const first = await keys.secret('vault/a/wrap-1')
  assert.equal(first.length, 32)
  assert.notDeepEqual(await keys.secret('vault/a/wrap-2'), first)
  await keys.makeSecret('vault/a/wrap-1')
  assert.deepEqual(await (await openIn(folder)).secret('vault/a/wrap-1'), first)
})

test('a signing key signs what Node verifies, and stays the same', async () => {
  const folder = await newFolder()
  const keys = await openIn(folder)
  for (const algorithm of ['ed25519', 'ml-dsa-44'] as const) {
    const made = await keys.makeSigner(`log/${algorithm}-1`, algorithm)
    const message = Buffer.from('a message')
    const signature = await made.sign(message)
    const key = publicKeyFrom(algorithm, made.publicKey)
    assert.ok(verify(null, message, key, signature))
    assert.ok(!verify(null, Buffer.from('a massage'), key, signature))
    const again = await (await openIn(folder)).signer(`log/${algorithm}-1`, algorithm)
    assert.deepEqual([again.publicKey, again.algorithm], [made.publicKey, algorithm])
    assert.deepEqual((await keys.makeSigner(`log/${algorithm}-1`, algorithm)).publicKey, made.publicKey)
  }
})

test('a key that is not there is missing, and using it makes none', async () => {
  const keys = await openIn(await newFolder())
  await assert.rejects(keys.secret('vault/a/wrap-1'), { name: 'Fatal', code: 'keys.missing' })
  await assert.rejects(keys.signer('log/a/ed25519-1', 'ed25519'), { name: 'Fatal', code: 'keys.missing' })
  assert.equal(await keys.has('vault/a/wrap-1'), false)
})

test('a destroyed key is gone, with the second name that a kill while it was made left', async () => {
  const folder = await newFolder()
  const keys = await openIn(folder)
  await keys.makeSecret('wrap-1')
  await keys.makeSecret('wrap-11')
  const bytes = await readFile(keyFileOf(folder, 'wrap-1'))
  await writeFile(`${keyFileOf(folder, 'wrap-1')}.0123456789abcdef.unfinished`, bytes)
  await keys.destroy('wrap-1')
  assert.deepEqual(await readdir(join(folder, '1')), ['wrap-11.key'])
  await assert.rejects(keys.secret('wrap-1'), { code: 'keys.missing' })
  await keys.destroy('wrap-1')
  await keys.destroy('never/was')
})

test('another passphrase opens nothing', async () => {
  const folder = await newFolder()
  await openIn(folder)
  await assert.rejects(openIn(folder, 'another passphrase'), {
    name: 'Fatal',
    code: 'keys.passphrase_wrong',
  })
})

test('a passphrase typed in other code points of the same letters opens them', async () => {
  const folder = await newFolder()
  await openIn(folder, 'شکریہ۔ caf\u00e9 au lait')
  await openIn(folder, 'شکریہ۔ cafe\u0301 au lait')
})

test('any single bit of a key file that changes is found', async () => {
  const folder = await newFolder()
  const keys = await openIn(folder)
  await keys.makeSecret('one')
  const whole = await readFile(keyFileOf(folder, 'one'))
  const bit = fc.integer({ min: 0, max: whole.length * 8 - 1 })
  const damaged = async (bytes: Uint8Array) => {
    await writeFile(keyFileOf(folder, 'one'), bytes)
    await assert.rejects(keys.secret('one'), { name: 'Fatal', code: 'keys.damaged' })
  }
  await fc.assert(
    fc.asyncProperty(bit, async (at) => {
      const flipped = Buffer.from(whole)
      flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7))
      await damaged(flipped)
    }),
  )
  await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), (length) => damaged(whole.subarray(0, length))))
})

test('a key under the name of another is damaged', async () => {
  const folder = await newFolder()
  const keys = await openIn(folder)
  await keys.makeSecret('one')
  await rename(keyFileOf(folder, 'one'), keyFileOf(folder, 'two'))
  await assert.rejects(keys.secret('two'), { code: 'keys.damaged' })
})

test('a key of another algorithm than asked for is damaged', async () => {
  const keys = await openIn(await newFolder())
  await keys.makeSigner('one', 'ed25519')
  await assert.rejects(keys.signer('one', 'ml-dsa-44'), { code: 'keys.damaged' })
})

test('without folder.json, or with half of it, nothing is made in its place', async () => {
  const folder = await newFolder()
  const keys = await openIn(folder)
  await keys.makeSecret('one')
  const path = join(folder, 'folder.json')
  const whole = await readFile(path, 'utf8')
  await writeFile(path, whole.slice(0, 40))
  await assert.rejects(openIn(folder), { name: 'Fatal', code: 'keys.folder_damaged' })
  await rm(path)
  await assert.rejects(openIn(folder), { name: 'Fatal', code: 'keys.folder_damaged' })
  await assert.rejects(keys.makeSecret('two'), { code: 'keys.folder_damaged' })
  await writeFile(path, whole)
  assert.equal((await (await openIn(folder)).secret('one')).length, 32)
})

test('what the system refuses is said with the path', async () => {
  const folder = await newFolder()
  await writeFile(join(folder, 'file'), '')
  await assert.rejects(openIn(join(folder, 'file', 'keys')), { name: 'Fatal', code: 'keys.unreachable' })
  const keys = await openIn(folder)
  await mkdir(keyFileOf(folder, 'one'), { recursive: true })
  await assert.rejects(keys.secret('one'), { name: 'Fatal', code: 'keys.unreachable' })
})

test('only the owner may enter the folder and read its files', async () => {
  const folder = join(await newFolder(), 'keys')
  const keys = await openIn(folder)
  await keys.makeSecret('a/one')
  const modes = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
  assert.deepEqual(await Promise.all([folder, join(folder, '1'), join(folder, '1', 'a')].map(modes)), [
    '700',
    '700',
    '700',
  ])
  assert.deepEqual(await Promise.all([join(folder, 'folder.json'), keyFileOf(folder, 'a/one')].map(modes)), [
    '600',
    '600',
  ])
})

test('a name cannot lead out of the folder', async () => {
  const keys = await openIn(await newFolder())
  for (const name of ['../one', 'a//b', '/one', 'a/', 'A', 'a.b', ''])
    await assert.rejects(keys.makeSecret(name), /not the name of a key/)
})

test('processes that make the same keys in a new folder at once all get the same', async () => {
  const folder = join(await newFolder(), 'keys')
  const script = `
    import { keyFolder } from ${JSON.stringify(join(import.meta.dirname, 'key-folder.ts'))}
    const keys = await keyFolder(${JSON.stringify({ folder, passphrase, memoryKib })})
    await keys.makeSecret('one')
    const signer = await keys.makeSigner('two', 'ed25519')
    console.log(Buffer.concat([await keys.secret('one'), signer.publicKey]).toString('hex'))`
  const run = async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.pipe(process.stderr)
    const [status]: unknown[] = await once(child, 'close')
    assert.equal(status, 0)
    return output
  }
  const outputs = await Promise.all(Array.from({ length: 4 }, run))
  assert.equal(new Set(outputs).size, 1)
  assert.match(outputs[0] ?? '', /^[0-9a-f]{128}\n$/)
})

test('the same in one process', async () => {
  const folder = join(await newFolder(), 'keys')
  const opened = await Promise.all(Array.from({ length: 8 }, () => openIn(folder)))
  const made = await Promise.all(opened.map((keys) => keys.makeSigner('one', 'ed25519')))
  assert.equal(new Set(made.map(({ publicKey }) => Buffer.from(publicKey).toString('hex'))).size, 1)
  assert.deepEqual(
    (await readdir(join(folder, '1'))).filter((name) => !name.endsWith('.key')),
    [],
  )
})
