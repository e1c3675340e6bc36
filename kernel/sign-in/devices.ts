/** Browsers from which somebody has signed in before: each keeps a secret of its own in a cookie, and we its hash. */
import { createHash, randomBytes } from 'node:crypto'
import type { Transaction } from '../db/database.ts'
import type { Kernel } from '../kernel.ts'
import { deviceOfAccount, insertDevice } from './store.ts'

/** Browsers keep a cookie 400 days at most (RFC 6265bis, 5.5). */
export const deviceMs = 400 * 86_400_000

/** 32 bytes, base64url. */
const form = /^[A-Za-z0-9_-]{43}$/

export const newDevice = (): string => randomBytes(32).toString('base64url')

const hashOf = (device: string) => createHash('sha256').update(device).digest()

/** The device's hash where somebody has signed in to the account on it before. */
export async function knownDeviceOf(
  { db, clock }: Pick<Kernel, 'db' | 'clock'>,
  account: { readonly institutionId: string; readonly accountId: string },
  device: string | undefined,
): Promise<Uint8Array | undefined> {
  if (device === undefined || !form.test(device)) return undefined
  const { institutionId, accountId } = account
  const hash = hashOf(device)
  const since = new Date(clock().getTime() - deviceMs)
  const found = await db.transaction(
    institutionId,
    (tx) => tx.maybe(deviceOfAccount, [institutionId, hash, accountId, since]),
    { isReadOnly: true },
  )
  return found === undefined ? undefined : hash
}

/** Knows the device from now on; makes one where the browser brought none. */
export async function rememberDevice(
  tx: Transaction,
  device: string | undefined,
  { accountId, at }: { readonly accountId: string; readonly at: Date },
): Promise<string> {
  const kept = device !== undefined && form.test(device) ? device : newDevice()
  await tx.run(insertDevice, [tx.institutionId, hashOf(kept), accountId, at])
  return kept
}
