/** How the way out reaches the network: with the guard of the process, it alone can. */
import { type LookupAddress, lookup } from 'node:dns'

export interface ConnectTarget {
  /** An IP address; names are looked up before. */
  readonly address: string
  readonly port: number
}

export interface Outbound {
  /** What a name stands for now, every address of it. @throws Error as `dns.lookup` does */
  lookup(host: string): Promise<readonly LookupAddress[]>
  /** Calls `connect`, which may connect one socket to the target while it runs. */
  permit<T>(target: ConnectTarget, connect: () => T): T
}

/** For tests and tools: a process that nothing guards. */
export const unguarded: Outbound = {
  lookup: lookUp,
  permit: (_target, connect) => connect(),
}

export function lookUp(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, order: 'verbatim' }, (error, found) => {
      if (error === null) resolve(found)
      else reject(error)
    })
  })
}
