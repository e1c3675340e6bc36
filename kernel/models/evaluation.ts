/** What a model said against what turned out: the pairs from which its quality is measured. */
import { type Actor, everywhere } from '../access/roles.ts'
import type { Measured } from '../decisions/tasks.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { agreedStanding, requireAllowed } from '../policy/ask.ts'
import { installed } from '../register/register.ts'
import { examplesAmong, openExamples } from './examples.ts'
import { loadModels, type ModelRow, modelSpecOf, type Period } from './models.ts'
import { decidedExamples, examples, type StoredExample } from './store.ts'

export interface EvaluationRequest extends Period {
  readonly applicationId: string
  readonly modelName: string
  /**
   * A model to score the cases of the period with, whatever was decided; `undefined` measures the decisions that were
   * made.
   */
  readonly model: ModelRow | undefined
}

/** Pairs of what was said and what turned out, one position for each case, in the order in which they occurred. */
export interface EvaluationSet {
  readonly scores: readonly number[]
  readonly labels: readonly number[]
  /** What finding each case is worth, in the unit of the model's `valueLabel`; `undefined` where it declares none. */
  readonly values: readonly number[] | undefined
  /** Digests (hex) of the models whose scores these are, with how many. */
  readonly models: ReadonlyMap<string, number>
  /** How many cases were left out because their person has been erased. */
  readonly erased: number
  /** How many because policy forbids it as their person stands: no consent, or an objection. */
  readonly withheld: number
}

const readingTimeoutMs = 10 * 60_000

/**
 * @throws Refusal `model.not_declared`, `model.nothing_to_measure`, `model.artefact_damaged`, `vault.purpose_forbidden`
 */
export async function evaluationSet(
  kernel: Kernel,
  actor: Actor,
  request: EvaluationRequest,
): Promise<EvaluationSet> {
  const { applicationId, modelName, model } = request
  const spec = modelSpecOf(installed(kernel, applicationId), modelName)
  const standing = agreedStanding(kernel, applicationId)
  await requireAllowed(kernel, actor, { applicationId, action: 'evaluate', purpose: 'evaluation', standing })
  const rows = await readPairs(kernel, actor, request)
  if (model !== undefined) await loadModels(kernel, [model])
  const digest = model === undefined ? undefined : hex(model.modelDigest)
  const said: Said[] = []
  let [erased, withheld] = [0, 0]
  for await (const part of openExamples(kernel, actor, { applicationId, purpose: 'evaluation', rows })) {
    const { examples: whole, leftOut } = examplesAmong(part)
    erased += leftOut.erased
    withheld += leftOut.withheld
    const examples = whole.map(({ example }) => example)
    const measured = await kernel.workers.run({ kind: 'measure', applicationId, modelName, digest, examples })
    said.push(...whole.flatMap(({ row }, index) => saidOf(row, measured[index], digest)))
  }
  if (said.length === 0) throw new Refusal('model.nothing_to_measure')
  return {
    scores: said.map(({ score }) => score),
    labels: said.map(({ label }) => (label ? 1 : 0)),
    values: spec.value === undefined ? undefined : said.map(({ value }) => value),
    models: countBy(said),
    erased,
    withheld,
  }
}

/** What was said of one case, by which model, against what turned out. */
interface Said {
  readonly score: number
  readonly label: boolean
  readonly value: number
  readonly by: string
}

/** Empty where the outcome teaches nothing or no score was given. */
function saidOf(pair: Pair, measured: Measured | undefined, digest: string | undefined): Said[] {
  const score = measured?.score ?? pair.score
  if (measured === undefined || score === null) return []
  const decidedBy = pair.modelDigest === null ? 'rules' : hex(pair.modelDigest)
  return [{ score, label: measured.label, value: measured.value, by: digest ?? decidedBy }]
}

function countBy(said: readonly Said[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { by } of said) counts.set(by, (counts.get(by) ?? 0) + 1)
  return counts
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

interface Pair extends StoredExample {
  readonly score: number | null
  readonly modelDigest: Uint8Array | null
}

async function readPairs(
  kernel: Kernel,
  actor: Actor,
  { applicationId, from, to, model }: EvaluationRequest,
): Promise<readonly Pair[]> {
  const period = [actor.institutionId, applicationId, from, to]
  return kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      if (model === undefined) return tx.rows(decidedExamples, period)
      return (await tx.rows(examples, period)).map((one) => ({ ...one, score: null, modelDigest: null }))
    },
    { isReadOnly: true, statementTimeoutMs: readingTimeoutMs, units: everywhere },
  )
}
