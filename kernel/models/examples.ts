/** Cases with their outcomes, opened to learn from or to measure with. */
import type { Actor } from '../access/roles.ts'
import { withheldHolders } from '../consents/withheld.ts'
import type { Example } from '../decisions/run.ts'
import type { Kernel } from '../kernel.ts'
import { actionOf } from '../policy/ask.ts'
import { openBatch, type SealedCase } from '../vault/batches.ts'
import { casePlace, outcomePlace } from '../vault/places.ts'
import type { StoredExample } from './store.ts'

/** How many cases one entry of the log stands for at most. */
const chunk = 5_000

/** A case to learn from, or why there is none: its person has been erased, or policy forbids it as they stand. */
export interface Opened<Row> {
  readonly row: Row
  readonly example: Example | 'erased' | 'withheld'
}

/** How many cases were left out, and why. */
export interface LeftOut {
  readonly erased: number
  readonly withheld: number
}

/**
 * The examples in the order given, chunk by chunk, each chunk a read that is logged with its exact count before it is opened. What
 * is withheld is not opened.
 *
 * @throws Refusal `vault.purpose_forbidden`, `policy.refused`, `policy.unavailable`
 */
export async function* openExamples<Row extends StoredExample>(
  kernel: Kernel,
  actor: Actor,
  given: {
    readonly applicationId: string
    readonly purpose: 'training' | 'evaluation'
    readonly rows: readonly Row[]
  },
): AsyncGenerator<readonly Opened<Row>[], void, void> {
  const { applicationId, purpose, rows } = given
  const question = { applicationId, action: actionOf(purpose), purpose }
  for (let start = 0; start < rows.length; start += chunk) {
    const part = rows.slice(start, start + chunk)
    const holderIds = part.map(({ holderId }) => holderId)
    const withheld = await withheldHolders(kernel, actor, { ...question, holderIds })
    const isOpen = ({ holderId }: Row) => holderId === null || !withheld.has(holderId)
    const cases = part.filter(isOpen).map((row) => sealedCaseOf(applicationId, row))
    const opened = await openBatch(kernel, actor, { applicationId, purpose, cases })
    let next = 0
    yield part.map((row) => ({
      row,
      example: isOpen(row) ? (exampleOf(row, opened[next++]?.texts) ?? 'erased') : 'withheld',
    }))
  }
}

function sealedCaseOf(
  applicationId: string,
  { reference, holderId, sealed, outcomeId, outcomeSealed }: StoredExample,
): SealedCase {
  const named = { applicationId, reference }
  return {
    holderId,
    texts: [
      sealed && { place: casePlace(named), sealed },
      outcomeSealed && { place: outcomePlace(named, outcomeId), sealed: outcomeSealed },
    ],
  }
}

/** The examples among them, and how many were left out. */
export function examplesAmong<Row>(opened: readonly Opened<Row>[]): {
  readonly examples: readonly { readonly row: Row; readonly example: Example }[]
  readonly leftOut: LeftOut
} {
  const examples = opened.flatMap(({ row, example }) =>
    example === 'erased' || example === 'withheld' ? [] : [{ row, example }],
  )
  const erased = opened.filter(({ example }) => example === 'erased').length
  return { examples, leftOut: { erased, withheld: opened.length - examples.length - erased } }
}

function exampleOf(
  { payload, outcome }: StoredExample,
  texts: readonly (string | null)[] | undefined,
): Example | undefined {
  if (texts === undefined) return undefined
  const [secret = null, outcomeSecret = null] = texts
  return { payload, secret, outcome, outcomeSecret }
}
