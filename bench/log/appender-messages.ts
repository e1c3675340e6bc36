/** What the appending process is told and says. */
import { z } from 'zod'

export const AppenderParameters = z.strictObject({
  url: z.string(),
  institutionId: z.uuid(),
  /** Entries of all transactions together. */
  entries: z.int(),
  entriesPerTransaction: z.int(),
  /** Entries a second; as fast as it goes where absent. */
  rate: z.number().optional(),
  connections: z.int(),
})

export const Appended = z.strictObject({
  /** By number of the transaction: when it was committed, in milliseconds since 1970. */
  committedAtMs: z.array(z.number()),
  seconds: z.number(),
})

export type AppenderParameters = z.infer<typeof AppenderParameters>
