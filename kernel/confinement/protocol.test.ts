/** What a confined process may say, and what becomes of one that says something else. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { root } from '../../test/files.ts'
import { loadApplications } from '../register/applications.ts'
import { usualCaps } from './caps.ts'
import { ConfinedApplication } from './confined.ts'
import { FrameReader, framed } from './frames.ts'

const enginesFolder = join(root, 'engines')
const folder = join(root, 'test/hostile/peers')
const entry = join(folder, 'peer.ts')
const [saboteur] = (await loadApplications([], [join(root, 'test/hostile/applications')])).values()
assert.ok(saboteur)
const { application } = saboteur

function peer(lie: string): ConfinedApplication {
  const caps = { ...usualCaps, stallMs: 3000, outputBytes: 2 ** 20 }
  const launch = { applicationId: lie, folder, digest: new Uint8Array(32), enginesFolder, entry }
  const made = new ConfinedApplication({ ...launch, application, caps })
  after(() => made.close())
  return made
}

const payloads = ['1', '2'].map((number) =>
  JSON.stringify({ number, filedOn: '2026-01-01', attack: 'nothing', holder: '35202-1234567-1' }),
)
const task = { kind: 'decide', applicationId: 'saboteur', payloads, models: {} } as const

describe('a worker that speaks out of turn is stopped, and nothing that it said is kept', () => {
  for (const lie of [
    'another-case',
    'a-case-that-is-not-there',
    'decided-before-read',
    'no-json',
    'a-prototype',
    'deep-nesting',
    'a-giant-announced',
    'an-endless-answer',
    'a-day-that-is-none',
    'a-reference-with-a-nul',
    'the-platforms-own-subject',
    'a-message-of-node',
  ]) {
    test(lie, async () => {
      const answers = await peer(lie).decide(task)
      assert.deepEqual(
        answers.map(({ ok }) => ok),
        [false, false],
      )
      assert.equal(Reflect.get({}, 'polluted'), undefined)
    })
  }

  test('the second of two decisions of a case is none', async () => {
    const [first] = await peer('twice').decide(task)
    assert.ok(first?.ok)
    assert.equal(first.decided?.recommendation, 'nothing')
  })

  test('a case that was left out is refused, and the others stand', async () => {
    const [first, second] = await peer('too-few').decide(task)
    assert.deepEqual([first?.ok, second?.ok], [true, false])
    assert.equal(first?.ok === true && first.decided?.recommendation, 'nothing')
  })

  test('a refusal that is not the program’s own is an error of ours', async () => {
    await assert.rejects(peer('a-refusal-of-its-own').decide(task), /a confined application failed: x/)
  })
})

test('what a case says and what of it is sealed is never the application’s word', async () => {
  const [first] = await peer('twice').decide(task)
  assert.ok(first?.ok)
  const { payload, secret } = first
  assert.deepEqual(JSON.parse(payload), { attack: 'nothing', filedOn: '2026-01-01', number: '1' })
  assert.deepEqual(JSON.parse(secret ?? ''), { holder: '35202-1234567-1' })
})

test('frames come together however their bytes are cut', () => {
  const texts = fc.array(fc.string({ maxLength: 300 }), { maxLength: 10 })
  fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }), (said, cuts) => {
      const all = Buffer.concat(said.map((text) => framed(Buffer.from(text))))
      const heard: string[] = []
      const reader = new FrameReader(2 ** 20, (frame) => heard.push(frame.toString()))
      for (let at = 0, turn = 0; at < all.length; turn++) {
        const size = cuts[turn % cuts.length] ?? 1
        reader.push(all.subarray(at, at + size))
        at += size
      }
      assert.deepEqual(
        heard,
        said.map((text) => Buffer.from(text).toString()),
      )
    }),
  )
})
