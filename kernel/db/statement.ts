/**
 * A statement: SQL with a name, and the schema of its rows.
 *
 * Statements are data exported by the nouns' `store.ts`, so that `test/queries.test.ts` can have the database describe
 * each and compare columns and types with the schema.
 */
import type { z } from 'zod'
import { decoderOf, type ReceivedField } from './decode.ts'

/** What a parameter may be. Objects are not among them: a JSON column takes the exact text that was hashed. */
export type Parameter =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | null
  | undefined
  | readonly Parameter[]

export interface Statement<Row = never> {
  /** Unique in the product, `cases.byReference`; the database keeps the prepared plan under it. */
  readonly name: string
  readonly text: string
  /** Field by field the columns: `openedAt` for `opened_at`. Undefined where no row is read. */
  readonly row: z.ZodObject | undefined
  /** PostgreSQL's types of the parameters in order, where the author wants them checked: `['uuid', 'text[]']`. */
  readonly parameters: readonly string[] | undefined
  /** Turns what came over the wire into rows. Throws where columns and schema differ. */
  decode(fields: readonly ReceivedField[], values: readonly (readonly (string | null)[])[]): Row[]
}

interface StatementSpec {
  readonly name: string
  readonly text: string
  readonly parameters?: readonly string[]
}

interface RowSpec<R extends z.ZodObject> extends StatementSpec {
  readonly row: R
  /**
   * Skips the schema for each row; column names and types still hold by the query test. For bulk reads of what the
   * kernel itself wrote, and nothing else.
   */
  readonly isTrusted?: boolean
}

/** PostgreSQL cuts names at 63 bytes, and two cut names may be one. */
const NAME = /^[a-z][A-Za-z0-9_.-]{0,62}$/

/**
 * Makes a statement.
 *
 * ```ts
 * export const findCase = statement({
 *   name: 'cases.find',
 *   text: 'select case_id, state, opened_at from cases where institution_id = $1 and case_id = $2',
 *   row: z.strictObject({ caseId: z.uuid(), state: z.string(), openedAt: z.date() }),
 * })
 * ```
 */
export function statement<R extends z.ZodObject>(spec: RowSpec<R>): Statement<z.output<R>>
export function statement(spec: StatementSpec): Statement
export function statement<R extends z.ZodObject>(
  spec: StatementSpec & Partial<RowSpec<R>>,
): Statement<z.output<R>> {
  const { name, text, row, parameters, isTrusted = false } = spec
  if (!NAME.test(name)) throw new Error(`not a statement's name: ${name}`)
  return Object.freeze({
    name,
    text,
    row,
    parameters,
    decode: row === undefined ? () => [] : decoderOf(row, { name, isTrusted }),
  })
}
