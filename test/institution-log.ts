/** The log of a furnished institution: signed, cosigned by itself as a witness, with a key that was handed over to. */
import type { Actor } from '../kernel/access/roles.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { rotateLogKey } from '../kernel/log/log-keys.ts'
import { setPolicy } from '../kernel/log/policy.ts'
import { runRound } from '../kernel/log/round.ts'
import { holdLog } from './signed-log.ts'
import { askOnce, makeWitness, trustLog, witnessNet } from './witnesses.ts'

export async function furnishLog(kernel: Kernel, operator: Actor, slug: string): Promise<void> {
  const { institutionId } = operator
  const held = await holdLog(kernel, institutionId, slug)
  const witness = await makeWitness(kernel, operator, slug)
  await setPolicy(kernel, operator, `witness w ${witness.vkeys[0]} ${witness.url}\nquorum w\n`)
  await runRound(held)
  await rotateLogKey(kernel, operator)
  await trustLog(kernel, witness, institutionId)
  await runRound(held)
  await askOnce(kernel, institutionId, witnessNet(kernel, [witness]).transport)
}
