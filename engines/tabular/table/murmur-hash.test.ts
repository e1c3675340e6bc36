import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmurHash3 } from './murmur-hash.ts'

const hash = (text: string, seed: number) => {
  const bytes = new TextEncoder().encode(text)
  return murmurHash3(bytes, { from: 0, to: bytes.length }, seed)
}

/** As published on https://en.wikipedia.org/wiki/MurmurHash and by Ian Boyd; equal to scikit-learn's `murmurhash3_32`. */
test('the published vectors', () => {
  const quick = 'The quick brown fox jumps over the lazy dog'
  const vectors: readonly (readonly [string, number, number])[] = [
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['test', 0, 0xba6bd213],
    ['test', 0x9747b28c, 0x704b81dc],
    ['Hello, world!', 0, 0xc0363e43],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    [quick, 0, 0x2e4ff723],
    [quick, 0x9747b28c, 0x2fa826cd],
    ['\0\0\0\0', 0, 0x2362f9de],
    ['\0\0\0', 0, 0x85f0b427],
    ['\0\0', 0, 0x30f4c306],
    ['\0', 0, 0x514e28b7],
    ['کپڑا', 0, 2_920_993_912],
  ]
  for (const [text, seed, expected] of vectors) assert.equal(hash(text, seed), expected, JSON.stringify(text))
})

test('bytes of any value, at any place in the block', () => {
  const bytes = (...list: number[]) =>
    murmurHash3(Uint8Array.from([7, ...list, 99]), { from: 1, to: 1 + list.length }, 0)
  assert.equal(bytes(0xff, 0xff, 0xff, 0xff), 0x76293b50)
  assert.equal(bytes(0x21, 0x43, 0x65, 0x87), 0xf55b516b)
  assert.equal(bytes(0x21, 0x43, 0x65), 0x7e4a8634)
  assert.equal(bytes(0x21, 0x43), 0xa0f7b07a)
  assert.equal(bytes(0x21), 0x72661cf4)
})
