/** Sensitive acts ask for a proof that is a few minutes old at most: a session left open is not enough (ASVS 5.0, 7.5.1 and 7.5.3). */
import type { Actor } from '../access/roles.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'

type Proving = Pick<Kernel, 'clock' | 'signIn'>

/**
 * Has a person prove once more who they are, before what is sensitive, where they last did so too long ago. Connected systems
 * prove it with each request, the operator by standing at the machine.
 *
 * @throws Refusal `access.proof_stale`
 */
export function requireFresh({ clock, signIn }: Proving, actor: Actor): void {
  const { accountId, verifiedAt } = actor
  if (accountId !== undefined) requireFreshSession({ clock, signIn }, { verifiedAt })
}

/** The same of a session. @throws Refusal `access.proof_stale` */
export function requireFreshSession(
  { clock, signIn }: Proving,
  { verifiedAt }: { readonly verifiedAt: Date | undefined },
): void {
  const isFresh = verifiedAt !== undefined && clock().getTime() - verifiedAt.getTime() <= signIn.freshMs
  if (!isFresh) throw new Refusal('access.proof_stale')
}
