/** Tiles in memory, for what is only about the tree. */
import type { ReadTile, Tile } from '../kernel/log/merkle.ts'
import { type TileName, tileWidth } from '../kernel/log/tile-path.ts'

export interface MemoryTiles {
  put(tiles: readonly Tile[]): void
  /** A partial tile is cut from a wider one where it is not there itself. */
  readonly read: ReadTile
}

export function memoryTiles(): MemoryTiles {
  const widest = new Map<string, Tile>()
  const nameOf = ({ level, index }: TileName) => `${level}/${index}`
  return {
    put: (tiles) => {
      for (const tile of tiles) widest.set(nameOf(tile), tile)
    },
    read: async (tile) => {
      const found = widest.get(nameOf(tile))
      if (found === undefined || found.width < tile.width || tile.width < 1 || tile.width > tileWidth)
        throw new Error(`no tile ${nameOf(tile)} of ${tile.width}`)
      return Buffer.from(found.bytes.subarray(0, tile.width * 32))
    },
  }
}
