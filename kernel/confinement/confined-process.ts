/** One confined process and one conversation with it at a time; killed as soon as it breaches a cap. */
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { serialize } from 'node:v8'
import { type Breach, type Caps, Stopped } from './caps.ts'
import { FrameReader, framed } from './frames.ts'
import { type ConfinedChild, type Launch, launch } from './launch.ts'
import { Said, type Told } from './protocol.ts'
import { type Usage, usageOf } from './usage.ts'

type Last = Extract<Said, { said: 'done' | 'error' }>

interface Conversation {
  readonly caps: Caps
  readonly startedAt: number
  readonly cpuMsAtStart: number
  lastWordAt: number
  readonly frames: FrameReader
  resolve(last: Last): void
  reject(error: Error): void
}

/** Node and the worker's program come up before any foreign line; on a busy machine that takes a while. */
const starting = { wallMs: 30_000, stallMs: 30_000, cpuMs: 30_000 } as const
/** What Node and the worker's program touch by themselves. */
const ownMemoryMib = 128
/** How often time, processor and memory are looked at. */
const watchMs = 100
/** What a process may say on its way down; only kept where no case was told to it. */
const stderrBytes = 2000

export class ConfinedProcess {
  readonly #child: ConfinedChild
  readonly #started: Promise<Last>
  #conversation: Conversation | undefined
  #watch: NodeJS.Timeout | undefined
  #stopped: Stopped | undefined
  /** The first words of its error output: of loading, before any case. */
  complaint = ''

  constructor(given: Launch, caps: Caps) {
    const child = launch(given, caps)
    this.#child = child
    child.on('error', () => this.stop('ended'))
    child.on('exit', () => this.stop('ended'))
    // A process that ends while it is told something: its exit says so.
    child.stdin.on('error', () => undefined)
    child.stdout.on('data', (chunk: Buffer) => this.#hear(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      if (this.complaint.length < stderrBytes) this.complaint += chunk.toString('utf8').slice(0, stderrBytes)
    })
    const { applicationId, folder, digest, enginesFolder } = given
    const start = { applicationId, folder, digest, enginesFolder }
    this.#started = this.#converse({ kind: 'start', start }, { ...caps, ...starting }, () => {
      throw new Stopped('protocol')
    })
    // Whoever asks first is told.
    this.#started.catch(() => undefined)
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined
  }

  /**
   * Asks, and hands on what is said until it is done.
   *
   * @param onSaid throws Stopped where that was no answer to what was asked
   * @throws Stopped where it breached a cap or ended
   */
  async ask(told: Told, caps: Caps, onSaid: (said: Exclude<Said, Last>) => void): Promise<Last> {
    await this.#started
    return this.#converse(told, caps, onSaid)
  }

  async #converse(told: Told, caps: Caps, onSaid: (said: Exclude<Said, Last>) => void): Promise<Last> {
    if (this.#stopped !== undefined) throw this.#stopped
    if (this.#conversation !== undefined) throw new Error('a confined process has one conversation at a time')
    this.#hold(true)
    try {
      return await new Promise<Last>((resolve, reject) => {
        const now = performance.now()
        const frames = new FrameReader(caps.outputBytes, (frame) => this.#heard(frame, onSaid))
        const cpuMsAtStart = this.#usage()?.cpuMs ?? 0
        this.#conversation = { caps, startedAt: now, lastWordAt: now, cpuMsAtStart, frames, resolve, reject }
        this.#watch = setInterval(() => this.#look(), watchMs)
        this.#tell(told)
      })
    } finally {
      clearInterval(this.#watch)
      this.#conversation = undefined
      this.#hold(false)
    }
  }

  /** Ends it at once; a conversation under way fails with this breach. */
  stop(breach: Breach): void {
    if (this.#stopped !== undefined) return
    this.#stopped = new Stopped(breach)
    this.#child.kill('SIGKILL')
    this.#conversation?.reject(this.#stopped)
  }

  #tell(told: Told): void {
    this.#child.stdin.write(framed(serialize(told)))
  }

  #hear(chunk: Buffer): void {
    try {
      // A word that nobody asked for.
      if (this.#conversation === undefined) throw new Stopped('protocol')
      this.#conversation.frames.push(chunk)
    } catch (error) {
      this.stop(error instanceof Stopped ? error.breach : 'protocol')
    }
  }

  #heard(frame: Buffer, onSaid: (said: Exclude<Said, Last>) => void): void {
    const conversation = this.#conversation
    if (conversation === undefined) throw new Stopped('protocol')
    conversation.lastWordAt = performance.now()
    const said = Said.parse(JSON.parse(frame.toString('utf8')))
    if (said.said === 'done' || said.said === 'error') conversation.resolve(said)
    else onSaid(said)
  }

  #look(): void {
    const conversation = this.#conversation
    if (conversation === undefined) return
    const { caps, startedAt, lastWordAt, cpuMsAtStart } = conversation
    const now = performance.now()
    const used = this.#usage()
    if (now - startedAt > caps.wallMs || now - lastWordAt > caps.stallMs) this.stop('time')
    else if (used === undefined) return
    else if (used.cpuMs - cpuMsAtStart > caps.cpuMs) this.stop('processor')
    else if (used.memoryMib > caps.memoryMib + ownMemoryMib) this.stop('memory')
  }

  #usage(): Usage | undefined {
    const { pid } = this.#child
    return pid === undefined ? undefined : usageOf(pid)
  }

  /** An idle process must not keep a command-line process from ending; it ends itself when its input does. */
  #hold(isHeld: boolean): void {
    const { stdin, stdout, stderr } = this.#child
    if (isHeld) this.#child.ref()
    else this.#child.unref()
    for (const stream of [stdin, stdout, stderr]) holdStream(stream, isHeld)
  }
}

function holdStream(stream: Readable | Writable, isHeld: boolean): void {
  if (!(stream instanceof Socket)) return
  if (isHeld) stream.ref()
  else stream.unref()
}
