/** Making a model the live one: one person proposes it, another approves. The one before it retires. */
import { z } from 'zod'
import type { Actor } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import type { ProposalKind } from '../proposals/kinds.ts'
import type { NewProposal } from '../proposals/proposals.ts'
import { modelRecord } from './models.ts'
import {
  liveModels,
  lockModels,
  type ModelRow,
  modelByDigest,
  promoteModel,
  retireLiveModel,
} from './store.ts'

/** A digest in 64 lower-case hexadecimal digits. */
const Digest = z.string().regex(/^[0-9a-f]{64}$/)

const Promotion = z.strictObject({
  application: z.string().max(40),
  digest: Digest,
  /** Name of the model in the application's declaration. */
  model: z.string().max(40),
  /** Digest of the live model that it takes the place of; null where there is none. */
  replaces: Digest.nullable(),
})
type Promotion = z.infer<typeof Promotion>

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const short = (digest: string) => digest.slice(0, 12)

/**
 * What proposes to make a model live in the place of the one that is live now.
 *
 * @throws Refusal `model.not_found`
 */
export async function promotionOf(
  kernel: Kernel,
  actor: Actor,
  { applicationId, digest }: { readonly applicationId: string; readonly digest: Uint8Array },
): Promise<NewProposal & { readonly body: Promotion }> {
  return kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const found = await modelIn(tx, { applicationId, digest: hex(digest) })
      const replaces = await liveDigest(tx, found)
      const body = { application: applicationId, digest: hex(digest), model: found.modelName, replaces }
      return { kind: promotion.kind, body }
    },
    { isReadOnly: true },
  )
}

async function modelIn(
  tx: Transaction,
  { applicationId, digest }: { readonly applicationId: string; readonly digest: string },
): Promise<ModelRow> {
  const found = await tx.maybe(modelByDigest, [tx.institutionId, applicationId, Buffer.from(digest, 'hex')])
  if (found === undefined)
    throw new Refusal('model.not_found', { application: applicationId, digest: short(digest) })
  return found
}

async function liveDigest(
  tx: Transaction,
  { applicationId, modelName }: Pick<ModelRow, 'applicationId' | 'modelName'>,
): Promise<string | null> {
  const live = await tx.rows(liveModels, [tx.institutionId, applicationId])
  const before = live.find((one) => one.modelName === modelName)
  return before === undefined ? null : hex(before.modelDigest)
}

/** @throws Refusal `model.not_found`, `model.live_already`, `proposal.outdated` */
async function requirePromotable(tx: Transaction, body: Promotion): Promise<ModelRow> {
  const model = await modelIn(tx, { applicationId: body.application, digest: body.digest })
  if (model.modelName !== body.model)
    throw new Refusal('model.not_found', { application: body.application, digest: short(body.digest) })
  if (model.state === 'live') throw new Refusal('model.live_already', { digest: short(body.digest) })
  if ((await liveDigest(tx, model)) !== body.replaces) throw new Refusal('proposal.outdated')
  return model
}

export const promotion: ProposalKind<Promotion> = {
  kind: 'model.promote',
  body: Promotion,
  title: { en: 'Make a model live', ur: 'ماڈل کو فعال کرنا' },
  propose: 'model.promote',
  approve: 'model.approve',
  describe: ({ application, model, digest, replaces }) => ({
    en: `Model ${short(digest)} becomes the live "${model}" of ${application}${replaces === null ? '' : `, in the place of ${short(replaces)}`}`,
    ur: `اطلاق ${application} میں "${model}" کے لیے ماڈل ${short(digest)} فعال ہوگا${replaces === null ? '' : `، ${short(replaces)} کی جگہ`}`,
  }),
  async check(kernel, { institutionId }, body) {
    // The artefact lies outside of the database.
    if ((await kernel.objects.find(Buffer.from(body.digest, 'hex'))) === undefined)
      throw new Refusal('model.artefact_damaged', { digest: short(body.digest) })
    await kernel.db.transaction(institutionId, (tx) => requirePromotable(tx, body), { isReadOnly: true })
  },
  async apply(tx, _kernel, { body, at }) {
    const key = [tx.institutionId, body.application]
    // Of two promotions the second sees what the first did.
    await tx.rows(lockModels, key)
    const model = await requirePromotable(tx, body)
    await tx.run(retireLiveModel, [...key, model.modelName])
    await tx.run(promoteModel, [...key, model.modelName, model.modelDigest, at])
    return [{ kind: 'model.promoted', caseId: null, recordId: body.digest, record: modelRecord(model) }]
  },
}
