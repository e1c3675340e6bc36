import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { edgeTiles } from './merkle.ts'
import { findTileName, tilePath, tileWidth, widthIn } from './tile-path.ts'

const level = fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 }))
const index = fc.oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.maxSafeNat())
const width = fc.integer({ min: 1, max: tileWidth })

test('the paths of the specification', () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067')
  assert.equal(tilePath({ level: 'entries', index: 0, width: 15 }), 'tile/entries/000.p/15')
})

test('a path leads back to its tile', () => {
  fc.assert(
    fc.property(level, index, width, (...[level, index, width]) => {
      const name = { level, index, width }
      assert.deepEqual(findTileName(tilePath(name)), name)
    }),
  )
})

test('no tile has two paths, and what is no path names none', () => {
  for (const path of [
    'tile/0/0',
    'tile/0/0000',
    'tile/00/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/x000/001',
    'tile/0/001/001',
    'tile/0/x001',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000/../001',
    'tile/0/000 ',
    '/tile/0/000',
    'tile/entries/000\n',
    'tile/data/000',
    'checkpoint',
    '',
  ])
    assert.equal(findTileName(path), undefined, path)
  fc.assert(
    fc.property(fc.string(), (path) => {
      const name = findTileName(path)
      assert.ok(name === undefined || tilePath(name) === path)
    }),
  )
})

test('the tiles of the example of the specification, and of full tiles', () => {
  assert.deepEqual(edgeTiles(70_000), [
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ])
  assert.deepEqual(edgeTiles(256), [{ level: 1, index: 0, width: 1 }])
  assert.equal(widthIn(70_000, { level: 0, index: 272 }), 256)
  assert.equal(widthIn(70_000, { level: 'entries', index: 273 }), 112)
  assert.equal(widthIn(70_000, { level: 2, index: 1 }), 0)
})
