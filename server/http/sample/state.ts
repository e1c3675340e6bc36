/** What the sample API keeps, and by what its tests steer it. */

import { z } from 'zod'
import { Refusal } from '../../../kernel/errors.ts'
import type { Idempotency } from '../../../kernel/idempotency/idempotency.ts'

export const Permit = z.strictObject({
  number: z.string().min(1).max(20),
  holder: z.string().max(200).nullable(),
  areaHa: z.number().min(0),
})
export type Permit = z.infer<typeof Permit>
export const Shown = Permit.extend({ version: z.int() })
export const One = z.strictObject({ number: z.string().max(20) })
export const None = z.strictObject({})

/** What the sample has been asked, and what its tests decide. */
export interface SampleState {
  readonly permits: Map<string, Permit & { readonly version: number }>
  /** Keys that came with openings, in their order. */
  readonly keys: (Idempotency | undefined)[]
  /** Ends a wait; set while `permits.wait` runs. */
  release: (() => void) | undefined
  /** Signals of the requests that ran last, by operation. */
  readonly signals: Map<string, AbortSignal>
  /** Bytes that an intake has read so far. */
  readBytes: number
  /** Batches that an export has made so far, and how many it makes at most. */
  madeBatches: number
  batches: number
  /** What an export's handler throws after its last batch. */
  failure: Error | undefined
  /** Whether the last stream's handler was let go of in order. */
  isStreamClosed: boolean
}

export function sampleState(): SampleState {
  return {
    permits: new Map(),
    keys: [],
    release: undefined,
    signals: new Map(),
    readBytes: 0,
    madeBatches: 0,
    batches: 2,
    failure: undefined,
    isStreamClosed: false,
  }
}

export const found = (state: SampleState, number: string) => {
  const permit = state.permits.get(number)
  if (permit === undefined) throw new Refusal('case.not_found')
  return permit
}
