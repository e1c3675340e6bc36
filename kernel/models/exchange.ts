/** Models that come from another program or go to one. */
import { createHash } from 'node:crypto'
import type { Actor } from '../access/roles.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { requireLive } from '../register/register.ts'
import { artefactOf, keepDraft, type ModelRow, modelSpecOf } from './models.ts'

/** A larger file is an attack or a mistake; the workers read no larger model either. */
const mostBytes = 256 * 2 ** 20

export interface ForeignFile {
  readonly applicationId: string
  readonly modelName: string
  readonly bytes: Uint8Array
  /** Names of the file's inputs in their order, where it does not tell them itself. */
  readonly inputs?: readonly string[] | undefined
  /** Which rounds are meant, of a model that holds more than its best. */
  readonly rounds?: 'all' | 'best' | undefined
}

/**
 * Takes a model in that another program made, as a draft like any other: two persons make it live, or nobody.
 *
 * @throws Refusal `model.not_declared`, `model.engine_cannot`, `model.engine_refused`, and those of `requireLive`
 */
export async function importModel(
  kernel: Kernel,
  actor: Actor,
  { applicationId, modelName, bytes, inputs, rounds }: ForeignFile,
): Promise<ModelRow> {
  if (bytes.length > mostBytes)
    throw new Refusal('model.engine_refused', { detail: 'the file is larger than any engine reads' })
  const { engine, features } = await kernel.db.transaction(
    actor.institutionId,
    async (tx) => modelSpecOf(await requireLive(kernel, tx, applicationId), modelName),
    { isReadOnly: true },
  )
  const foreign = { bytes, features, ...(inputs && { inputs }), ...(rounds && { rounds }) }
  const taken = await kernel.workers.run({ kind: 'import', engine, foreign })
  const file = createHash('sha256').update(bytes).digest('hex')
  return keepDraft(kernel, actor, {
    applicationId,
    modelName,
    engine,
    origin: 'imported',
    bytes: taken.bytes,
    record: {
      file,
      ...(inputs && { inputs: [...inputs] }),
      ...(rounds && { rounds }),
      summary: taken.summary,
    },
  })
}

/**
 * A model's file: as it is stored, or in a format that other programs read.
 *
 * @throws Refusal `model.artefact_damaged`, `model.engine_cannot`, `model.engine_refused`
 */
export async function exportModel(
  kernel: Kernel,
  model: ModelRow,
  format: string | undefined,
): Promise<Uint8Array> {
  const bytes = await artefactOf(kernel, model)
  if (format === undefined) return bytes
  return kernel.workers.run({ kind: 'export', engine: model.engine, bytes, format })
}
