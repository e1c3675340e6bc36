/** Models: trained from recorded outcomes, kept by digest, and live only once promoted. */
import { z } from 'zod'
import { type Actor, everywhere } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import type { Example } from '../decisions/run.ts'
import type { Progress } from '../decisions/tasks.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { agreedStanding, requireAllowed } from '../policy/ask.ts'
import { requireLive } from '../register/register.ts'
import { examplesAmong, openExamples } from './examples.ts'
import { examples, insertModel, listModels, liveModels, type ModelRow, modelByDigest } from './store.ts'

export type { ModelRow } from './store.ts'

/** A period of days, both included, `YYYY-MM-DD`. */
export interface Period {
  readonly from: string
  readonly to: string
}

/** Fewer examples, or fewer of either label, say nothing; an engine asked to learn from them would only memorise. */
const leastExamples = 100
const leastOfEachLabel = 10
/** Examples of ten years of a large office fit; the statement reads them all. */
const readingTimeoutMs = 10 * 60_000

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** What training kept of itself, beside the artefact. */
export const TrainingRecord = z.strictObject({
  from: z.iso.date(),
  to: z.iso.date(),
  seed: z.number().int(),
  examples: z.number().int(),
  positives: z.number().int(),
  summary: z.record(z.string(), z.union([z.number(), z.string()])),
})
export type TrainingRecord = z.infer<typeof TrainingRecord>

export interface TrainingRequest extends Period {
  readonly applicationId: string
  readonly modelName: string
  readonly seed: number
  readonly onProgress?: (progress: Progress) => void
}

/**
 * Trains a model from the cases of a period that have an outcome and keeps it as a draft.
 *
 * @throws Refusal `model.not_declared`, `model.too_little_to_learn`, `vault.purpose_forbidden`, `policy.refused`, and those of `requireLive`
 */
export async function trainModel(kernel: Kernel, actor: Actor, request: TrainingRequest): Promise<ModelRow> {
  const { applicationId, modelName, from, to, seed } = request
  const standing = agreedStanding(kernel, applicationId)
  await requireAllowed(kernel, actor, { applicationId, action: 'train', purpose: 'training', standing })
  // 1. Read the examples. A crash up to step 5 leaves nothing but the entries of what was opened.
  const { engine, rows } = await kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const { application } = await requireLive(kernel, tx, applicationId)
      const spec = Object.hasOwn(application.models, modelName) ? application.models[modelName] : undefined
      if (spec === undefined)
        throw new Refusal('model.not_declared', { application: applicationId, model: modelName })
      return {
        engine: spec.engine,
        rows: await tx.rows(examples, [actor.institutionId, applicationId, from, to]),
      }
    },
    { isReadOnly: true, statementTimeoutMs: readingTimeoutMs, units: everywhere },
  )
  if (rows.length < leastExamples) throw tooLittle(rows.length)
  // 2. Open what is sealed of them; a case whose person has been erased, or did not agree, or objected, teaches nothing.
  const set: Example[] = []
  let [erased, withheld] = [0, 0]
  for await (const part of openExamples(kernel, actor, { applicationId, purpose: 'training', rows })) {
    const { examples: whole, leftOut } = examplesAmong(part)
    set.push(...whole.map(({ example }) => example))
    erased += leftOut.erased
    withheld += leftOut.withheld
  }
  if (set.length < leastExamples) throw tooLittle(set.length)
  // 3. A worker learns, outside any transaction.
  const trained = await kernel.workers.run(
    { kind: 'train', applicationId, modelName, examples: set, seed },
    request.onProgress,
  )
  const { examples: count, positives } = trained
  if (Math.min(positives, count - positives) < leastOfEachLabel) {
    throw new Refusal('model.too_little_to_learn', { examples: count, positives })
  }
  // 4. What training kept of itself.
  const summary = {
    ...trained.summary,
    ...(erased > 0 && { erasedCases: erased }),
    ...(withheld > 0 && { withheldCases: withheld }),
  }
  const training = canonicalJson({ from, to, seed, examples: count, positives, summary })
  // 5. The artefact is durable before any row names it; a crash between leaves a file that nothing names.
  const digest = await kernel.objects.put(trained.bytes)
  // 6. Row and log entry commit together.
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const at = kernel.clock()
    const added = await tx.run(insertModel, [
      actor.institutionId,
      digest,
      applicationId,
      modelName,
      engine,
      training,
      at,
    ])
    if (added === 1) {
      const record = modelRecord({ applicationId, modelName, modelDigest: digest, engine, training })
      await append(tx, { actor: actor.name, at }, [
        { kind: 'model.trained', caseId: null, recordId: hex(digest), record },
      ])
    }
    return tx.one(modelByDigest, [actor.institutionId, applicationId, digest])
  })
}

const tooLittle = (examples: number) =>
  new Refusal('model.too_little_to_learn', { examples, positives: 'an unknown number' })

/** What the log commits to when a model is trained, and again when it is promoted. */
export function modelRecord(
  row: Pick<ModelRow, 'applicationId' | 'modelName' | 'modelDigest' | 'engine' | 'training'>,
): string {
  return canonicalJson({
    application: row.applicationId,
    engine: row.engine,
    model: row.modelName,
    modelDigest: hex(row.modelDigest),
    training: row.training,
  })
}

export async function modelsOf(
  kernel: Kernel,
  actor: Actor,
  applicationId: string,
): Promise<readonly ModelRow[]> {
  return kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.rows(listModels, [actor.institutionId, applicationId]),
    { isReadOnly: true },
  )
}

/** Digests of the live models by name. @throws Refusal `model.none_live` where a declared model has none */
export async function liveModelsOf(
  tx: Transaction,
  applicationId: string,
  declared: readonly string[],
): Promise<readonly ModelRow[]> {
  if (declared.length === 0) return []
  const rows = await tx.rows(liveModels, [tx.institutionId, applicationId])
  for (const model of declared) {
    if (!rows.some(({ modelName }) => modelName === model)) {
      throw new Refusal('model.none_live', { application: applicationId, model })
    }
  }
  return rows.filter(({ modelName }) => declared.includes(modelName))
}

/**
 * Loads models into every worker, their bytes checked against their registered digests.
 *
 * @throws Refusal `model.artefact_damaged`
 */
export async function loadModels(kernel: Kernel, models: readonly ModelRow[]): Promise<void> {
  for (const { applicationId, modelName, engine, modelDigest } of models) {
    const digest = hex(modelDigest)
    if (kernel.workers.hasLoaded({ applicationId, name: modelName, digest })) continue
    const bytes = await kernel.objects.find(modelDigest)
    if (bytes === undefined) throw new Refusal('model.artefact_damaged', { digest: digest.slice(0, 12) })
    await kernel.workers.load({ applicationId, name: modelName, engine, digest, bytes })
  }
}
