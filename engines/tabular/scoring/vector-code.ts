/** Instructions on vectors of 16 bytes and on doubles (WebAssembly Core Specification 2.0, section 5.4), for the assembler. */
import type { Code } from '../machine/assembler.ts'

/** LEB128, unsigned (section 5.2.2). */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  bytes.push(rest)
  return bytes
}

const vector = (operation: number): Code => [0xfd, ...unsigned(operation)]

/** Loads and stores take an address from the stack (a store: address, value) and add a constant offset to it. */
export const loadVector = (offset: number): Code => [0xfd, 0, 0, ...unsigned(offset)]
export const storeVector = (offset: number): Code => [0xfd, 11, 0, ...unsigned(offset)]
export const loadDouble = (offset: number): Code => [0x2b, 3, ...unsigned(offset)]
export const storeDouble = (offset: number): Code => [0x39, 3, ...unsigned(offset)]
export const storeByte = (offset: number): Code => [0x3a, 0, ...unsigned(offset)]

/** Byte by byte, −1 where it holds and 0 where not; bytes are signed. */
export const bytesAbove: Code = vector(0x27)
export const bytesEqual: Code = vector(0x23)
export const addBytes: Code = vector(0x6e)
export const andBits: Code = vector(78)
export const orBits: Code = vector(80)
/** From the stack: vector, vector, mask; the first one's bits where the mask has 1. */
export const chooseBits: Code = vector(82)
/** From the stack: table, positions; 0 where a position is not from 0 to 15. */
export const lookUpBytes: Code = vector(14)

export const addDoubles: Code = [0xa0]
export const doubleBelow: Code = [0x63]
export const doubleEqual: Code = [0x61]
export const doubleAtLeast: Code = [0x66]
/** The whole part, from 0 to 2³² − 1; what is beyond goes to the nearer end, NaN to 0. */
export const toWhole: Code = [0xfc, 3]
/** From the stack: two numbers, condition; the first where the condition is not 0. */
export const choose: Code = [0x1b]
export const shiftRight: Code = [0x76]
export const flipBits: Code = [0x73]
export const maskBits: Code = [0x71]
export const zero: Code = [0x44, 0, 0, 0, 0, 0, 0, 0, 0]
