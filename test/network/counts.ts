/** Counts what the processes of a run attempted beyond this machine. */
import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

/** Names the file that every process appends to. */
export const countsFile = 'KHUDI_TEST_CONNECTIONS'
/** Set to 1 for a child that is there to attempt what is to be blocked; its attempts are counted apart. */
export const provokes = 'KHUDI_TEST_PROVOKES'

const Line = z.strictObject({
  kind: z.string(),
  host: z.string(),
  port: z.number(),
  isProvoked: z.boolean(),
  program: z.string(),
})

export interface ConnectionCounts {
  /** One sentence each, the same only once. */
  readonly outside: readonly string[]
  readonly provoked: number
}

export function countConnections(file: string): ConnectionCounts {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  const attempts = lines.filter((line) => line !== '').map((line) => Line.parse(JSON.parse(line)))
  const outside = attempts.filter(({ isProvoked }) => !isProvoked)
  return {
    outside: [
      ...new Set(outside.map(({ kind, host, port, program }) => `${kind} ${host} ${port} by ${program}`)),
    ],
    provoked: attempts.length - outside.length,
  }
}
