/** Notes that this node writes, against the published examples and against Node's own crypto. */
import assert from 'node:assert/strict'
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto'
import { test } from 'node:test'
import { parseNote, parseVkey, verifyNote } from '@khudi/sdk/verify'
import fc from 'fast-check'
import type { Signer } from '../keys/keys.ts'
import { newPrivateKey, signerOn } from '../keys/signing.ts'
import { cosignatureLine, cosignerVkey, noteVkey, signatureLine } from './note.ts'

const signers = {
  ed25519: signerOn('ed25519', newPrivateKey('ed25519')),
  'ml-dsa-44': signerOn('ml-dsa-44', newPrivateKey('ml-dsa-44')),
}
const root = Buffer.alloc(32, 7)
const bodyOf = (origin: string, size: number) => `${origin}\n${size}\n${root.toString('base64')}\n`
const at = new Date('2026-03-02T06:00:00.900Z')
const seconds = 1_772_431_200n

/** A signer that is only its public key, as it stands in a published example. */
const publicOnly = (algorithm: Signer['algorithm'], publicKey: Uint8Array): Signer => ({
  algorithm,
  publicKey,
  sign: () => Promise.reject(new Error('the private key is not published')),
})

test('the example of the specification: its key gives its verifier key', () => {
  const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
  const publicKey = Buffer.from('AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'base64').subarray(1)
  assert.equal(noteVkey({ name: 'example.com/foo', signer: publicOnly('ed25519', publicKey) }), vkey)
})

test('the published log: its key gives its verifier key', () => {
  const vkey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'
  const publicKey = Buffer.from('AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx', 'base64').subarray(1)
  assert.equal(noteVkey({ name: 'example.com/log/testdata', signer: publicOnly('ed25519', publicKey) }), vkey)
})

test('a signer signs as RFC 8032 says (section 7.1, test 1)', async () => {
  const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const signer = signerOn('ed25519', pkcs8)
  assert.equal(
    Buffer.from(signer.publicKey).toString('hex'),
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  )
  assert.equal(
    Buffer.from(await signer.sign(new Uint8Array())).toString('hex'),
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  )
})

interface Line {
  readonly name: string
  readonly bytes: Buffer
}

function split(line: string): Line {
  const [, name = '', base64 = ''] = /^— (\S+) (\S+)\n$/.exec(line) ?? []
  return { name, bytes: Buffer.from(base64, 'base64') }
}

function keyOf({ algorithm, publicKey }: Signer): KeyObject {
  const other = algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44')
  const spki = other.publicKey.export({ format: 'der', type: 'spki' })
  const prefix = spki.subarray(0, spki.length - publicKey.length)
  return createPublicKey({ key: Buffer.concat([prefix, publicKey]), format: 'der', type: 'spki' })
}

const idOf = (name: string, type: number, publicKey: Uint8Array) =>
  createHash('sha256')
    .update(`${name}\n`)
    .update(Uint8Array.of(type))
    .update(publicKey)
    .digest()
    .subarray(0, 4)

const names = fc
  .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
  .filter((name) => name.isWellFormed() && /^[^\p{White_Space}\p{Cc}+]+$/u.test(name))
  .filter((name) => Buffer.byteLength(name) < 256)

test('an Ed25519 cosignature signs the header, the time and the whole body', async () => {
  const signer = signers.ed25519
  await fc.assert(
    fc.asyncProperty(names, names, fc.maxSafeNat(), async (name, origin, size) => {
      const body = `${bodyOf(origin, size)}an extension line\n`
      const line = split(await cosignatureLine({ name, signer }, body, at))
      assert.equal(line.name, name)
      assert.deepEqual(line.bytes.subarray(0, 4), idOf(name, 4, signer.publicKey))
      assert.equal(line.bytes.readBigUInt64BE(4), seconds)
      const message = `cosignature/v1\ntime ${seconds}\n${body}`
      assert.ok(verify(null, Buffer.from(message), keyOf(signer), line.bytes.subarray(12)))
    }),
  )
})

test('an ML-DSA-44 cosignature signs the structure of the specification', async () => {
  const signer = signers['ml-dsa-44']
  await fc.assert(
    fc.asyncProperty(names, names, fc.maxSafeNat(), async (name, origin, size) => {
      const line = split(await cosignatureLine({ name, signer }, bodyOf(origin, size), at))
      assert.deepEqual(line.bytes.subarray(0, 4), idOf(name, 6, signer.publicKey))
      assert.equal(line.bytes.readBigUInt64BE(4), seconds)
      const message = [
        Buffer.from('737562747265652f76310a00', 'hex'),
        Uint8Array.of(Buffer.byteLength(name)),
        Buffer.from(name),
        Buffer.from(seconds.toString(16).padStart(16, '0'), 'hex'),
        Uint8Array.of(Buffer.byteLength(origin)),
        Buffer.from(origin),
        Buffer.alloc(8),
        Buffer.from(size.toString(16).padStart(16, '0'), 'hex'),
        root,
      ]
      assert.equal(line.bytes.length, 12 + 2420)
      assert.ok(verify(null, Buffer.concat(message), keyOf(signer), line.bytes.subarray(12)))
    }),
    { numRuns: 30 },
  )
})

test('whoever holds the verifier keys opens the note, with the times', async () => {
  const name = 'witness.example/w1'
  const log = { name: 'example.com/log', signer: signers.ed25519 }
  const keys = [signers.ed25519, signers['ml-dsa-44']].map((signer) => ({ name, signer }))
  const body = bodyOf('example.com/log', 12)
  const lines = [await signatureLine(log, body)]
  for (const key of keys) lines.push(await cosignatureLine(key, body, at))
  const vkeys = [noteVkey(log), ...keys.map(cosignerVkey)]
  const opened = await verifyNote(
    parseNote(`${body}\n${lines.join('')}`),
    await Promise.all(vkeys.map(parseVkey)),
  )
  const times = opened.signedBy.map(({ signedAt }) => signedAt?.toISOString() ?? null)
  assert.deepEqual(times, [null, '2026-03-02T06:00:00.000Z', '2026-03-02T06:00:00.000Z'])
})

test('a name with a space or a plus signs nothing', async () => {
  for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb'])
    await assert.rejects(signatureLine({ name, signer: signers.ed25519 }, 'x\n'), /not the name of a key/)
})

test('ML-DSA-44 signs checkpoints only', async () => {
  const key = { name: 'a', signer: signers['ml-dsa-44'] }
  await assert.rejects(signatureLine(key, 'any text\n'), /only Ed25519/)
  await assert.rejects(cosignatureLine(key, 'any text\n', at), /only checkpoints/)
})
