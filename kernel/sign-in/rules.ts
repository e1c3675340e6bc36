/** What an institution asks of everybody who signs in. */
import type { Actor } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append, type Recorded } from '../log/log.ts'
import { insertRule, ruleInForce, type SecondFactor } from './store.ts'

export type { SecondFactor } from './store.ts'

/** Whether a second factor is asked of everybody. It is where nobody said otherwise. */
export async function secondFactorIn(tx: Transaction): Promise<SecondFactor> {
  return (await tx.maybe(ruleInForce, [tx.institutionId]))?.secondFactor ?? 'required'
}

export async function secondFactorOf(
  { db }: Pick<Kernel, 'db'>,
  institutionId: string,
): Promise<SecondFactor> {
  return db.transaction(institutionId, secondFactorIn, { isReadOnly: true })
}

/** Sets it inside the caller's transaction; answers what the log is to record. Sessions that are open stay open. */
export async function writeSecondFactor(
  tx: Transaction,
  { secondFactor, at }: { readonly secondFactor: SecondFactor; readonly at: Date },
): Promise<Recorded> {
  const ruleId = newId()
  await tx.run(insertRule, [tx.institutionId, ruleId, secondFactor, at])
  const record = canonicalJson({ rule: ruleId, secondFactor, setAt: at.toISOString() })
  return { kind: 'sign_in.rule_set', caseId: null, recordId: ruleId, record }
}

/** The operator at the command line sets it alone; over HTTP it takes two people. */
export async function setSecondFactor(
  { db, clock }: Pick<Kernel, 'db' | 'clock'>,
  actor: Pick<Actor, 'institutionId' | 'name'>,
  secondFactor: SecondFactor,
): Promise<void> {
  const at = clock()
  await db.transaction(actor.institutionId, async (tx) => {
    await append(tx, { actor: actor.name, at }, [await writeSecondFactor(tx, { secondFactor, at })])
  })
}
