/**
 * Frames between the server and a confined process: four bytes of length, big-endian, and that many bytes. Node's own channel
 * between processes is not used: it takes messages of any size, unpacks them with a reader that is not made for hostile writers,
 * and obeys messages of its own kind from the other side.
 */
import { readSync, writeSync } from 'node:fs'
import { Stopped } from './caps.ts'

const headBytes = 4

export function framed(bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + bytes.length)
  frame.writeUInt32BE(bytes.length)
  frame.set(bytes, headBytes)
  return frame
}

/** Puts frames together as their bytes arrive, and never holds more than the cap. */
export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void
  #left: number
  #held: Buffer[] = []
  #heldBytes = 0

  /** @param mostBytes of all frames together */
  constructor(mostBytes: number, onFrame: (frame: Buffer) => void) {
    this.#left = mostBytes
    this.#onFrame = onFrame
  }

  /** @throws Stopped `output` where more arrives, or is announced, than the cap */
  push(chunk: Buffer): void {
    this.#left -= chunk.length
    if (this.#left < 0) throw new Stopped('output')
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    // Joined only when a frame is whole: a large one arrives in thousands of pieces.
    for (let needed = this.#needed(); needed !== undefined && this.#heldBytes >= needed; ) {
      const all = this.#joined()
      const rest = all.subarray(needed)
      this.#held = rest.length === 0 ? [] : [rest]
      this.#heldBytes = rest.length
      this.#onFrame(all.subarray(headBytes, needed))
      needed = this.#needed()
    }
  }

  /** Bytes of the frame that is arriving, with its head; `undefined` while the head is not there. */
  #needed(): number | undefined {
    if (this.#heldBytes < headBytes) return undefined
    const [first] = this.#held
    const head = first !== undefined && first.length >= headBytes ? first : this.#joined()
    const length = head.readUInt32BE()
    if (length > this.#left + this.#heldBytes) throw new Stopped('output')
    return headBytes + length
  }

  #joined(): Buffer {
    const [first, second] = this.#held
    if (first !== undefined && second === undefined) return first
    const all = Buffer.concat(this.#held)
    this.#held = [all]
    return all
  }
}

/** The confined side: waits for the next frame; `undefined` where the server is gone. Nothing else runs meanwhile. */
export function readFrame(fd: number): Buffer | undefined {
  const head = readExactly(fd, headBytes)
  return head && readExactly(fd, head.readUInt32BE())
}

function readExactly(fd: number, length: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; ) {
    const count = readSync(fd, bytes, at, length - at, null)
    if (count === 0) return undefined
    at += count
  }
  return bytes
}

/** The confined side: waits until the frame is written. */
export function writeFrame(fd: number, bytes: Uint8Array): void {
  const frame = framed(bytes)
  for (let at = 0; at < frame.length; ) at += writeSync(fd, frame, at)
}
