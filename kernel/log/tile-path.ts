/**
 * Names of tiles and entry bundles, and the paths they are published under (c2sp.org/tlog-tiles).
 */

/** Hashes of a full tile, entries of a full bundle. */
export const tileWidth = 256

export interface TileName {
  /** 0 holds leaf hashes; each hash above is the root of a full tile below. `entries` is a bundle of the entries themselves. */
  readonly level: number | 'entries'
  readonly index: number
  /** 256 in a full tile, 1 to 255 in a partial one. */
  readonly width: number
}

/** `tile/0/x001/x234/067`, and for a partial one `tile/0/x001/x234/067.p/8`. */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const elements = padded.match(/\d{3}/g) ?? []
  const number = elements.map((element, at) => (at < elements.length - 1 ? `x${element}` : element)).join('/')
  return `tile/${level}/${number}${width === tileWidth ? '' : `.p/${width}`}`
}

const PATH = /^tile\/(0|[1-9]\d?|entries)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** The tile of a path; undefined for every other text, other spellings of the same number included. */
export function findTileName(path: string): TileName | undefined {
  const [, level = '', number = '', partial] = PATH.exec(path) ?? []
  const index = Number(number.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? tileWidth : Number(partial)
  const name = { level: level === 'entries' ? ('entries' as const) : Number(level), index, width }
  const isKnown = Number.isSafeInteger(index) && (name.level === 'entries' || name.level <= 63)
  return isKnown && (partial === undefined || width < tileWidth) && tilePath(name) === path ? name : undefined
}

/** Hashes at a level of the tree of `size` entries: those of full subtrees of 256^level entries. */
function hashesAt(level: TileName['level'], size: number): number {
  return level === 'entries' ? size : Math.floor(size / tileWidth ** level)
}

/** How wide the tile is in the tree of `size` entries; 0 where that tree has no such tile. */
export function widthIn(size: number, { level, index }: Pick<TileName, 'level' | 'index'>): number {
  return Math.max(0, Math.min(tileWidth, hashesAt(level, size) - index * tileWidth))
}
