import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freshFolder } from '../../test/kernel.ts'
import { keyCommand } from './key-command.ts'
import { isSignedBy, publicKeyFrom } from './signing.ts'

const folder = freshFolder('key-command')

/** A device made of a folder of keys; what a program for real hardware has to do, in a few lines. */
const device = program(
  'device',
  `#!${process.execPath}
  import { readFileSync } from 'node:fs'
  import { keyFolder } from ${JSON.stringify(join(import.meta.dirname, 'key-folder.ts'))}
  const [operation, name, kind] = process.argv.slice(2)
  const keys = await keyFolder({ folder: ${JSON.stringify(join(folder, 'device-keys'))}, passphrase: 'pin', memoryKib: 8 })
  const say = (bytes) => console.log(Buffer.from(bytes).toString('base64'))
  const operations = {
    has: async () => console.log(await keys.has(name) ? 'yes' : 'no'),
    make: () => kind === 'secret' ? keys.makeSecret(name) : keys.makeSigner(name, kind),
    public: async () => say((await keys.signer(name, kind)).publicKey),
    sign: async () => say(await (await keys.signer(name, kind)).sign(Buffer.from(readFileSync(0, 'utf8'), 'base64'))),
    secret: async () => say(await keys.secret(name)),
    destroy: () => keys.destroy(name),
  }
  await operations[operation]().catch((error) => {
    process.exitCode = error.code === 'keys.missing' ? 3 : 1
    console.error(error.message)
  })`,
)

function program(name: string, text: string): string {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, text)
  chmodSync(path, 0o700)
  return path
}

const says = (name: string, ...lines: string[]) => program(name, ['#!/bin/sh', ...lines].join('\n'))

test('keys behind a command are made, used and destroyed like those of a folder', async () => {
  const keys = keyCommand({ program: device })
  assert.equal(await keys.has('vault/a/wrap-1'), false)
  await keys.makeSecret('vault/a/wrap-1')
  assert.equal(await keys.has('vault/a/wrap-1'), true)
  const secret = await keys.secret('vault/a/wrap-1')
  await keys.makeSecret('vault/a/wrap-1')
  assert.deepEqual(await keys.secret('vault/a/wrap-1'), secret)
  await keys.destroy('vault/a/wrap-1')
  await assert.rejects(keys.secret('vault/a/wrap-1'), { name: 'Fatal', code: 'keys.missing' })
})

for (const algorithm of ['ed25519', 'ml-dsa-44'] as const)
  test(`${algorithm} signs behind a command`, async () => {
    const keys = keyCommand({ program: device })
    const name = `log/a/${algorithm}-1`
    await assert.rejects(keys.signer(name, algorithm), { name: 'Fatal', code: 'keys.missing' })
    const made = await keys.makeSigner(name, algorithm)
    const again = await keys.signer(name, algorithm)
    assert.deepEqual(again.publicKey, made.publicKey)
    const message = Buffer.from('a checkpoint\n')
    const signature = await again.sign(message)
    assert.ok(isSignedBy(publicKeyFrom(algorithm, made.publicKey), message, signature))
  })

const failures: readonly (readonly [what: string, program: string, detail: RegExp])[] = [
  ['fails', says('fails', 'echo first >&2', 'echo "token is locked" >&2', 'exit 7'), /token is locked/],
  ['fails without a word', says('silent', 'exit 7'), /exit status 7/],
  ['never ends', says('sleeps', 'exec sleep 60'), /SIGKILL within 300 ms/],
  ['is not there', join(folder, 'nowhere'), /ENOENT/],
  ['may not be run', join(folder, 'device.mjs', 'x'), /ENOTDIR/],
  ['answers something else', says('chats', 'echo hello'), /neither yes nor no|32 bytes in base64/],
  ['answers without end', says('floods', 'exec yes'), /ended by SIGKILL/],
]

for (const [what, path, detail] of failures)
  test(`a program that ${what} is refused with what it says`, async () => {
    const keys = keyCommand({ program: path, timeLimitMs: 300 })
    const expected = { name: 'Refusal', code: 'keys.command_failed', message: detail }
    await assert.rejects(keys.secret('one'), expected)
    await assert.rejects(keys.has('one'), expected)
  })

test('a signature that does not verify is not handed on', async () => {
  const keys = keyCommand({ program: device })
  const { publicKey } = await keys.makeSigner('liar', 'ed25519')
  const answer = Buffer.from(publicKey).toString('base64')
  const liar = says(
    'liar',
    'case $1 in',
    `public) echo ${answer} ;;`,
    `sign) cat > /dev/null; echo ${Buffer.alloc(64).toString('base64')} ;;`,
    'esac',
  )
  const signer = await keyCommand({ program: liar }).signer('liar', 'ed25519')
  await assert.rejects(signer.sign(Buffer.from('x')), { message: /does not verify/ })
})

test('names and messages reach the program as they are, without a shell', async () => {
  const echo = says('echoes', 'echo "$# $2" >&2', 'exit 9')
  const keys = keyCommand({ program: echo })
  await assert.rejects(keys.secret('$(touch /tmp/x); `y`'), { message: /2 \$\(touch \/tmp\/x\); `y`/ })
})
