/** Cases with their outcomes, opened to learn from or to measure with. */
import type { Actor } from '../access/roles.ts'
import type { Example } from '../decisions/run.ts'
import type { Kernel } from '../kernel.ts'
import { openBatch } from '../vault/batches.ts'
import { casePlace, outcomePlace } from '../vault/places.ts'
import type { StoredExample } from './store.ts'

/** How many cases one entry of the log stands for at most. */
const chunk = 5_000

/**
 * The examples in the order given, chunk by chunk, each chunk a read that is logged with its exact count before it is opened.
 * `undefined` stands for a case whose person has been erased.
 */
export async function* openExamples<Row extends StoredExample>(
  kernel: Kernel,
  actor: Actor,
  given: {
    readonly applicationId: string
    readonly purpose: 'training' | 'evaluation'
    readonly rows: readonly Row[]
  },
): AsyncGenerator<readonly { readonly row: Row; readonly example: Example | undefined }[], void, void> {
  const { applicationId, purpose, rows } = given
  for (let start = 0; start < rows.length; start += chunk) {
    const part = rows.slice(start, start + chunk)
    const cases = part.map(({ reference, holderId, sealed, outcomeId, outcomeSealed }) => {
      const named = { applicationId, reference }
      return {
        holderId,
        texts: [
          sealed && { place: casePlace(named), sealed },
          outcomeSealed && { place: outcomePlace(named, outcomeId), sealed: outcomeSealed },
        ],
      }
    })
    const opened = await openBatch(kernel, actor, { applicationId, purpose, cases })
    yield part.map((row, index) => ({ row, example: exampleOf(row, opened[index]?.texts) }))
  }
}

function exampleOf(
  { payload, outcome }: StoredExample,
  texts: readonly (string | null)[] | undefined,
): Example | undefined {
  if (texts === undefined) return undefined
  const [secret = null, outcomeSecret = null] = texts
  return { payload, secret, outcome, outcomeSecret }
}
