/** Receipts: what a whole one proves, and that whatever is changed in one is noticed. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  type FailureCode,
  failures,
  NotProven,
  parsePolicy,
  parseReceipt,
  type ReceiptResult,
  verifyReceipt,
} from '@khudi/sdk/verify'
import fc from 'fast-check'
import {
  type MadeReceipt,
  type MadeSigner,
  madeCosignedAt,
  madeEntry,
  madeOpening,
  madePolicy,
  madeReceipt,
  madeSigner,
} from '../../test/made-receipts.ts'

const log = madeSigner('customs.example/log')
const witnesses = [1, 2, 3].map((at) => madeSigner(`w${at}.example`, 0x04))
const whole: MadeReceipt = { log, witnesses, index: 73_894, size: 109_482 }
const twoOfThree = await parsePolicy(madePolicy(log, witnesses, '2'))
const allThree = await parsePolicy(madePolicy(log, witnesses, 'all'))
const codeOf = (result: ReceiptResult) => (result.verdict === 'valid' ? 'valid' : result.failure.code)

/** What verifying by two of three witnesses comes to. */
const outcomeOf = async (text: string, policy = twoOfThree) => codeOf(await verifyReceipt(text, { policy }))

test('a whole receipt proves what was done, when, on which case, and who has seen it', async () => {
  const { kind, said, caseId, recordedAt, recordDigest } = madeEntry
  assert.deepEqual(await verifyReceipt(madeReceipt(whole), { policy: twoOfThree }), {
    verdict: 'valid',
    facts: {
      kind,
      said,
      caseId,
      recordedAt: new Date(recordedAt),
      recordDigest: recordDigest.toString('hex'),
      origin: 'customs.example/log',
      index: 73_894,
      treeSize: 109_482,
      witnesses: [0, 1, 2].map((at) => ({
        name: `w${at + 1}`,
        keyName: `w${at + 1}.example`,
        cosignedAt: new Date((madeCosignedAt + at) * 1000),
      })),
      unsupportedWitnesses: [],
      isRecordProven: false,
      statedPolicy: '2/3',
    },
  })
})

test('in trees of every size every entry is proven', async () => {
  const placed = fc
    .integer({ min: 1, max: 200 })
    .chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)))
  await fc.assert(
    fc.asyncProperty(placed, async ([index, size]) => {
      assert.equal(await outcomeOf(madeReceipt({ ...whole, index, size, isWhole: true })), 'valid')
    }),
  )
})

/** The receipt with one bit of its bytes turned. */
function turned(text: string, bit: number): Buffer {
  const bytes = Buffer.from(text)
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return bytes
}

/** Where in a receipt's text the Base64 of the stated policy stands, the one thing that nothing proves. */
function statement(text: string): readonly [number, number] {
  const { opening } = parseReceipt(text)
  const start = text.indexOf('extra ') + 'extra '.length
  return [start + Math.floor(((opening.length + 1) * 8) / 6), text.indexOf('\nindex')]
}

test('no bit of a receipt can be turned without notice', async () => {
  const text = madeReceipt({ ...whole, index: 5, size: 11, isWhole: true })
  const [from, to] = statement(text)
  const unnoticed: number[] = []
  for (let bit = 0; bit < Buffer.byteLength(text) * 8; bit++) {
    const result = await verifyReceipt(turned(text, bit), { policy: allThree })
    const isStatement = bit >> 3 >= from && bit >> 3 < to
    if (result.verdict === 'valid' && !isStatement) unnoticed.push(bit)
    if (result.verdict === 'valid' && isStatement) {
      const { statedPolicy, ...proven } = result.facts
      assert.notEqual(statedPolicy, '2/3')
      assert.equal(proven.said, madeEntry.said)
    }
  }
  assert.deepEqual(unnoticed, [])
})

test('no bit of any receipt can be turned without notice', async () => {
  const receipts = fc.integer({ min: 1, max: 40 }).chain((size) =>
    fc.record({
      index: fc.nat(size - 1),
      size: fc.constant(size),
      said: fc.string(),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(receipts, async ({ index, size, said, at }) => {
      const opening = madeOpening({ ...madeEntry, said })
      const text = madeReceipt({ ...whole, index, size, opening, isWhole: true })
      const valid = await verifyReceipt(text, { policy: allThree })
      assert.ok(valid.verdict === 'valid' && valid.facts.said === said)
      const [from, to] = statement(text)
      const bit = Math.floor(at * Buffer.byteLength(text) * 8)
      if (bit >> 3 >= from && bit >> 3 < to) return
      assert.notEqual((await verifyReceipt(turned(text, bit), { policy: allThree })).verdict, 'valid')
    }),
  )
})

test('where more witnesses signed than are needed, one whose line is damaged is not counted', async () => {
  const text = madeReceipt(whole)
  const start = Buffer.byteLength(text.slice(0, text.indexOf('— w3.example')))
  for (let bit = start * 8; bit < Buffer.byteLength(text) * 8; bit++) {
    const result = await verifyReceipt(turned(text, bit), { policy: twoOfThree })
    if (result.verdict === 'valid')
      assert.deepEqual(
        result.facts.witnesses.map(({ name }) => name),
        ['w1', 'w2'],
      )
  }
})

test('a receipt without enough witnesses does not hold', async () => {
  const [one, two] = witnesses
  assert.ok(one !== undefined && two !== undefined)
  assert.equal(await outcomeOf(madeReceipt({ ...whole, witnesses: [] })), 'quorum.not_reached')
  assert.equal(await outcomeOf(madeReceipt({ ...whole, witnesses: [one] })), 'quorum.not_reached')
  assert.equal(await outcomeOf(madeReceipt({ ...whole, witnesses: [two, one] })), 'valid')
  // One witness twice is one witness.
  assert.equal(await outcomeOf(madeReceipt({ ...whole, witnesses: [one, one] })), 'quorum.not_reached')
  const strangers = [1, 2, 3].map((at) => madeSigner(`w${at}.example`, 0x04))
  assert.equal(await outcomeOf(madeReceipt({ ...whole, witnesses: strangers })), 'quorum.not_reached')
})

test('the policy that a receipt states is not the one it is checked by', async () => {
  const text = madeReceipt({ ...whole, witnesses: [], statedPolicy: 'none' })
  assert.equal(await outcomeOf(text), 'quorum.not_reached')
})

test('a receipt of another log, or of the same name under another key, does not hold', async () => {
  const other = madeSigner('land.example/log')
  const namesake = madeSigner('customs.example/log')
  assert.equal(await outcomeOf(madeReceipt({ ...whole, log: other })), 'log.unknown')
  assert.equal(await outcomeOf(madeReceipt({ ...whole, log: namesake })), 'log.not_signed')
})

test('a log signs under either of its keys while one follows the other', async () => {
  const next = madeSigner('customs.example/log')
  const policy = await parsePolicy(`log ${next.vkey}\n${madePolicy(log, witnesses, '2')}`)
  for (const one of [log, next])
    assert.equal(await outcomeOf(madeReceipt({ ...whole, log: one }), policy), 'valid')
})

test('post-quantum logs and witnesses are verified too', async () => {
  const signer = (name: string): MadeSigner => madeSigner(name, 0x06)
  const given = {
    ...whole,
    log: signer('customs.example/log'),
    witnesses: ['w1.example', 'w2.example'].map(signer),
  }
  const policy = await parsePolicy(madePolicy(given.log, given.witnesses, 'all'))
  assert.equal(await outcomeOf(madeReceipt(given), policy), 'valid')
})

/** Runs something where the platform does not know an algorithm, as browsers do not that lack it. */
async function without<T>(algorithm: string, run: () => Promise<T>): Promise<T> {
  const known = crypto.subtle.importKey
  Object.defineProperty(crypto.subtle, 'importKey', {
    configurable: true,
    value: (...given: Parameters<typeof known>) => {
      const [, , wanted] = given
      const name = typeof wanted === 'string' ? wanted : wanted.name
      if (name === algorithm)
        return Promise.reject(new DOMException('no such algorithm', 'NotSupportedError'))
      return Reflect.apply(known, crypto.subtle, given)
    },
  })
  try {
    return await run()
  } finally {
    Reflect.deleteProperty(crypto.subtle, 'importKey')
  }
}

test('what the platform cannot verify is never counted, and said', async () => {
  const modern = madeSigner('w4.example', 0x06)
  const four = [...witnesses, modern]
  const text = madeReceipt({ ...whole, witnesses: four })
  await without('ML-DSA-44', async () => {
    const policy = await parsePolicy(madePolicy(log, four, '3'))
    const result = await verifyReceipt(text, { policy })
    assert.ok(result.verdict === 'valid')
    assert.deepEqual(result.facts.unsupportedWitnesses, ['w4'])
    assert.equal(result.facts.witnesses.length, 3)
    const all = await verifyReceipt(text, { policy: await parsePolicy(madePolicy(log, four, 'all')) })
    assert.deepEqual([all.verdict, codeOf(all)], ['unchecked', 'platform.algorithm'])
  })
  await without('Ed25519', async () => {
    const result = await verifyReceipt(text, { policy: twoOfThree })
    assert.deepEqual([result.verdict, codeOf(result)], ['unchecked', 'platform.algorithm'])
  })
})

test('the record beside a receipt is proven to be the one that was logged, and no other', async () => {
  const sha256 = (...parts: readonly Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
  const hidden = sha256(Buffer.from('salt, entry and actor'))
  const record = { recordId: '0198c5a2-7f3e-7c41-9d06-3b1f4ae2c871', record: '{"score":0.25}', hidden }
  const recordDigest = sha256(hidden, Buffer.from(`${record.recordId}\n${record.record}`))
  const text = madeReceipt({ ...whole, opening: madeOpening({ ...madeEntry, recordDigest }) })
  const shown = async (given: typeof record) => verifyReceipt(text, { policy: twoOfThree, record: given })
  const right = await shown(record)
  assert.ok(right.verdict === 'valid' && right.facts.isRecordProven)
  for (const wrong of [{ record: '{"score":0.26}' }, { recordId: 'x' }, { hidden: sha256(hidden) }])
    assert.equal(codeOf(await shown({ ...record, ...wrong })), 'record.other')
})

test('an entry that stands in the log but is no opening proves nothing', async () => {
  const head = madeOpening(madeEntry).subarray(0, 72)
  for (const text of ['', 'decision.made', '\nrelease', 'a b\nc', 'decision.made\nrelease\nmore'])
    assert.equal(
      await outcomeOf(madeReceipt({ ...whole, opening: Buffer.concat([head, Buffer.from(text)]) })),
      'entry.not_ours',
    )
})

test('what is about no case says so', async () => {
  const opening = madeOpening({ ...madeEntry, caseId: '0'.repeat(32), kind: 'model.promoted', said: '' })
  const result = await verifyReceipt(madeReceipt({ ...whole, opening }), { policy: twoOfThree })
  assert.ok(result.verdict === 'valid' && result.facts.caseId === null && result.facts.said === '')
})

test('what is no receipt is unreadable for what it is', async () => {
  const text = madeReceipt(whole)
  const wrong: readonly (readonly [FailureCode, string])[] = [
    ['receipt.form', ''],
    ['receipt.form', 'My receipt'],
    ['receipt.form', `\n${text}`],
    ['receipt.form', text.replace('proof@v1', 'proof@v2')],
    ['receipt.extra', text.replace(/extra .*\n/, '')],
    ['receipt.extra', text.replace(/extra .*\n/, 'extra AAAA\n')],
    ['receipt.index', text.replace('index 73894', 'index 073894')],
    ['receipt.index', text.replace('index 73894', 'index -1')],
    ['receipt.index', text.replace('index 73894', 'place 73894')],
    ['receipt.path', text.replace('=\n\n', '\n\n')],
    ['note.form', text.slice(0, text.indexOf('—'))],
    ['note.form', text.slice(0, -1)],
    ['checkpoint.form', text.replace('\n109482\n', '\n109482 \n')],
    ['text.control_character', text.replaceAll('\n', '\r\n')],
  ]
  for (const [code, given] of wrong) {
    const result = await verifyReceipt(given, { policy: twoOfThree })
    assert.deepEqual([result.verdict, codeOf(result)], ['unreadable', code], given)
  }
  assert.throws(() => parseReceipt('My receipt'), NotProven)
})

test('lines behind the root are refused, since not every kind of signature covers them', async () => {
  const body = 'customs.example/log\n109482\n'
  const text = madeReceipt(whole)
  const rootLine = text.slice(text.indexOf(body) + body.length).split('\n')[0] ?? ''
  const extended = `${body}${rootLine}\nmore\n`
  const cosigned = witnesses.map((one) => one.line(extended, madeCosignedAt)).join('')
  const proof = text.slice(0, text.indexOf(body))
  assert.equal(
    await outcomeOf(`${proof}${extended}\n${log.line(extended)}${cosigned}`),
    'checkpoint.extension',
  )
})

test('every failure is said in English and in Urdu, without repetition', () => {
  const sentences = Object.values(failures)
  for (const { en, ur } of sentences) {
    assert.match(en, /^[A-Z][\x20-\x7e]+[^.]$/)
    assert.match(ur, /[\u0600-\u06ff]/)
  }
  assert.equal(new Set(sentences.flatMap(({ en, ur }) => [en, ur])).size, sentences.length * 2)
})
