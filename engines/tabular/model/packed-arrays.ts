import { readRecord, readText, readWhole, wrong } from './json-reading.ts'

/** Numbers of one type, one after the other, little-endian: whole numbers of 8 and 32 bits, IEEE 754 doubles. */
export type PackedArray = Uint8Array | Int32Array | Uint32Array | Float64Array

/** What the file's first line says of an array in the bytes that follow it. */
interface ArrayEntry {
  readonly name: string
  readonly type: ArrayType
  readonly count: number
}

const sizes = { u8: 1, i32: 4, u32: 4, f64: 8 } as const
type ArrayType = keyof typeof sizes

const typeOf = (array: PackedArray): ArrayType => {
  if (array instanceof Uint8Array) return 'u8'
  if (array instanceof Int32Array) return 'i32'
  return array instanceof Uint32Array ? 'u32' : 'f64'
}

export function entriesOf(arrays: Readonly<Record<string, PackedArray>>): ArrayEntry[] {
  return Object.entries(arrays).map(([name, array]) => ({ name, type: typeOf(array), count: array.length }))
}

export function packedSize(entries: readonly ArrayEntry[]): number {
  return entries.reduce((sum, { type, count }) => sum + count * sizes[type], 0)
}

/** Writes the arrays one after the other, without gaps. */
export function packArrays(arrays: readonly PackedArray[], into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength)
  let at = 0
  for (const array of arrays) {
    const type = typeOf(array)
    const write = writerOf(view, type)
    for (let i = 0; i < array.length; i++) {
      write(at, array[i] ?? 0)
      at += sizes[type]
    }
  }
}

/** Takes arrays out of the bytes in the order in which they stand there, each of an expected name and type. */
export class ArrayReader {
  readonly #view: DataView
  readonly #entries: readonly ArrayEntry[]
  #next = 0
  #at = 0

  /** @throws ModelFormatError when the entries are not those of exactly these bytes. */
  constructor(entries: readonly unknown[], bytes: Uint8Array) {
    this.#entries = entries.map((entry, i) => readEntry(entry, `arrays[${i}]`))
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (packedSize(this.#entries) !== bytes.length) throw wrong('arrays', 'do not fill the file')
  }

  bytes(name: string, count?: number): Uint8Array {
    const view = this.#view
    return this.#fill(new Uint8Array(this.#expect(name, 'u8', count)), 1, (at) => view.getUint8(at))
  }

  wholes(name: string, count?: number): Int32Array {
    const view = this.#view
    return this.#fill(new Int32Array(this.#expect(name, 'i32', count)), 4, (at) => view.getInt32(at, true))
  }

  words(name: string): Uint32Array {
    const view = this.#view
    return this.#fill(new Uint32Array(this.#expect(name, 'u32')), 4, (at) => view.getUint32(at, true))
  }

  /** Finite doubles. */
  numbers(name: string, count?: number): Float64Array {
    const view = this.#view
    const length = this.#expect(name, 'f64', count)
    const numbers = this.#fill(new Float64Array(length), 8, (at) => view.getFloat64(at, true))
    const odd = numbers.findIndex((number) => !Number.isFinite(number))
    if (odd >= 0) throw wrong(`${name}[${odd}]`, 'must be a finite number')
    return numbers
  }

  end(): void {
    if (this.#next < this.#entries.length) throw wrong(`arrays[${this.#next}]`, 'is unknown')
  }

  /** The length of the next array. */
  #expect(name: string, type: ArrayType, count?: number): number {
    const where = `arrays[${this.#next}]`
    const entry = this.#entries[this.#next++]
    if (entry?.name !== name || entry.type !== type) throw wrong(where, `must be "${name}" of type ${type}`)
    if (count !== undefined && entry.count !== count) throw wrong(where, `must have ${count} items`)
    return entry.count
  }

  #fill<T extends PackedArray>(array: T, size: number, read: (at: number) => number): T {
    for (let i = 0; i < array.length; i++) array[i] = read(this.#at + i * size)
    this.#at += array.length * size
    return array
  }
}

function readEntry(value: unknown, where: string): ArrayEntry {
  const { name, type, count } = readRecord(value, where, ['name', 'type', 'count'])
  const known = (['u8', 'i32', 'u32', 'f64'] as const).find((one) => one === type)
  if (known === undefined) throw wrong(`${where}.type`, 'is unknown')
  return {
    name: readText(name, `${where}.name`),
    type: known,
    count: readWhole(count, `${where}.count`, { least: 0, most: 2 ** 31 }),
  }
}

function writerOf(view: DataView, type: ArrayType): (at: number, value: number) => void {
  switch (type) {
    case 'u8':
      return (at, value) => view.setUint8(at, value)
    case 'i32':
      return (at, value) => view.setInt32(at, value, true)
    case 'u32':
      return (at, value) => view.setUint32(at, value, true)
    case 'f64':
      return (at, value) => view.setFloat64(at, value, true)
  }
}
