/** QR codes of receipts, read back from the picture. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeQR } from 'qr/decode.js'
import { madeReceipt, madeSigner } from '../../test/made-receipts.ts'
import { Refusal } from '../errors.ts'
import { receiptQr } from './receipt-qr.ts'

const log = madeSigner('customs.example/log')
const witnesses = [1, 2, 3].map((at) => madeSigner(`w${at}.example`, 0x04))

/** The picture as a browser paints it, four pixels a unit. */
function painted(svg: string) {
  const [, side = '0'] = /viewBox="0 0 (\d+) \1"/.exec(svg) ?? []
  const width = Number(side) * 4
  const data = new Uint8Array(width * width * 4).fill(255)
  const [, strokes = ''] = /stroke="#000" d="([^"]*)"/.exec(svg) ?? []
  let [x, y] = [0, 0]
  for (const [, command, one = '', other] of strokes.matchAll(/([Mmh])(\d+)(?: ([\d.]+))?/g)) {
    if (command === 'M') [x, y] = [Number(one), Number(other) - 0.5]
    else if (command === 'm') x += Number(one)
    else {
      for (let row = y * 4; row < y * 4 + 4; row++)
        for (let at = x * 4; at < (x + Number(one)) * 4; at++)
          data.fill(0, (row * width + at) * 4, (row * width + at) * 4 + 3)
      x += Number(one)
    }
  }
  return { width, height: width, data }
}

/** The bytes that a reader gets out of the picture. */
function bytesOf(svg: string): Buffer {
  const parts: Uint8Array[] = []
  const textDecoder = (bytes: Uint8Array) => {
    parts.push(bytes.slice())
    return ''
  }
  decodeQR(painted(svg), {
    effort: Number.POSITIVE_INFINITY,
    timeLimit: Number.POSITIVE_INFINITY,
    textDecoder,
  })
  return Buffer.concat(parts)
}

test('receipts with three witnesses fit one code, in logs of up to 2^40 entries', () => {
  for (const power of [0, 1, 10, 20, 30, 40]) {
    const size = 2 ** power
    const text = madeReceipt({ log, witnesses, index: size - 1, size })
    assert.deepEqual(bytesOf(receiptQr(text)), Buffer.from(text), `2^${power}`)
  }
})

test('any text that fits comes back byte for byte', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 400 }).filter((text) => text.length > 0)
  fc.assert(
    fc.property(texts, (text) => assert.deepEqual(bytesOf(receiptQr(text)), Buffer.from(text))),
    { numRuns: 15 },
  )
})

test('the picture has a size of its own, a quiet zone and a name for those who do not see it', () => {
  const svg = receiptQr('receipt')
  // The smallest symbol has 21 modules, and four more on each side.
  assert.match(svg, /viewBox="0 0 29 29"/)
  assert.match(svg, /role="img".*<title>[^<]*receipt[^<]*رسید[^<]*<\/title>/)
  assert.match(svg, /d="M4 4\.5h7/)
})

test('what no code holds is refused', () => {
  const most = 'x'.repeat(2953)
  assert.equal(bytesOf(receiptQr(most)).length, 2953)
  for (const text of [`${most}x`, `${most.slice(1)}—`])
    assert.throws(
      () => receiptQr(text),
      (error) => error instanceof Refusal && error.code === 'receipt.qr_too_long',
    )
})
