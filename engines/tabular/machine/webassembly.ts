/**
 * The part of WebAssembly that the engine uses: a core language (WebAssembly Core Specification 2.0), not a way to the
 * machine. TypeScript declares it with the browser's library only, and this is no browser.
 */
interface Memory {
  readonly buffer: SharedArrayBuffer
}

interface Declared {
  readonly Memory: new (limits: {
    readonly initial: number
    readonly maximum: number
    readonly shared: true
  }) => Memory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: Memory } },
  ) => { readonly exports: Readonly<Record<string, (...given: readonly number[]) => number>> }
}

declare const WebAssembly: Declared

export type SharedMemory = Memory

/** Bytes of a page, the unit in which memory is had. */
const PAGE = 65_536
/** A 32-bit address reaches no further. */
export const LARGEST_MEMORY = PAGE * 65_536

/**
 * Memory that several threads may work on.
 *
 * @param bytes Size; rounded up to whole pages of 64 KiB, at most `LARGEST_MEMORY`.
 * @throws RangeError where the machine has not so much to give.
 */
export function sharedMemory(bytes: number): SharedMemory {
  const pages = Math.ceil(bytes / PAGE)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}

/** The functions of a module (bytes of `assemble`) at work on a memory. */
export function instantiate(
  bytes: Uint8Array,
  memory: SharedMemory,
): Readonly<Record<string, (...given: readonly number[]) => number>> {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports
}

/** Pages that a memory of so many bytes has: what a module that imports it must declare. */
export const pagesOf = (memory: SharedMemory): number => memory.buffer.byteLength / PAGE
