/** Holds what operations answer against what they are described to answer. */

import type { z } from 'zod'
import type { Operation, Reply } from '../../kernel/operation.ts'

/** @throws Error naming the operation whose reply is not of its described form */
export function checkReply({ id, reply }: Operation, { status, body }: Reply<unknown>): void {
  if (status !== reply.status && reply.otherStatuses?.includes(status) !== true) {
    throw new Error(`${id} answered with status ${status}, which it does not describe`)
  }
  checkRows(id, reply.schema, [body])
}

/** @throws Error naming the operation whose lines or rows are not of their described form */
export function checkRows(id: string, schema: z.ZodType, rows: readonly unknown[]): void {
  for (const row of rows) {
    const read = schema.safeParse(row)
    if (!read.success)
      throw new Error(`what ${id} answers is not of its described form`, { cause: read.error })
  }
}
