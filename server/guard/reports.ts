/** What the guard blocked, in whatever thread, brought to whoever listens in the main one. */
import { channel } from 'node:diagnostics_channel'
import { BroadcastChannel, isMainThread } from 'node:worker_threads'
import type { Attempt } from './hooks.ts'

export interface Blocked extends Pick<Attempt, 'kind' | 'host' | 'port'> {
  /** Who asked for it. */
  readonly stack: string
}

export interface BlockedReports {
  add(blocked: Blocked): void
  /** Called with everything that was blocked so far, and with what will be. */
  listen(listener: (blocked: Blocked) => void): void
}

/** Of threads to the main one, and for tools that watch the process. */
export const blockedChannel = 'khudi.egress.blocked'
/** Kept for whoever listens later. */
const mostKept = 100

export function blockedReports(): BlockedReports {
  const listeners: ((blocked: Blocked) => void)[] = []
  const kept: Blocked[] = []
  const between = new BroadcastChannel(blockedChannel)
  // A process ends although nobody has said that no more will come.
  between.unref()
  const published = channel(blockedChannel)

  const pass = (blocked: Blocked): void => {
    if (listeners.length === 0 && kept.length < mostKept) kept.push(blocked)
    for (const listener of listeners) listener(blocked)
  }
  if (isMainThread)
    between.onmessage = ({ data }: { readonly data: Blocked }) => {
      pass(data)
    }
  return {
    add(blocked) {
      published.publish(blocked)
      if (isMainThread) pass(blocked)
      else between.postMessage(blocked)
    },
    listen(listener) {
      listeners.push(listener)
      for (const blocked of kept.splice(0)) listener(blocked)
    },
  }
}
