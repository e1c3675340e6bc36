/** Notes, keys and checkpoints: the examples that C2SP published, a whole log of others, and what a note may not be. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  type FailureCode,
  leafHashOf,
  NotProven,
  parseCheckpoint,
  parseNote,
  parseVkey,
  verifyNote,
} from '@khudi/sdk/verify'
import { root } from '../../test/files.ts'
import { madeRoot, madeSigner } from '../../test/made-receipts.ts'

const fooKey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const fooLine =
  '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n'
const fooNote = `This is an example message.\n\n${fooLine}`
const sofaBody = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
const sofaLine =
  '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n'
const poem = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`

const refusal = (code: FailureCode) => (error: unknown) =>
  error instanceof NotProven && error.failure.code === code

test('the published example is verified by the published key, and a letter more is not', async () => {
  const key = await parseVkey(fooKey)
  const { signedBy } = await verifyNote(parseNote(fooNote), [key])
  assert.deepEqual(signedBy, [{ key, signedAt: null }])
  const changed = parseNote(fooNote.replace('message', 'massage'))
  await assert.rejects(verifyNote(changed, [key]), refusal('signature.wrong'))
})

test('a text may hold empty lines: the last one parts it from the signatures', () => {
  const { text, signatures } = parseNote(poem)
  assert.ok(text.startsWith('Ognuno') && text.endsWith('\n\ned è subito sera.\n'))
  assert.deepEqual(
    signatures.map(({ name, bytes }) => [name, bytes.length]),
    [['quasimodo.example/salvatore', 64]],
  )
})

test('the published checkpoint and its cosignature are read', () => {
  const cosignature =
    '— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n'
  const note = parseNote(`${sofaBody}\n${sofaLine}${cosignature}`)
  const { origin, size, rootHash, extensions } = parseCheckpoint(note.text)
  assert.deepEqual([origin, size, extensions], ['example.com/behind-the-sofa', 20_852_163, []])
  assert.equal(Buffer.from(rootHash).toString('base64'), 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=')
  const [, witness] = note.signatures
  // The specification gives the time of this cosignature: 1679315147.
  assert.equal(Buffer.from(witness?.bytes ?? []).readBigUInt64BE(), 1_679_315_147n)
})

const published = join(root, '../shared/data/tlog/tessera-log')
const words = 'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten'.split(' ')

test('every checkpoint of a published log is signed by its key and is of its entries', async (t) => {
  if (!existsSync(published)) return t.skip('NOT RUN: the published log is not in ../shared/data/tlog')
  const vkey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'
  const key = await parseVkey(vkey)
  const sizes = Array.from({ length: words.length + 1 }, (_, size) => size)
  const readings = sizes.map(async (size) => {
    const note = parseNote(new Uint8Array(readFileSync(join(published, `checkpoint.${size}`))))
    const { signedBy } = await verifyNote(note, [key])
    const checkpoint = parseCheckpoint(note.text)
    const entries = size === 0 ? [] : bundleOf(size)
    const hashes = await Promise.all(entries.map((entry) => leafHashOf(entry)))
    assert.deepEqual(entries.map(String), words.slice(0, size))
    assert.deepEqual([signedBy.length, checkpoint.size], [1, size])
    assert.deepEqual(Buffer.from(checkpoint.rootHash), madeRoot(hashes.map((hash) => Buffer.from(hash))))
  })
  assert.equal((await Promise.all(readings)).length, 16)
})

/** Entries of the bundle (c2sp.org/tlog-tiles): each behind its length in two bytes. */
function bundleOf(size: number): Buffer[] {
  const bytes = readFileSync(join(published, `tile/entries/000.p/${size}`))
  const entries: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at))
    entries.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)))
  return entries
}

test('sixteen signatures and more are read, a hundred at most', () => {
  const text = 'Hello.\n'
  assert.equal(parseNote(`${text}\n${fooLine.repeat(100)}`).signatures.length, 100)
  assert.throws(() => parseNote(`${text}\n${fooLine.repeat(101)}`), refusal('note.too_many_signatures'))
})

test('signatures of unknown keys are passed over, also under a name or an id that is known', async () => {
  const text = 'Hello.\n'
  const [known, namesake, stranger] = [
    madeSigner('a.example'),
    madeSigner('a.example'),
    madeSigner('b.example'),
  ]
  const key = await parseVkey(known.vkey)
  const idOfKnown = Buffer.concat([key.keyId, Buffer.alloc(64)]).toString('base64')
  const others = `${namesake.line(text)}${stranger.line(text)}— b.example ${idOfKnown}\n`
  const { signedBy } = await verifyNote(parseNote(`${text}\n${others}${known.line(text)}`), [key])
  assert.deepEqual(signedBy, [{ key, signedAt: null }])
  assert.deepEqual((await verifyNote(parseNote(`${text}\n${others}`), [key])).signedBy, [])
})

test('one wrong signature of a known key outweighs right ones', async () => {
  const text = 'Hello.\n'
  const [one, other] = [madeSigner('a.example'), madeSigner('b.example')]
  const keys = await Promise.all([one, other].map(({ vkey }) => parseVkey(vkey)))
  for (const lines of [one.line(text) + other.line('Goodbye.\n'), one.line(text) + one.line('Goodbye.\n')])
    await assert.rejects(verifyNote(parseNote(`${text}\n${lines}`), keys), refusal('signature.wrong'))
})

test('cosignatures of both kinds say when, and bind the time', async () => {
  for (const type of [0x04, 0x06] as const) {
    const witness = madeSigner('w1.example', type)
    const key = await parseVkey(witness.vkey)
    const line = witness.line(sofaBody, 1_679_315_147)
    const { signedBy } = await verifyNote(parseNote(`${sofaBody}\n${line}`), [key])
    assert.deepEqual(signedBy, [{ key, signedAt: new Date('2023-03-20T12:25:47Z') }])
    const [, name = '', base64 = ''] = line.split(' ')
    const later = Buffer.from(base64, 'base64')
    later[11] = (later[11] ?? 0) ^ 1
    const changed = `— ${name} ${later.toString('base64')}\n`
    await assert.rejects(verifyNote(parseNote(`${sofaBody}\n${changed}`), [key]), refusal('signature.wrong'))
    const elsewhere = parseNote(`Hello.\n\n${witness.line('Hello.\n', 1)}`)
    await assert.rejects(verifyNote(elsewhere, [key]), refusal('signature.wrong'))
  }
})

test('what is no note is refused for what it is', () => {
  const wrong: readonly (readonly [FailureCode, string | Uint8Array])[] = [
    ['text.not_utf8', Buffer.concat([Buffer.from(fooNote), Buffer.of(0xff)])],
    ['text.not_utf8', `\ud800${fooNote}`],
    ['text.control_character', fooNote.replace('is', '\tis')],
    ['text.control_character', fooNote.replaceAll('\n', '\r\n')],
    ['text.too_long', `${'x'.repeat(1_000_000)}${fooNote}`],
    ['note.form', 'Hello.\n'],
    ['note.form', fooNote.trimEnd()],
    ['note.form', `\n${fooLine}`],
    ['note.form', 'Hello.\n\n\n'],
    ['note.signature_form', fooNote.replace('—', '-')],
    ['note.signature_form', fooNote.replace('— ', '—  ')],
    ['note.signature_form', fooNote.replace('foo U', 'f+o U')],
    ['note.signature_form', fooNote.replace('foo U', 'f\u00a0o U')],
    ['note.signature_form', fooNote.replace('QM=', 'QN=')],
    ['note.signature_form', fooNote.replace('QM=', 'QM')],
    ['note.signature_form', 'Hello.\n\n— example.com/foo Uw2QOg==\n'],
    ['note.signature_form', `${fooNote}more\n`],
  ]
  for (const [code, text] of wrong) assert.throws(() => parseNote(text), refusal(code), `${code}: ${text}`)
})

test('what is no key is refused', async () => {
  const wrong: readonly (readonly [FailureCode, string])[] = [
    ['vkey.form', ''],
    ['vkey.form', fooKey.replace('example.com/foo', '')],
    ['vkey.form', fooKey.replace('foo', 'f o')],
    ['vkey.form', fooKey.replace('530d903a', '530D903A')],
    ['vkey.form', fooKey.slice(0, -4)],
    ['vkey.form', `${fooKey}\n`],
    ['vkey.id', fooKey.replace('foo', 'fop')],
    ['vkey.id', fooKey.replace('530d903a', '530d903b')],
    ['vkey.id', fooKey.replace('AekyeRrm', 'BOkyeRrm')],
    ['vkey.type', fooKey.replace('AekyeRrm', 'AukyeRrm')],
  ]
  for (const [code, vkey] of wrong) await assert.rejects(parseVkey(vkey), refusal(code), vkey)
})

test('what is no checkpoint is refused', () => {
  for (const text of [
    '',
    sofaBody.slice(0, -1),
    sofaBody.replace('example.com/behind-the-sofa', ''),
    sofaBody.replace('20852163', '020852163'),
    sofaBody.replace('20852163', '-1'),
    sofaBody.replace('20852163', '9007199254740992'),
    sofaBody.replace('q2I=', 'q2J='),
    sofaBody.replace('CsUYapGG', ''),
    `${sofaBody}\n`,
    `${sofaBody}one\n\ntwo\n`,
  ])
    assert.throws(() => parseCheckpoint(text), refusal('checkpoint.form'), text)
  assert.deepEqual(parseCheckpoint(`${sofaBody}one\ntwo\n`).extensions, ['one', 'two'])
})
