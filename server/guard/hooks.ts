/**
 * Asks before anything in this thread connects a socket, sends a datagram or looks a name up: hooks on Node's own `net` (which
 * `tls`, `http`, `http2`, `fetch` and WebSocket go through), `dgram` and `dns`.
 *
 * Two layers. The methods that programs call give a good error and see names. Below them the handles' methods see the very
 * address that the system call gets, whoever kept an earlier reference to a method and whatever a getter answers the second
 * time. Load this before anything else all the same.
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

export interface Attempt {
  readonly kind: 'connect' | 'datagram' | 'lookup'
  /** Name or address. */
  readonly host: string
  /** 0 where there is none: of lookups. */
  readonly port: number
  /** Of the two layers, the one that sees this attempt. */
  readonly layer: 'call' | 'handle'
}

/** The error that the attempt is to fail with, or nothing where it may go on. */
type Decide = (attempt: Attempt) => Error | undefined

export interface Hooks {
  readonly decide: Decide
  /** Called to go on with a connection, in whatever context it is to be in. */
  around?(attempt: Attempt, go: () => unknown): unknown
}

/** `EACCES` as the handles of libuv answer it. */
const refusedByHandle = -13

export function hookSockets({ decide, around = (_attempt, go) => go() }: Hooks): void {
  hookConnects({ decide, around })
  hookDatagrams(decide)
  hookLookups(decide)
  hookHandles(decide)
  // Named imports of these modules see what was replaced.
  syncBuiltinESMExports()
}

type Replacement = (self: unknown, given: readonly unknown[], go: () => unknown) => unknown

function replace(owner: object, name: string, by: Replacement): void {
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') return
  function replaced(this: unknown, ...given: unknown[]): unknown {
    return by(this, given, () => Reflect.apply(Object(original), this, given))
  }
  Object.defineProperty(replaced, 'name', { value: name })
  Reflect.set(owner, name, replaced)
}

/** Unix sockets reach this machine only. */
function hookConnects({ decide, around }: Required<Hooks>): void {
  replace(net.Socket.prototype, 'connect', (self, given, go) => {
    const target = targetOf(given)
    if (target === undefined) return go()
    const attempt: Attempt = { kind: 'connect', ...target, layer: 'call' }
    const error = decide(attempt)
    if (error === undefined || !(self instanceof net.Socket)) return around(attempt, go)
    process.nextTick(() => self.destroy(error))
    return self
  })
}

/** What `connect(options)`, `connect(port, host)`, `connect(path)` or Node's own already sorted array of these names. */
function targetOf([first, second]: readonly unknown[]): Pick<Attempt, 'host' | 'port'> | undefined {
  const given: unknown = Array.isArray(first) ? first[0] : first
  if (typeof given === 'object' && given !== null) {
    const { path, host, port }: { path?: unknown; host?: unknown; port?: unknown } = given
    if (path !== undefined && path !== null) return undefined
    return { host: host === undefined ? 'localhost' : String(host), port: Number(port) }
  }
  if (typeof given === 'string' && !Number.isInteger(Number(given))) return undefined
  return { host: typeof second === 'string' ? second : 'localhost', port: Number(given) }
}

/** Binding counts: a bound socket receives, and opens what the rules of the system would have to close again. */
function hookDatagrams(decide: Decide): void {
  for (const name of ['bind', 'bindSync', 'connect', 'connectSync', 'send', 'sendto'])
    replace(dgram.Socket.prototype, name, (_self, given, go) => {
      const host = given.find((one) => typeof one === 'string') ?? 'a datagram'
      const error = decide({ kind: 'datagram', host: String(host), port: 0, layer: 'call' })
      if (error !== undefined) throw error
      return go()
    })
}

function hookLookups(decide: Decide): void {
  const names = Object.keys(dns).filter((name) => /^(lookup|resolve|reverse)/.test(name))
  const asked = (given: readonly unknown[]) =>
    decide({ kind: 'lookup', host: String(given[0]), port: 0, layer: 'call' })
  for (const owner of [dns, dns.Resolver.prototype])
    for (const name of names)
      replace(owner, name, (_self, given, go) => {
        const error = asked(given)
        if (error === undefined) return go()
        const callback = given.findLast((one) => typeof one === 'function')
        if (typeof callback !== 'function') throw error
        process.nextTick(() => Reflect.apply(callback, undefined, [error]))
        return {}
      })
  for (const owner of [dns.promises, dns.promises.Resolver.prototype])
    for (const name of names)
      replace(owner, name, (_self, given, go) => {
        const error = asked(given)
        return error === undefined ? go() : Promise.reject(error)
      })
}

/** The handles are Node's own matter, and may be another one in a later version: `guard.test.ts` then fails. */
function hookHandles(decide: Decide): void {
  for (const method of ['connect', 'connect6'])
    replace(handlesOf('tcp_wrap', 'TCP'), method, (_self, [, host, port], go) =>
      decide({ kind: 'connect', host: String(host), port: Number(port), layer: 'handle' }) === undefined
        ? go()
        : refusedByHandle,
    )
  for (const method of ['bind', 'bind6', 'connect', 'connect6', 'send', 'send6'])
    replace(handlesOf('udp_wrap', 'UDP'), method, (_self, given, go) => {
      const host = given.find((one) => typeof one === 'string') ?? 'a datagram'
      const error = decide({ kind: 'datagram', host: String(host), port: 0, layer: 'handle' })
      return error === undefined ? go() : refusedByHandle
    })
}

function handlesOf(name: string, type: string): object {
  const binding: unknown = Reflect.get(process, 'binding')
  if (typeof binding !== 'function') return {}
  const found: unknown = Reflect.get(Object(Reflect.apply(binding, process, [name])), type)
  return Object(Reflect.get(Object(found), 'prototype'))
}

const bindings: ReadonlySet<string> = new Set(['tcp_wrap', 'udp_wrap', 'pipe_wrap', 'cares_wrap'])

/** Whoever asks for the handles themselves from now on gets nothing. */
export function closeHandles(): void {
  replace(process, 'binding', (_self, given, go) => {
    if (!bindings.has(String(given[0]))) return go()
    throw new Error(`${String(given[0])} is not for programs`)
  })
}
