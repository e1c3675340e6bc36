/**
 * Nothing of this thread reaches the network but through the egress: a connection, a datagram or a lookup that it did not ask
 * for is refused with `egress.blocked`, counted and reported with its stack. Unix sockets stay open, and so do the doors that
 * the platform opens for its own database server.
 *
 * What it cannot stop: native addons, child processes, whoever takes hold of Node's inside deliberately. Confinement and the
 * rules of the operating system are for those (`khudi doctor --rules`).
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { isIP } from 'node:net'
import { type ConnectTarget, lookUp, type Outbound } from '../../kernel/egress/outbound.ts'
import { Refusal } from '../../kernel/errors.ts'
import { type Attempt, closeHandles, hookSockets } from './hooks.ts'
import { type Blocked, blockedReports } from './reports.ts'
import { hookWorkers } from './threads.ts'

export type { Blocked } from './reports.ts'

/** A host and port that may be connected to outside the egress: the institution's own database server. */
export interface Door {
  readonly host: string
  readonly port: number
}

export interface Guard extends Outbound {
  openDoor(door: Door): void
  /** Called with everything that was blocked so far, in any thread, and with what will be. */
  onBlocked(listener: (blocked: Blocked) => void): void
}

/** A permission for one connection: each of the two layers lets it pass once. */
interface Permit extends ConnectTarget {
  readonly passed: Set<Attempt['layer']>
}

let taken: Guard | undefined
let isTaken = false
let isInstalled = false

/** Guards this thread and every worker that it starts. @param preload what workers load first, this same installation */
export function installGuard(preload: URL): void {
  if (isInstalled) return
  isInstalled = true
  const reports = blockedReports()
  const doors: Door[] = []
  const permits = permitting()
  const isOpen = doorkeeping(doors)
  const names = new AsyncLocalStorage<string>()
  const isHarmless = ({ kind, host }: Attempt): boolean =>
    kind === 'lookup' && (isIP(host) !== 0 || host === 'localhost' || names.getStore() === host)

  hookSockets({
    decide(attempt) {
      if (isHarmless(attempt) || isOpen.at(attempt) || permits.isPermitted(attempt)) return undefined
      const { kind, host, port } = attempt
      const error = new Refusal('egress.blocked', { target: port === 0 ? host : `${host}:${port}` })
      reports.add({ kind, host, port, stack: error.stack ?? '' })
      return error
    },
    around: (attempt, go) => (isOpen.at(attempt) ? isOpen.enter(attempt, go) : go()),
  })
  closeHandles()
  hookWorkers(preload)

  taken = {
    lookup: (host) => names.run(host, () => lookUp(host)),
    permit: permits.permit,
    openDoor(door) {
      doors.push(door)
    },
    onBlocked: reports.listen,
  }
}

function permitting() {
  const permits = new AsyncLocalStorage<Permit>()
  return {
    permit: <T>(target: ConnectTarget, connect: () => T): T =>
      permits.run({ ...target, passed: new Set() }, connect),
    isPermitted({ host, port, layer }: Attempt): boolean {
      const permit = permits.getStore()
      if (permit === undefined || permit.address !== host || permit.port !== port) return false
      if (permit.passed.has(layer)) return false
      permit.passed.add(layer)
      return true
    },
  }
}

function doorkeeping(doors: readonly Door[]) {
  /** Below the call only addresses are seen: of a door that was entered by its name, any address, at its port. */
  const enteredPorts = new AsyncLocalStorage<number>()
  return {
    enter: ({ port }: Attempt, go: () => unknown): unknown => enteredPorts.run(port, go),
    at({ kind, host, port, layer }: Attempt): boolean {
      if (kind === 'lookup') return doors.some((door) => door.host === host)
      if (kind === 'datagram') return false
      if (layer === 'handle' && enteredPorts.getStore() === port) return true
      return doors.some((door) => door.host === host && door.port === port)
    },
  }
}

/**
 * What the guard lets its holder do, once: the platform takes it, and whoever asks later gets nothing. `undefined` where no guard
 * was installed.
 */
export function takeGuard(): Guard | undefined {
  if (isTaken) return undefined
  isTaken = true
  return taken
}
