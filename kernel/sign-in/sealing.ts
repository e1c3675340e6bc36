/** What signing in keeps secret in the database: sealed under a key that the vault holds for it, one of each institution. */
import type { Kernel } from '../kernel.ts'
import { signInHolder } from '../vault/places.ts'
import { type Place, seal, unseal } from '../vault/seal.ts'
import { holdersFor } from '../vault/vault.ts'

async function holderOf(kernel: Kernel, institutionId: string) {
  const holder = (await holdersFor(kernel, institutionId, [signInHolder])).get(signInHolder)
  if (holder === undefined) throw new Error('the vault makes a key where there is none')
  return holder
}

/** Transactions of its own, so before that of what is sealed. */
export async function sealSecret(
  kernel: Kernel,
  institutionId: string,
  { place, text }: { readonly place: Place; readonly text: string },
): Promise<Buffer> {
  return seal(await holderOf(kernel, institutionId), place, text)
}

/** @throws Error where it was sealed for another place */
export async function openSecret(
  kernel: Kernel,
  institutionId: string,
  { place, sealed }: { readonly place: Place; readonly sealed: Uint8Array },
): Promise<string> {
  return unseal(await holderOf(kernel, institutionId), place, sealed)
}
