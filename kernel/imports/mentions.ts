/** Refused rows that mention somebody. They are sealed under the key of their import, so an erasure must look into them. */
import { z } from 'zod'
import type { Actor } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import type { Kernel } from '../kernel.ts'
import { openBatch } from '../vault/batches.ts'
import { refusalPlace } from '../vault/places.ts'
import { deleteRefusals, importsWithRefusals, refusalsOfImport } from './store.ts'

/** A refused row by its place. */
export interface RefusalPlace {
  readonly importId: string
  readonly record: number
}

/** What was searched so far, so that a second search looks at what came since. */
export interface Searched {
  readonly found: readonly RefusalPlace[]
  /** By import how many rows it had refused, and the last that was looked at. */
  readonly upTo: ReadonlyMap<string, { readonly refused: number; readonly record: number }>
}

export const nothingSearched: Searched = { found: [], upTo: new Map() }

export interface Search {
  /** Whether the texts of a row, which came in for an application, are about the one who is looked for. */
  mentions(texts: readonly string[], applicationId: string): boolean
  readonly before: Searched
  /**
   * The transaction of the erasure, which then sees whether there is anything new. What is new is opened in others, whose reads
   * commit by themselves.
   */
  readonly within?: Transaction
}

const page = 500

/**
 * Looks through the refused rows of all imports, or those that came since; what is opened is recorded as a read for the purpose
 * of the search, page by page.
 *
 * @throws Refusal `vault.purpose_forbidden`
 */
export async function searchRefusals(
  kernel: Kernel,
  actor: Actor,
  { mentions, before, within }: Search,
): Promise<Searched> {
  const { institutionId } = actor
  const list = (tx: Transaction) => tx.rows(importsWithRefusals, [institutionId])
  const imports = await (within === undefined
    ? kernel.db.transaction(institutionId, list, { isReadOnly: true })
    : list(within))
  const found = [...before.found]
  const upTo = new Map(before.upTo)
  for (const one of imports) {
    const { importId, refused } = one
    const known = upTo.get(importId) ?? { refused: 0, record: 0 }
    if (known.refused === refused) continue
    let { record } = known
    for await (const row of openedRows(kernel, actor, { ...one, after: record })) {
      record = row.record
      if (row.texts !== undefined && mentions(row.texts, one.applicationId)) found.push({ importId, record })
    }
    upTo.set(importId, { refused, record })
  }
  return { found, upTo }
}

interface OpenedRow {
  readonly record: number
  /** `undefined` where the import's rows have been erased. */
  readonly texts: readonly string[] | undefined
}

/** The refused rows of an import behind one of them. */
async function* openedRows(
  kernel: Kernel,
  actor: Actor,
  given: {
    readonly importId: string
    readonly applicationId: string
    readonly holderId: string
    readonly after: number
  },
): AsyncGenerator<OpenedRow, void, void> {
  const { importId, applicationId, holderId } = given
  let { after } = given
  for (;;) {
    const place = [actor.institutionId, importId, after, page]
    const rows = await kernel.db.transaction(actor.institutionId, (tx) => tx.rows(refusalsOfImport, place), {
      isReadOnly: true,
    })
    const last = rows.at(-1)
    if (last === undefined) return
    const cases = rows.map(({ record, sealed }) => ({
      holderId,
      texts: [{ place: refusalPlace(importId, record), sealed }],
    }))
    const opened = await openBatch(kernel, actor, { applicationId, purpose: 'erasure_search', cases })
    for (const [index, { record }] of rows.entries()) {
      const text = opened[index]?.texts[0]
      yield { record, texts: typeof text === 'string' ? textsIn(JSON.parse(text)) : undefined }
    }
    after = last.record
  }
}

const Json = z.json()

/** Every text anywhere in a value of JSON. */
function textsIn(value: unknown): readonly string[] {
  const parsed = Json.parse(value)
  const texts: string[] = []
  const walk = (one: z.infer<typeof Json>): void => {
    if (typeof one === 'string') texts.push(one)
    else if (Array.isArray(one)) one.forEach(walk)
    else if (typeof one === 'object' && one !== null) Object.values(one).forEach(walk)
  }
  walk(parsed)
  return texts
}

/** In the transaction of the erasure; how many there still were. */
export async function deleteRefusedRows(tx: Transaction, places: readonly RefusalPlace[]): Promise<number> {
  if (places.length === 0) return 0
  return tx.run(deleteRefusals, [
    tx.institutionId,
    places.map(({ importId }) => importId),
    places.map(({ record }) => record),
  ])
}
