/** Why a model says what it says of one case, or of features that somebody gives. */
import type { Explanation, FeatureRow } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import { getCase } from '../cases/cases.ts'
import { type ReadingPurpose, reveal } from '../cases/open.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { artefactOf, type ModelRow } from './models.ts'

/** @throws Refusal `model.artefact_damaged`, `model.engine_cannot`, `model.engine_refused` */
export async function explainRow(kernel: Kernel, model: ModelRow, row: FeatureRow): Promise<Explanation> {
  const { engine } = model
  return kernel.workers.run({ kind: 'explain', engine, bytes: await artefactOf(kernel, model), row })
}

/**
 * Explains a case to somebody who reads it for the purpose: the read is recorded before anything is opened.
 *
 * @throws Refusal `model.case_sealed` where the purpose is not stated or nothing can be opened any more, those of {@link explainRow}, and those of `getCase` and `reveal`
 */
export async function explainCase(
  kernel: Kernel,
  actor: Actor,
  given: { readonly model: ModelRow; readonly caseId: string; readonly purpose: ReadingPurpose | undefined },
): Promise<Explanation> {
  const { model, caseId, purpose } = given
  const { applicationId, modelName } = model
  const { row } = await getCase(kernel, actor, caseId)
  if (row.applicationId !== applicationId)
    throw new Refusal('model.not_found', {
      application: row.applicationId,
      digest: Buffer.from(model.modelDigest).toString('hex').slice(0, 12),
    })
  const { secrets } = await reveal(kernel, actor, { row, purpose })
  const secret = secrets.get(caseId) ?? null
  if (row.sealed !== null && secret === null) throw new Refusal('model.case_sealed')
  const stored = { payload: row.payload, secret }
  const features = await kernel.workers.run({ kind: 'row', applicationId, modelName, stored })
  return explainRow(kernel, model, features)
}
