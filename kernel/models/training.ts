/** Training: a draft from the cases of a period whose outcome is known. */
import { createHash } from 'node:crypto'
import type { AnyModelSpec, EngineSettings } from '@khudi/sdk'
import { type Actor, everywhere } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Example } from '../decisions/run.ts'
import type { Learned, Progress, Waiting } from '../decisions/tasks.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { agreedStanding, requireAllowed } from '../policy/ask.ts'
import { requireLive } from '../register/register.ts'
import type { CheckpointKey, Checkpoints } from './checkpoints.ts'
import { examplesAmong, type LeftOut, openExamples } from './examples.ts'
import { keepDraft, type ModelRow, modelSpecOf, type Period } from './models.ts'
import { examples } from './store.ts'

/** Fewer examples, or fewer of either label, say nothing; an engine asked to learn from them would only memorise. */
const leastExamples = 100
const leastOfEachLabel = 10
/** Examples of ten years of a large office fit; the statement reads them all. */
const readingTimeoutMs = 10 * 60_000

export interface TrainingRequest extends Period {
  readonly applicationId: string
  readonly modelName: string
  readonly seed: number
  readonly settings?: EngineSettings | undefined
  /** Threads beyond that of the worker; the model is the same. */
  readonly helpers?: number | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** How training is interrupted, and where it keeps what it goes on from. */
export interface Interruption {
  readonly signal: AbortSignal
  readonly checkpoints: Checkpoints
  /** Told once, where an earlier run left something to go on from. */
  onResumed?(): void
}

/**
 * Trains a model from the cases of a period that have an outcome and keeps it as a draft.
 *
 * @throws Refusal `model.not_declared`, `model.too_little_to_learn`, `model.engine_refused`, `vault.purpose_forbidden`, `policy.refused`, and those of `requireLive`
 */
export async function trainModel(kernel: Kernel, actor: Actor, request: TrainingRequest): Promise<ModelRow> {
  const trained = await trainUnlessStopped(kernel, actor, { ...request, interruption: undefined })
  if (trained === undefined) throw new Error('training that nobody can stop was stopped')
  return trained
}

/** The same; `undefined` where it was stopped. The same request again then goes on from the last checkpoint. */
export async function trainUnlessStopped(
  kernel: Kernel,
  actor: Actor,
  request: TrainingRequest & { readonly interruption: Interruption | undefined },
): Promise<ModelRow | undefined> {
  const { applicationId, modelName, from, to, seed, settings, interruption } = request
  // 1. Read and open the examples. A crash up to step 3 leaves nothing but the entries of what was opened, and a checkpoint.
  const learning = await readLearning(kernel, actor, request)
  // 2. A worker learns, outside any transaction.
  const trained = await learn(kernel, { request, actor, learning })
  if (trained === undefined) return undefined
  const { examples: count, positives } = trained
  if (Math.min(positives, count - positives) < leastOfEachLabel) {
    throw new Refusal('model.too_little_to_learn', { examples: count, positives })
  }
  // 3. Row, artefact and log entry.
  const { erased, withheld } = learning.leftOut
  const summary = {
    ...trained.summary,
    ...(erased > 0 && { erasedCases: erased }),
    ...(withheld > 0 && { withheldCases: withheld }),
  }
  const record = { from, to, seed, ...(settings && { settings }), examples: count, positives, summary }
  const { engine } = learning.spec
  const { bytes } = trained
  const kept = await keepDraft(kernel, actor, {
    applicationId,
    modelName,
    engine,
    origin: 'trained',
    bytes,
    record,
  })
  // 4. What it could have gone on from is of no more use; a crash before leaves it for the next training to clear.
  await interruption?.checkpoints.clear(ownerOf(actor, request))
  return kept
}

/** What is learned from, opened. */
export interface Learning {
  readonly spec: AnyModelSpec
  readonly examples: readonly Example[]
  readonly leftOut: LeftOut
}

/**
 * Reads the cases of a period that have an outcome, and opens them to learn from: a case whose person has been erased, or did not
 * agree, or objected, teaches nothing.
 *
 * @throws Refusal `model.not_declared`, `model.too_little_to_learn`, `vault.purpose_forbidden`, `policy.refused`, and those of `requireLive`
 */
export async function readLearning(
  kernel: Kernel,
  actor: Actor,
  {
    applicationId,
    modelName,
    from,
    to,
  }: Pick<TrainingRequest, 'applicationId' | 'modelName' | 'from' | 'to'>,
): Promise<Learning> {
  const standing = agreedStanding(kernel, applicationId)
  await requireAllowed(kernel, actor, { applicationId, action: 'train', purpose: 'training', standing })
  const { spec, rows } = await kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const spec = modelSpecOf(await requireLive(kernel, tx, applicationId), modelName)
      return { spec, rows: await tx.rows(examples, [actor.institutionId, applicationId, from, to]) }
    },
    { isReadOnly: true, statementTimeoutMs: readingTimeoutMs, units: everywhere },
  )
  if (rows.length < leastExamples) throw tooLittle(rows.length)
  const set: Example[] = []
  let [erased, withheld] = [0, 0]
  for await (const part of openExamples(kernel, actor, { applicationId, purpose: 'training', rows })) {
    const { examples: whole, leftOut } = examplesAmong(part)
    set.push(...whole.map(({ example }) => example))
    erased += leftOut.erased
    withheld += leftOut.withheld
  }
  if (set.length < leastExamples) throw tooLittle(set.length)
  return { spec, examples: set, leftOut: { erased, withheld } }
}

interface Given {
  readonly request: TrainingRequest & { readonly interruption: Interruption | undefined }
  readonly actor: Actor
  readonly learning: Learning
}

/** Has a worker learn, from the last checkpoint on where there is one. */
async function learn(kernel: Kernel, given: Given): Promise<Learned | undefined> {
  const { request, actor, learning } = given
  const { applicationId, modelName, seed, settings, helpers, onProgress, interruption } = request
  const { examples } = learning
  const task = { kind: 'train', applicationId, modelName, examples, seed, settings, helpers } as const
  if (interruption === undefined) return kernel.workers.run(task, { onProgress })
  const { signal, checkpoints } = interruption
  const key = { owner: ownerOf(actor, request), of: digestOfTraining(request, learning) }
  await checkpoints.clear(key.owner, key.of)
  const from = await checkpoints.find(key)
  const keeping = new Keeping(checkpoints, key)
  const waiting: Waiting = { onProgress, signal, onCheckpoint: (bytes) => keeping.keep(bytes) }
  if (from !== undefined) {
    try {
      interruption.onResumed?.()
      return await kernel.workers.run({ ...task, from }, waiting)
    } catch (error) {
      // Made by an engine of before, say: whoever begins anew ends with the same model.
      if (!(error instanceof Refusal) || error.code !== 'model.engine_refused') throw error
      await checkpoints.clear(key.owner)
    } finally {
      await keeping.done()
    }
  }
  try {
    return await kernel.workers.run(task, waiting)
  } finally {
    await keeping.done()
  }
}

/** Writes checkpoints one after the other, the latest wherever several wait. */
class Keeping {
  readonly #checkpoints: Checkpoints
  readonly #key: CheckpointKey
  #waiting: Uint8Array | undefined
  #writing: Promise<void> | undefined

  constructor(checkpoints: Checkpoints, key: CheckpointKey) {
    this.#checkpoints = checkpoints
    this.#key = key
  }

  keep(bytes: Uint8Array): void {
    this.#waiting = bytes
    this.#writing ??= this.#write()
    // Whoever waits for the end hears of a failure; until then nobody does.
    this.#writing.catch(() => undefined)
  }

  async done(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    for (let bytes = this.#waiting; bytes !== undefined; bytes = this.#waiting) {
      this.#waiting = undefined
      await this.#checkpoints.keep(this.#key, bytes)
    }
    this.#writing = undefined
  }
}

function ownerOf(
  { institutionId }: Pick<Actor, 'institutionId'>,
  { applicationId, modelName }: Pick<TrainingRequest, 'applicationId' | 'modelName'>,
): string {
  return `${institutionId}.${applicationId}.${modelName}`
}

/** Everything that the model depends on but the code that makes it. */
function digestOfTraining(
  { from, to, seed, settings = {} }: TrainingRequest,
  { spec, examples }: Learning,
): string {
  const hash = createHash('sha256')
  hash.update(canonicalJson({ engine: spec.engine, features: spec.features, from, to, seed, settings }))
  for (const one of examples)
    hash.update(JSON.stringify([one.payload, one.secret, one.outcome, one.outcomeSecret]))
  return hash.digest('hex')
}

const tooLittle = (examples: number) =>
  new Refusal('model.too_little_to_learn', { examples, positives: 'an unknown number' })
