/** Models: trained or taken in, kept by digest, and live only once promoted. */
import type { AnyModelSpec } from '@khudi/sdk'
import { z } from 'zod'
import type { Actor } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import type { InstalledApplication } from '../register/applications.ts'
import { insertModel, listModels, liveModels, type ModelRow, modelByDigest } from './store.ts'

export type { ModelRow } from './store.ts'

/** A period of days, both included, `YYYY-MM-DD`. */
export interface Period {
  readonly from: string
  readonly to: string
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const Summary = z.record(z.string(), z.union([z.number(), z.string()]))

/** What training kept of itself, beside the artefact. */
export const TrainingRecord = z.strictObject({
  from: z.iso.date(),
  to: z.iso.date(),
  seed: z.number().int(),
  /** Settings of the engine, where they are not its own. */
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).optional(),
  examples: z.number().int(),
  positives: z.number().int(),
  summary: Summary,
})
export type TrainingRecord = z.infer<typeof TrainingRecord>

/** What is known of a model that another program made. */
export const ImportRecord = z.strictObject({
  /** SHA-256 of the file that was taken in, in hex. */
  file: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the inputs were called, where the file did not say. */
  inputs: z.array(z.string()).optional(),
  /** Which rounds were taken, where the file held more than its best. */
  rounds: z.enum(['all', 'best']).optional(),
  summary: Summary,
})
export type ImportRecord = z.infer<typeof ImportRecord>

/** Where a model comes from, as its row says. */
export type ModelOrigin =
  | { readonly isImported: false; readonly training: TrainingRecord }
  | { readonly isImported: true; readonly training: ImportRecord }

export function originOf({ origin, training }: Pick<ModelRow, 'origin' | 'training'>): ModelOrigin {
  const given: unknown = JSON.parse(training)
  return origin === 'imported'
    ? { isImported: true, training: ImportRecord.parse(given) }
    : { isImported: false, training: TrainingRecord.parse(given) }
}

/** What becomes a draft: bytes, and what is known of where they come from. */
export interface NewModel {
  readonly applicationId: string
  readonly modelName: string
  readonly engine: string
  readonly origin: ModelRow['origin']
  readonly bytes: Uint8Array
  readonly record: TrainingRecord | ImportRecord
}

/**
 * Keeps a model as a draft. The same bytes again are the same model.
 *
 * 1. The artefact is durable before any row names it; a crash between leaves a file that nothing names.
 * 2. Row and log entry commit together.
 */
export async function keepDraft(kernel: Kernel, actor: Actor, given: NewModel): Promise<ModelRow> {
  const { applicationId, modelName, engine, origin } = given
  const training = canonicalJson(given.record)
  // 1.
  const digest = await kernel.objects.put(given.bytes)
  // 2.
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const at = kernel.clock()
    const added = await tx.run(insertModel, [
      actor.institutionId,
      digest,
      applicationId,
      modelName,
      engine,
      origin,
      training,
      at,
    ])
    if (added === 1) {
      const record = modelRecord({ applicationId, modelName, modelDigest: digest, engine, training })
      await append(tx, { actor: actor.name, at }, [
        { kind: `model.${origin}`, caseId: null, recordId: hex(digest), record },
      ])
    }
    return tx.one(modelByDigest, [actor.institutionId, applicationId, digest])
  })
}

/** What an application declares of a model. @throws Refusal `model.not_declared` */
export function modelSpecOf(
  { application }: Pick<InstalledApplication, 'application'>,
  modelName: string,
): AnyModelSpec {
  const spec = Object.hasOwn(application.models, modelName) ? application.models[modelName] : undefined
  if (spec === undefined)
    throw new Refusal('model.not_declared', { application: application.id, model: modelName })
  return spec
}

/** The bytes of a registered model. @throws Refusal `model.artefact_damaged` */
export async function artefactOf(
  kernel: Kernel,
  { modelDigest }: Pick<ModelRow, 'modelDigest'>,
): Promise<Uint8Array> {
  const bytes = await kernel.objects.find(modelDigest)
  if (bytes === undefined)
    throw new Refusal('model.artefact_damaged', { digest: hex(modelDigest).slice(0, 12) })
  return bytes
}

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
    const bytes = await artefactOf(kernel, { modelDigest })
    await kernel.workers.load({ applicationId, name: modelName, engine, digest, bytes })
  }
}
