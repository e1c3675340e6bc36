/** Who an account is as an actor: what is granted to it now. */
import { rightsOf } from '../access/grants.ts'
import type { Actor } from '../access/roles.ts'
import type { Kernel } from '../kernel.ts'

export async function actorOfAccount(
  { db }: Pick<Kernel, 'db'>,
  institutionId: string,
  accountId: string,
): Promise<Actor & { readonly accountId: string }> {
  const rights = await db.transaction(institutionId, (tx) => rightsOf(tx, accountId), { isReadOnly: true })
  return { institutionId, name: `account:${accountId}`, accountId, applicationId: undefined, ...rights }
}
