/** What a model said against what turned out: the pairs from which its quality is measured. */
import type { Actor } from '../access/roles.ts'
import type { Example } from '../decisions/run.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { installed } from '../register/register.ts'
import { loadModels, type ModelRow, type Period } from './models.ts'
import { decidedExamples, examples } from './store.ts'

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
}

const readingTimeoutMs = 10 * 60_000
const chunk = 5_000

/** @throws Refusal `model.not_declared`, `model.nothing_to_measure`, `model.artefact_damaged` */
export async function evaluationSet(
  kernel: Kernel,
  actor: Actor,
  request: EvaluationRequest,
): Promise<EvaluationSet> {
  const { applicationId, modelName, model } = request
  const { application } = installed(kernel, applicationId)
  const spec = Object.hasOwn(application.models, modelName) ? application.models[modelName] : undefined
  if (spec === undefined)
    throw new Refusal('model.not_declared', { application: applicationId, model: modelName })
  const rows = await readPairs(kernel, actor, request)
  if (model !== undefined) await loadModels(kernel, [model])
  const digest = model === undefined ? undefined : hex(model.modelDigest)
  const scores: number[] = []
  const labels: number[] = []
  const values: number[] = []
  const models = new Map<string, number>()
  for (let start = 0; start < rows.length; start += chunk) {
    const part = rows.slice(start, start + chunk)
    const given = part.map(({ payload, outcome }): Example => ({ payload, outcome }))
    const measured = await kernel.workers.run({
      kind: 'measure',
      applicationId,
      modelName,
      digest,
      examples: given,
    })
    for (const [index, one] of measured.entries()) {
      const said = part[index]
      const score = one?.score ?? said?.score
      if (one === undefined || said === undefined || score === undefined || score === null) continue
      scores.push(score)
      labels.push(one.label ? 1 : 0)
      values.push(one.value)
      const by = digest ?? (said.modelDigest === null ? 'rules' : hex(said.modelDigest))
      models.set(by, (models.get(by) ?? 0) + 1)
    }
  }
  if (scores.length === 0) throw new Refusal('model.nothing_to_measure')
  return { scores, labels, values: spec.value === undefined ? undefined : values, models }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

interface Pair extends Example {
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
    { isReadOnly: true, statementTimeoutMs: readingTimeoutMs },
  )
}
