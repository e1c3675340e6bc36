/** What a confined process may use, and how it is told that it used more. */

export interface Caps {
  /** Of the whole process: heap, array buffers and WebAssembly together, in MiB. */
  readonly memoryMib: number
  /** For one batch, from asking to the last answer. */
  readonly wallMs: number
  /** Without a word of it, within a batch: one case that never ends must not use up the time of the others. */
  readonly stallMs: number
  /** Processor time for one batch, over all threads. */
  readonly cpuMs: number
  /** Answers of one batch, all together. */
  readonly outputBytes: number
}

export const usualCaps: Caps = {
  memoryMib: 512,
  wallMs: 60_000,
  stallMs: 10_000,
  cpuMs: 30_000,
  outputBytes: 64 * 2 ** 20,
}

/** Training and measuring read many cases at once and say nothing for long. */
export const trainingCaps = (caps: Caps): Caps => ({
  ...caps,
  wallMs: caps.wallMs * 60,
  stallMs: caps.wallMs * 60,
  cpuMs: caps.cpuMs * 60,
})

/** Why a confined process was stopped. */
export type Breach = 'time' | 'processor' | 'memory' | 'output' | 'protocol' | 'ended'

const sayings: Readonly<Record<Breach, string>> = {
  time: 'it did not answer in the time that a batch may take',
  processor: 'it used more processor time than a batch may',
  memory: 'it used more memory than it may',
  output: 'it answered more than a batch may',
  protocol: 'its answer was not one to what it was asked',
  ended: 'it ended before it answered',
}

/** A confined process that was stopped. The message is fixed: nothing that the application wrote is in it. */
export class Stopped extends Error {
  readonly breach: Breach

  constructor(breach: Breach) {
    super(`the confined application was stopped: ${sayings[breach]}`)
    this.breach = breach
  }
}
