/**
 * What decisions are made with: the registered code of an application and its live models, pinned by digest for a batch and
 * confirmed in the transaction that commits the batch.
 */
import type { Application } from '@khudi/sdk'
import type { Standing } from '../backends/reading.ts'
import type { Transaction } from '../db/database.ts'
import { storageIn } from '../egress/storage.ts'
import { samplingKeyOf } from '../institutions/institutions.ts'
import type { Kernel } from '../kernel.ts'
import { liveModelsOf, loadModels, type ModelRow } from '../models/models.ts'
import type { InstalledApplication } from '../register/applications.ts'
import { installed, requireLive } from '../register/register.ts'
import { type PinRow, pinOf, policyName } from './store.ts'

export interface Pin {
  readonly application: Application
  readonly applicationDigest: Uint8Array
  /** Secret of the draw for sampled reviews. */
  readonly samplingKey: Uint8Array
  readonly models: readonly ModelRow[]
  /** Digest (hex) of each model by name, as the workers take them. */
  readonly digests: Readonly<Record<string, string>>
  /** The one model that decided; `null` where the application declares none or several took part. */
  readonly modelDigest: Uint8Array | null
  /** Of the policies in force, 32 bytes. */
  readonly policyDigest: Buffer
  /** Where its cases come to lie, as the register of backends said when pinned. */
  readonly storage: Standing
  /** Register, policies and models as they were when pinned, to be compared at commit. */
  readonly fingerprint: string
}

/** What the fingerprint and the installed code say: the same as long as they are. */
type Pinned = Pick<Pin, 'application' | 'applicationDigest' | 'samplingKey' | 'models' | 'fingerprint'>

/** The last of each application at each institution, by database; good for as long as the fingerprint read anew equals it. */
const lastPinned = new WeakMap<Kernel['db'], Map<string, Pinned & { readonly of: InstalledApplication }>>()

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/**
 * Pins an application at an institution and has the workers load its models.
 *
 * @throws Refusal of the register and of the models where something may not run
 */
export async function pin(kernel: Kernel, institutionId: string, applicationId: string): Promise<Pin> {
  // Puts those that the platform comes with in force where nothing is yet.
  const { digest: known } = await kernel.policies.inForce(institutionId)
  const pinned = await kernel.db.transaction(
    institutionId,
    async (tx) => {
      const [rows, storage] = await Promise.all([
        tx.rows(pinOf, [institutionId, applicationId]),
        storageIn(tx, kernel),
      ])
      const policies = rows.find(({ name }) => name === policyName)
      if (policies === undefined) throw new Error('policies were just put in force')
      const found = await pinnedIn(kernel, tx, { applicationId, fingerprint: fingerprintOf(rows) })
      return { ...found, storage, policyDigest: Buffer.from(policies.digest) }
    },
    { isReadOnly: true },
  )
  // Whoever asks policy next asks those that are pinned.
  if (!pinned.policyDigest.equals(known)) kernel.policies.forget(institutionId)
  await loadModels(kernel, pinned.models)
  const [only, another] = pinned.models
  return {
    ...pinned,
    digests: Object.fromEntries(pinned.models.map((model) => [model.modelName, hex(model.modelDigest)])),
    modelDigest: only !== undefined && another === undefined ? only.modelDigest : null,
  }
}

/** Reads what is pinned, unless nothing of it has changed since it was read before: the fingerprint names all of it by digest. */
async function pinnedIn(
  kernel: Kernel,
  tx: Transaction,
  { applicationId, fingerprint }: { readonly applicationId: string; readonly fingerprint: string },
): Promise<Pinned> {
  const all = lastPinned.get(kernel.db) ?? new Map<string, Pinned & { readonly of: InstalledApplication }>()
  lastPinned.set(kernel.db, all)
  const key = `${tx.institutionId}/${applicationId}`
  const before = all.get(key)
  if (before?.fingerprint === fingerprint && before.of === installed(kernel, applicationId)) return before
  const live = await requireLive(kernel, tx, applicationId)
  const { application, digest } = live
  const models = await liveModelsOf(tx, applicationId, Object.keys(application.models))
  const samplingKey = await samplingKeyOf(tx)
  const pinned = { of: live, application, applicationDigest: digest, models, samplingKey, fingerprint }
  all.set(key, pinned)
  return pinned
}

/** Whether register, policies and live models still are as pinned; read in the transaction that commits what they decided. */
export async function stillPinned(tx: Transaction, { application, fingerprint }: Pin): Promise<boolean> {
  return fingerprintOf(await tx.rows(pinOf, [tx.institutionId, application.id])) === fingerprint
}

function fingerprintOf(rows: readonly PinRow[]): string {
  return rows.map(({ name, digest, state }) => `${name}\n${hex(digest)}\n${state}`).join('\n')
}
