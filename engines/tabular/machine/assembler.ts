/**
 * A small assembler of WebAssembly (Core Specification 2.0, chapter 5, binary format): just what loops over tables need.
 * Code is made when the shape of a table is known, so that widths and addresses stand in it as constants.
 *
 * A piece of code is a list of bytes; pieces are joined by spreading. Functions take and give 32-bit whole numbers; their
 * locals may be of other types. The module imports one shared memory, `env.memory`.
 */
export type Code = readonly number[]

export const I32 = 0x7f
export const I64 = 0x7e
export const F64 = 0x7c
export type ValueType = typeof I32 | typeof I64 | typeof F64

export interface MachineFunction {
  readonly name: string
  /** How many 32-bit parameters; they are the first locals. */
  readonly parameters: number
  /** Types of the further locals. */
  readonly locals: readonly ValueType[]
  /** Leaves one 32-bit number on the stack. */
  readonly code: Code
}

/** LEB128, unsigned (section 5.2.2). */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return bytes
}

/** LEB128, signed, of a 32-bit whole number. */
function signed(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value | 0; ; ) {
    const low = rest & 127
    rest >>= 7
    const isLast = (rest === 0 && low < 64) || (rest === -1 && low >= 64)
    bytes.push(isLast ? low : low + 128)
    if (isLast) return bytes
  }
}

/** Code may be millions of bytes: `concat` copies them in one go where `flat` and spreading go one by one. */
const vector = (items: readonly Code[]): number[] => unsigned(items.length).concat(...items)
const text = (name: string): number[] => [...unsigned(name.length), ...new TextEncoder().encode(name)]
const section = (id: number, body: Code): number[] => [id].concat(unsigned(body.length), body)

/** Locals by number, parameters first. */
export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number): Code => [0x21, ...unsigned(local)]
/** Sets a local and leaves the value on the stack. */
export const tee = (local: number): Code => [0x22, ...unsigned(local)]
export const constant = (value: number): Code => [0x41, ...signed(value)]

/** Loads and stores take an address from the stack (a store: address, value) and add a constant offset to it. */
export const loadByte = (offset = 0): Code => [0x2d, 0, ...unsigned(offset)]
export const load = (offset = 0): Code => [0x28, 2, ...unsigned(offset)]
export const load64 = (offset = 0): Code => [0x29, 3, ...unsigned(offset)]
export const store = (offset = 0): Code => [0x36, 2, ...unsigned(offset)]
export const store64 = (offset = 0): Code => [0x37, 3, ...unsigned(offset)]

export const add: Code = [0x6a]
export const subtract: Code = [0x6b]
export const multiply: Code = [0x6c]
export const shiftLeft: Code = [0x74]
/** Compares without sign. */
export const isBelow: Code = [0x49]
export const isZero: Code = [0x45]
export const add64: Code = [0x7c]
export const subtract64: Code = [0x7d]
/** From the stack: to, from, bytes; from the stack: to, value, bytes. */
export const copyBytes: Code = [0xfc, 10, 0, 0]
export const fillBytes: Code = [0xfc, 11, 0]

/** Does the body again and again as long as the condition, at its end, leaves a number other than 0. */
export const doWhile = (body: Code, condition: Code): Code =>
  [0x03, 0x40].concat(body, condition, 0x0d, 0, 0x0b)
/** Does the body where the condition leaves a number other than 0. */
export const when = (condition: Code, body: Code): Code => [...condition, 0x04, 0x40, ...body, 0x0b]

/** Bytes of a module with these functions; the memory it imports has exactly `pages` pages. */
export function assemble(functions: readonly MachineFunction[], pages: number): Uint8Array {
  const imported = [...text('env'), ...text('memory'), 0x02, 0x03, ...unsigned(pages), ...unsigned(pages)]
  const types = functions.map(({ parameters }) => [
    0x60,
    ...vector(Array.from({ length: parameters }, () => [I32])),
    ...vector([[I32]]),
  ])
  const bodies = functions.map(({ locals, code }) => {
    const body = vector(locals.map((type) => [1, type])).concat(code, 0x0b)
    return unsigned(body.length).concat(body)
  })
  const exported = functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)])
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  return Uint8Array.from(
    header.concat(
      section(1, vector(types)),
      section(2, vector([imported])),
      section(3, vector(functions.map((_, index) => unsigned(index)))),
      section(7, vector(exported)),
      section(10, vector(bodies)),
    ),
  )
}
