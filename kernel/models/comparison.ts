/** Two models on the same cases: what each says of every one of them, against what turned out. */
import { type Actor, everywhere } from '../access/roles.ts'
import type { Example } from '../decisions/run.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { agreedStanding, requireAllowed } from '../policy/ask.ts'
import { installed } from '../register/register.ts'
import { examplesAmong, type LeftOut, openExamples } from './examples.ts'
import { loadModels, type ModelRow, modelSpecOf, type Period } from './models.ts'
import { examples } from './store.ts'

/** One position for each case that both models could score, in the order in which they occurred. */
export interface ComparisonSet extends LeftOut {
  readonly labels: readonly number[]
  /** Scores of the first model, and of the second. */
  readonly scores: readonly [readonly number[], readonly number[]]
  /** What finding each case is worth; `undefined` where the model declares none. */
  readonly values: readonly number[] | undefined
}

const readingTimeoutMs = 10 * 60_000
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/**
 * Each case is opened once for both.
 *
 * @throws Refusal `model.not_comparable`, `model.nothing_to_measure`, `model.artefact_damaged`, `vault.purpose_forbidden`, `policy.refused`
 */
export async function comparisonSet(
  kernel: Kernel,
  actor: Actor,
  { models: [one, other], from, to }: Period & { readonly models: readonly [ModelRow, ModelRow] },
): Promise<ComparisonSet> {
  const { applicationId, modelName } = one
  if (other.applicationId !== applicationId || other.modelName !== modelName)
    throw new Refusal('model.not_comparable')
  const spec = modelSpecOf(installed(kernel, applicationId), modelName)
  const standing = agreedStanding(kernel, applicationId)
  await requireAllowed(kernel, actor, { applicationId, action: 'evaluate', purpose: 'evaluation', standing })
  await loadModels(kernel, [one, other])
  const rows = await kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.rows(examples, [actor.institutionId, applicationId, from, to]),
    { isReadOnly: true, statementTimeoutMs: readingTimeoutMs, units: everywhere },
  )
  const said: Said[] = []
  let [erased, withheld] = [0, 0]
  for await (const part of openExamples(kernel, actor, { applicationId, purpose: 'evaluation', rows })) {
    const { examples: whole, leftOut } = examplesAmong(part)
    erased += leftOut.erased
    withheld += leftOut.withheld
    const opened = whole.map(({ example }) => example)
    said.push(...(await saidByBoth(kernel, [one, other], opened)))
  }
  if (said.length === 0) throw new Refusal('model.nothing_to_measure')
  return {
    labels: said.map(({ label }) => label),
    scores: [said.map(({ score }) => score), said.map(({ otherScore }) => otherScore)],
    values: spec.value === undefined ? undefined : said.map(({ value }) => value),
    erased,
    withheld,
  }
}

/** What both say of each example that both can score. */
async function saidByBoth(
  { workers }: Pick<Kernel, 'workers'>,
  [one, other]: readonly [ModelRow, ModelRow],
  opened: readonly Example[],
): Promise<readonly Said[]> {
  const { applicationId, modelName } = one
  const task = { kind: 'measure', applicationId, modelName, examples: opened } as const
  const first = await workers.run({ ...task, digest: hex(one.modelDigest) })
  const second = await workers.run({ ...task, digest: hex(other.modelDigest) })
  return first.flatMap((given, index) => {
    const [score, otherScore] = [given?.score, second[index]?.score]
    if (given === undefined || score === undefined || otherScore === undefined) return []
    return [{ label: given.label ? 1 : 0, value: given.value, score, otherScore }]
  })
}

interface Said {
  readonly label: number
  readonly value: number
  readonly score: number
  readonly otherScore: number
}
