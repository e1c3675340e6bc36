/** The keys that this institution cosigns with, and the name that others trust them under. */
import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { Fatal, Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import type { Signer } from '../keys/keys.ts'
import { cosignerVkey, isKeyName, type NoteKey } from '../log/note.ts'
import { findWitness, insertWitness, type WitnessRow } from './store.ts'

type Keeper = Pick<Kernel, 'db' | 'keys' | 'clock'>

const algorithms = ['ed25519', 'ml-dsa-44'] as const
const nameOf = (institutionId: string, algorithm: Signer['algorithm']) =>
  `witness/${institutionId}/${algorithm}`

/**
 * Makes an institution a witness. The name stays for ever: signatures and the keys of others' policies carry it. The private
 * keys are durable before the database knows of them; a crash in between leaves keys that the next call takes.
 *
 * @throws Refusal `access.scope_missing`, `witness.name_fixed`, `witness.name_invalid`
 */
export async function enableWitness(keeper: Keeper, actor: Actor, name: string): Promise<WitnessRow> {
  requireScope(actor, 'log.manage')
  const { institutionId } = actor
  if (!isKeyName(name) || Buffer.byteLength(name) > 255) throw new Refusal('witness.name_invalid', { name })
  const known = await findWitnessOf(keeper, institutionId)
  if (known === undefined) {
    const keys: NoteKey[] = []
    for (const algorithm of algorithms) {
      const signer = await keeper.keys.makeSigner(nameOf(institutionId, algorithm), algorithm)
      keys.push({ name, signer })
    }
    const vkeys = keys.map(cosignerVkey).join(' ')
    await keeper.db.transaction(institutionId, (tx) =>
      tx.run(insertWitness, [institutionId, name, vkeys, keeper.clock()]),
    )
  }
  const witness = known ?? (await findWitnessOf(keeper, institutionId))
  if (witness === undefined) throw new Refusal('witness.name_invalid', { name })
  if (witness.name !== name) throw new Refusal('witness.name_fixed', { name: witness.name })
  return witness
}

export function findWitnessOf(
  { db }: Pick<Keeper, 'db'>,
  institutionId: string,
): Promise<WitnessRow | undefined> {
  return db.transaction(institutionId, (tx) => tx.maybe(findWitness, [institutionId]))
}

/** @throws Fatal `keys.missing`, `keys.other` */
export async function openWitnessKeys(
  { keys }: Pick<Keeper, 'keys'>,
  institutionId: string,
  { name, vkeys }: WitnessRow,
): Promise<readonly NoteKey[]> {
  const known = vkeys.split(' ')
  return Promise.all(
    algorithms.map(async (algorithm) => {
      const keyName = nameOf(institutionId, algorithm)
      const key = { name, signer: await keys.signer(keyName, algorithm) }
      if (!known.includes(cosignerVkey(key))) throw new Fatal('keys.other', { name: keyName })
      return key
    }),
  )
}
