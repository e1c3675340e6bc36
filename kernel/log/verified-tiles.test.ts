/** Any file of a log may be damaged or gone: whoever reads it gets the right hashes, and hears the name of the file. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { freshFolder } from '../../test/kernel.ts'
import { Fatal } from '../errors.ts'
import { emptyEdge, grown, inclusionProof, leafHashes, rootAt, rootOfEdge } from './merkle.ts'
import { bundlesOf, rebuildTiles } from './standing.ts'
import { findTileName, tileWidth } from './tile-path.ts'
import { TileFolder } from './tiles.ts'
import { split, type TileSource, VerifiedTiles } from './verified-tiles.ts'

const size = 66_300
const entries = Buffer.alloc(size * 32)
for (let index = 0; index < size; index++) entries.writeUInt32BE(index, index * 32)
const { edge, tiles } = grown(emptyEdge, leafHashes(entries))
const tree = { size, rootHash: rootOfEdge(edge) }
const path = freshFolder('tiles')
const folder = new TileFolder(path)
await folder.store([...tiles, ...bundlesOf(0, split(entries))])

const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
  .filter((name) => findTileName(name) !== undefined)
  .sort()

interface Heard extends TileSource {
  readonly damage: string[]
}

/** A new reader, who remembers nothing. @param database entries as the database has them */
function source(database: Buffer = entries): Heard {
  const damage: string[] = []
  return {
    log: 'log.test/tiles',
    folder: new TileFolder(path),
    entries: async (from, to) => database.subarray(from * 32, to * 32),
    onDamage: (name) => damage.push(name),
    damage,
  }
}

/** Reads the tile or bundle of a path as the published one. */
async function readAll(from: TileSource, name: string): Promise<void> {
  const tile = findTileName(name) ?? assert.fail(name)
  const verified = new VerifiedTiles(from, tree)
  if (tile.level === 'entries') {
    const found = Buffer.concat(await verified.entries(tile.index))
    assert.ok(found.equals(entries.subarray(tile.index * tileWidth * 32).subarray(0, tile.width * 32)))
  } else {
    const right = tiles.find(({ level, index }) => level === tile.level && index === tile.index)
    assert.deepEqual(await verified.read(tile), Buffer.from(right?.bytes ?? assert.fail(name)))
  }
}

const damages: Readonly<Record<string, (file: string, at: number) => void>> = {
  'a bit': (file, at) => {
    const bytes = readFileSync(file)
    const offset = at % bytes.length
    bytes[offset] = (bytes[offset] ?? 0) ^ (1 << (at % 8))
    writeFileSync(file, bytes)
  },
  'the end': (file, at) => {
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.subarray(0, at % bytes.length))
  },
  'a byte too many': (file) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.of(0)])),
  everything: (file) => rmSync(file),
}

for (const [what, damage] of Object.entries(damages))
  test(`damage to any file is found, named and made good: ${what}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), async (name, at) => {
        const file = join(path, name)
        const before = readFileSync(file)
        damage(file, at)
        const reader = source()
        await readAll(reader, name)
        assert.deepEqual(reader.damage, [name])
        assert.deepEqual(readFileSync(file), before)
      }),
      { numRuns: 25 },
    )
  })

test('damage on the way of a proof is made good, and the proof is the right one', async () => {
  const right = await inclusionProof(65_000, size, new VerifiedTiles(source(), tree).read)
  for (const name of ['tile/0/253', 'tile/1/000', 'tile/2/000.p/1'])
    writeFileSync(join(path, name), Buffer.alloc(readFileSync(join(path, name)).length))
  const reader = source()
  const verified = new VerifiedTiles(reader, tree)
  assert.deepEqual(await inclusionProof(65_000, size, verified.read), right)
  assert.deepEqual(reader.damage.toSorted(), ['tile/0/253', 'tile/1/000', 'tile/2/000.p/1'])
})

test('a higher tile is made again although a lower one is damaged too', async () => {
  writeFileSync(join(path, 'tile/1/000'), Buffer.alloc(8_192))
  writeFileSync(join(path, 'tile/0/007'), Buffer.alloc(8_192))
  const reader = source()
  await readAll(reader, 'tile/1/000')
  await readAll(reader, 'tile/0/007')
  assert.deepEqual(reader.damage.toSorted(), ['tile/0/007', 'tile/1/000'])
})

test('where file and database both contradict the root, nobody gets anything', async () => {
  const changed = Buffer.from(entries)
  changed[300 * 32] = 1
  rmSync(join(path, 'tile/0/001'))
  const reader = source(changed)
  await assert.rejects(readAll(reader, 'tile/0/001'), isDiverged)
  assert.ok(!existsSync(join(path, 'tile/0/001')))
  const short = source(entries.subarray(32))
  await assert.rejects(rebuildTiles(short, tree), isDiverged)
  await assert.rejects(rebuildTiles(reader, tree), isDiverged)
  assert.deepEqual([...short.damage, ...reader.damage], [])
  await readAll(source(), 'tile/0/001')
})

test('a tree of an earlier size is read from the tiles of a later one; what it has not is refused', async () => {
  const verified = new VerifiedTiles(source(), tree)
  for (const earlier of [1, 255, 256, 300, 65_536, 65_537]) {
    const root = rootOfEdge(grown(emptyEdge, leafHashes(entries.subarray(0, earlier * 32))).edge)
    assert.deepEqual(await rootAt(earlier, verified.read), root)
  }
  await assert.rejects(verified.read({ level: 0, index: 258, width: 253 }), RangeError)
  await assert.rejects(verified.read({ level: 1, index: 1, width: 3 }), RangeError)
})

test('every file is compared with the database when asked', async () => {
  writeFileSync(join(path, 'tile/0/005'), Buffer.alloc(8_192))
  rmSync(join(path, 'tile/entries/077'))
  const reader = source()
  await rebuildTiles(reader, tree)
  assert.deepEqual(reader.damage, ['tile/0/005', 'tile/entries/077'])
  const again = source()
  await rebuildTiles(again, tree)
  assert.deepEqual(again.damage, [])
})

function isDiverged(error: unknown): boolean {
  return error instanceof Fatal && error.code === 'log.diverged'
}
