/** Measuring a model on cases of a known outcome, and keeping what it showed. */
import { EvaluationReport, type FeatureRow } from '@khudi/sdk'
import { z } from 'zod'
import { type Actor, everywhere } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { ExampleRow, Waiting } from '../decisions/tasks.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { agreedStanding, requireAllowed } from '../policy/ask.ts'
import { installed } from '../register/register.ts'
import { examplesAmong, type LeftOut, openExamples } from './examples.ts'
import { artefactOf, type ModelRow, modelSpecOf, originOf, type Period } from './models.ts'
import {
  type EvaluationRow,
  evaluationsOfModel,
  examples,
  insertEvaluation,
  type StoredExample,
} from './store.ts'

export type { EvaluationRow } from './store.ts'

const readingTimeoutMs = 10 * 60_000
/** Of the cases that a model learned from, so many of the latest say how far those of today have moved. */
const mostReference = 20_000
/** Evaluations of one model that are shown: those before are in the log. */
const mostShown = 20

/** What is kept of an evaluation. */
export const KeptReport = z.strictObject({
  /** Cases left out because their person has been erased. */
  erased: z.number().int(),
  /** Because policy forbids it as their person stands. */
  withheld: z.number().int(),
  /** Because the application could make no features of them. */
  withoutFeatures: z.number().int(),
  figures: EvaluationReport,
})
export type KeptReport = z.infer<typeof KeptReport>

export const reportOf = ({ report }: Pick<EvaluationRow, 'report'>): KeptReport =>
  KeptReport.parse(JSON.parse(report))

export interface ModelEvaluation extends Period {
  readonly model: ModelRow
  /** Of the resamples and shuffles; the same seed gives the same figures. */
  readonly seed: number
  readonly waiting?: Waiting
}

/**
 * Measures a model on the cases of a period and keeps the figures; `undefined` where it was stopped.
 *
 * @throws Refusal `model.not_declared`, `model.nothing_to_measure`, `model.artefact_damaged`, `model.engine_cannot`, `model.engine_refused`, `vault.purpose_forbidden`, `policy.refused`
 */
export async function evaluateModel(
  kernel: Kernel,
  actor: Actor,
  { model, from, to, seed, waiting = {} }: ModelEvaluation,
): Promise<EvaluationRow | undefined> {
  const { applicationId, modelName, engine } = model
  const spec = modelSpecOf(installed(kernel, applicationId), modelName)
  const standing = agreedStanding(kernel, applicationId)
  await requireAllowed(kernel, actor, { applicationId, action: 'evaluate', purpose: 'evaluation', standing })
  const bytes = await artefactOf(kernel, model)
  // 1. Read and open the cases to measure on, and those that the model learned from. A crash leaves the entries of what was opened.
  const measured = await openRows(kernel, actor, { model, period: { from, to } })
  const origin = originOf(model)
  const learned = origin.isImported ? undefined : origin.training
  const before = learned && (await openRows(kernel, actor, { model, period: learned, most: mostReference }))
  const usable = measured.rows.flatMap(({ row, ...one }) => (row === null ? [] : [{ row, ...one }]))
  if (usable.length === 0) throw new Refusal('model.nothing_to_measure')
  // 2. A worker measures, outside any transaction.
  const figures = await kernel.workers.run(
    {
      kind: 'evaluate',
      engine,
      bytes,
      seed,
      set: {
        features: spec.features,
        rows: usable.map(({ row }) => row),
        labels: usable.map(({ label }) => label),
        ...(spec.value && { values: usable.map(({ value }) => value) }),
        ...(before && { reference: rowsOf(before) }),
      },
    },
    waiting,
  )
  if (figures === undefined) return undefined
  // 3. Row and log entry commit together.
  const { erased, withheld } = measured
  const withoutFeatures = measured.rows.length - usable.length
  const report = canonicalJson({ erased, withheld, withoutFeatures, figures } satisfies KeptReport)
  const evaluationId = newId()
  const kept = {
    evaluationId,
    applicationId,
    modelName,
    modelDigest: model.modelDigest,
    periodFrom: from,
    periodTo: to,
    report,
    evaluatedBy: actor.name,
    evaluatedAt: kernel.clock(),
  }
  await kernel.db.transaction(actor.institutionId, async (tx) => {
    await tx.run(insertEvaluation, [actor.institutionId, ...Object.values(kept)])
    const record = evaluationRecord(kept)
    await append(tx, { actor: actor.name, at: kept.evaluatedAt }, [
      { kind: 'model.evaluated', caseId: null, recordId: evaluationId, record },
    ])
  })
  return kept
}

/** What the log commits to. */
function evaluationRecord(row: EvaluationRow): string {
  return canonicalJson({
    application: row.applicationId,
    evaluatedAt: row.evaluatedAt.toISOString(),
    evaluatedBy: row.evaluatedBy,
    evaluation: row.evaluationId,
    from: row.periodFrom,
    model: row.modelName,
    modelDigest: Buffer.from(row.modelDigest).toString('hex'),
    report: row.report,
    to: row.periodTo,
  })
}

/** The last evaluations of a model, newest first. */
export async function evaluationsOf(
  kernel: Kernel,
  { institutionId }: Pick<Actor, 'institutionId'>,
  { applicationId, modelDigest }: Pick<ModelRow, 'applicationId' | 'modelDigest'>,
): Promise<readonly EvaluationRow[]> {
  return kernel.db.transaction(
    institutionId,
    (tx) => tx.rows(evaluationsOfModel, [institutionId, applicationId, modelDigest, mostShown]),
    { isReadOnly: true },
  )
}

const rowsOf = ({ rows }: OpenedRows): readonly FeatureRow[] =>
  rows.map(({ row }) => row).filter((row) => row !== null)

export interface OpenedRows extends LeftOut {
  /** Of each case whose outcome teaches something, in the order in which they occurred. */
  readonly rows: readonly ExampleRow[]
}

/** Features, labels and values of the cases of a period, opened for evaluation; of the last `most` cases where there are more. */
async function openRows(
  kernel: Kernel,
  actor: Actor,
  given: {
    readonly model: Pick<ModelRow, 'applicationId' | 'modelName'>
    readonly period: Period
    readonly most?: number
  },
): Promise<OpenedRows> {
  const { applicationId, modelName } = given.model
  const all = await readPeriod(kernel, actor, { applicationId, ...given.period })
  const stored = given.most === undefined ? all : all.slice(-given.most)
  const rows: ExampleRow[] = []
  let [erased, withheld] = [0, 0]
  for await (const part of openExamples(kernel, actor, {
    applicationId,
    purpose: 'evaluation',
    rows: stored,
  })) {
    const { examples: whole, leftOut } = examplesAmong(part)
    erased += leftOut.erased
    withheld += leftOut.withheld
    const opened = whole.map(({ example }) => example)
    const task = { kind: 'rows', applicationId, modelName, examples: opened, isLearning: false } as const
    rows.push(...(await kernel.workers.run(task)).filter((one) => one !== undefined))
  }
  return { rows, erased, withheld }
}

async function readPeriod(
  kernel: Kernel,
  { institutionId }: Actor,
  { applicationId, from, to }: Period & { readonly applicationId: string },
): Promise<readonly StoredExample[]> {
  return kernel.db.transaction(
    institutionId,
    (tx) => tx.rows(examples, [institutionId, applicationId, from, to]),
    { isReadOnly: true, statementTimeoutMs: readingTimeoutMs, units: everywhere },
  )
}
