/** One transaction on one connection: what the stores' functions are given. */
import type pg from 'pg'
import { arrayText } from './array-text.ts'
import type { ReceivedField } from './decode.ts'
import type { Parameter, Statement } from './statement.ts'

/** Every value stays the text that came over the wire; decode.ts knows the schema and takes it from there. */
const untouched = { getTypeParser: () => asReceived }
const asReceived = (value: unknown): unknown => value

/** Arrays as the text that they travel as; what else there is, the driver writes. */
const asSent = (value: Parameter): Parameter => (Array.isArray(value) ? (arrayText(value) ?? value) : value)

const STREAM_BATCH = 1_000

export class Transaction {
  readonly #client: pg.ClientBase
  readonly #institutionId: string | undefined
  #cursors = 0
  #isOver = false

  constructor(client: pg.ClientBase, institutionId: string | undefined) {
    this.#client = client
    this.#institutionId = institutionId
  }

  /** The institution whose rows this transaction sees; a programming error in a transaction of no institution. */
  get institutionId(): string {
    if (this.#institutionId === undefined) throw new Error('this transaction belongs to no institution')
    return this.#institutionId
  }

  /**
   * Called when the work is done. Whoever kept the transaction longer gets an error: the connection may by then serve
   * another institution.
   */
  end(): void {
    this.#isOver = true
  }

  /** All rows. Statements started together (`Promise.all`) travel together and run in the order started. */
  async rows<Row>(statement: Statement<Row>, parameters: readonly Parameter[] = []): Promise<Row[]> {
    const { name, text } = statement
    const { fields, rows } = await this.#query({ name, text, values: parameters.map(asSent) })
    return statement.decode(fields, rows)
  }

  /** The row that must be there. Throws an Error on none or on several. */
  async one<Row>(statement: Statement<Row>, parameters: readonly Parameter[] = []): Promise<Row> {
    const [row, second] = await this.rows(statement, parameters)
    if (row === undefined || second !== undefined)
      throw new Error(
        `statement ${statement.name} gave ${row === undefined ? 'no row' : 'several rows'} instead of one`,
      )
    return row
  }

  /** The row, or undefined. Throws an Error on several. */
  async maybe<Row>(
    statement: Statement<Row>,
    parameters: readonly Parameter[] = [],
  ): Promise<Row | undefined> {
    const [row, second] = await this.rows(statement, parameters)
    if (second !== undefined)
      throw new Error(`statement ${statement.name} gave several rows instead of at most one`)
    return row
  }

  /** Runs a statement for its effect; the number of rows that it inserted, updated or deleted. */
  async run(statement: Statement<unknown>, parameters: readonly Parameter[] = []): Promise<number> {
    const { name, text } = statement
    const { rowCount } = await this.#query({ name, text, values: parameters.map(asSent) })
    return rowCount
  }

  /**
   * Rows in batches of at most `batch`, read from a cursor as fast as the caller takes them. The caller stays inside the
   * transaction meanwhile.
   */
  async *stream<Row>(
    statement: Statement<Row>,
    parameters: readonly Parameter[] = [],
    batch: number = STREAM_BATCH,
  ): AsyncGenerator<Row[], void, void> {
    this.#cursors += 1
    const cursor = `stream_${this.#cursors}`
    const text = `declare ${cursor} no scroll cursor for ${statement.text}`
    await this.#query({ text, values: parameters.map(asSent) })
    try {
      for (;;) {
        const { fields, rows } = await this.#query({
          text: `fetch forward ${Math.trunc(batch)} from ${cursor}`,
        })
        if (rows.length > 0) yield statement.decode(fields, rows)
        if (rows.length < batch) return
      }
    } finally {
      // After a failed statement the transaction takes no more commands, and its end closes the cursor anyway.
      await this.#query({ text: `close ${cursor}` }).catch(() => undefined)
    }
  }

  async #query(config: {
    readonly name?: string
    readonly text: string
    readonly values?: Parameter[]
  }): Promise<Received> {
    if (this.#isOver) throw new Error('the transaction is over')
    const result = await this.#client.query<(string | null)[]>({
      ...config,
      rowMode: 'array',
      types: untouched,
    })
    return { fields: result.fields, rows: result.rows, rowCount: result.rowCount ?? 0 }
  }
}

interface Received {
  readonly fields: readonly ReceivedField[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly rowCount: number
}
