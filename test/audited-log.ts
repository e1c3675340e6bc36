/** An institution whose log has every kind of entry, signed, cosigned and published, as an audit finds it. */
import { join } from 'node:path'
import type pg from 'pg'
import { type Actor, everywhere } from '../kernel/access/roles.ts'
import { keysAtHand } from '../kernel/log/audit/at-hand.ts'
import type { AuditedLog, AuditOptions } from '../kernel/log/audit/audit.ts'
import { setPolicy } from '../kernel/log/policy.ts'
import { runRound } from '../kernel/log/round.ts'
import type { ServingKernel } from '../kernel/operation.ts'
import { recordOutcome } from '../kernel/outcomes/outcomes.ts'
import { erasePerson } from '../kernel/vault/erase.ts'
import type { TestDatabase } from './database.ts'
import { root } from './files.ts'
import { furnish } from './institution.ts'
import { decided, freshKernel, permit, submit, testApplications } from './kernel.ts'
import { holdLog, operatorOf } from './signed-log.ts'
import { askOnce, makeWitness, type TestWitness, trustLog, witnessNet } from './witnesses.ts'

export interface AuditedInstitution {
  readonly kernel: ServingKernel
  readonly database: TestDatabase
  readonly owner: pg.Client
  readonly operator: Actor
  readonly log: AuditedLog
  readonly atHand: Required<Pick<AuditOptions, 'opens' | 'holdsKey'>>
  /** Another institution, which cosigned the newest checkpoint. */
  readonly witness: TestWitness
  /** Gives whatever waits a place and publishes. */
  sequence(): Promise<void>
}

export async function auditedInstitution(): Promise<AuditedInstitution> {
  const { kernel: still, database } = await freshKernel([testApplications, join(root, 'test/hearing')])
  // Every operation at an instant of its own, as outside of tests.
  let now = Date.parse('2026-03-02T06:00:00.000Z')
  const clock = () => {
    now += 1
    return new Date(now)
  }
  const kernel = { ...still, clock }
  const { operator } = await furnish(kernel, 'alpha')
  const { institutionId } = operator
  const witness = await makeWitness(kernel, await operatorOf(kernel, 'beta'), 'beta')
  await setPolicy(kernel, operator, `witness b ${witness.vkeys[0]} ${witness.url}\nquorum b\n`)
  await trustLog(kernel, witness, institutionId)
  const held = await holdLog(kernel, institutionId, 'alpha')
  const sequence = async () => {
    while ((await runRound(held)).added > 0);
  }
  await moreHistory(kernel, operator, sequence)
  await askOnce(kernel, institutionId, witnessNet(kernel, [witness]).transport)
  const { origin, folder } = held
  return {
    kernel,
    database,
    owner: await database.connect(),
    operator,
    log: {
      institutionId,
      origin,
      folder,
      transact: (work, options) =>
        kernel.db.transaction(institutionId, work, { isReadOnly: true, units: everywhere, ...options }),
    },
    atHand: keysAtHand(kernel.keys, held),
    witness,
    sequence,
  }
}

/** Cases enough for a second tile, some with what is sealed only later; and somebody who is erased. */
async function moreHistory(kernel: ServingKernel, operator: Actor, sequence: () => Promise<void>) {
  const gone = { applicantCnic: '4210198765432', applicantName: 'Bilal' }
  await decided(kernel, operator, 'permits', permit(gone))
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  const outcome = { finding: 'right', witness: 'Yusuf' }
  await recordOutcome(kernel, operator, { caseId, version: undefined, outcome })
  await sequence()
  await erasePerson(kernel, operator, { name: `cnic:${gone.applicantCnic}`, ground: 'request' })
  await sequence()
  const many = Array.from({ length: 100 }, (_, at) => permit({ answer: at % 3 === 0 ? 'check' : 'grant' }))
  await submit(kernel, operator, 'permits', ...many)
  await sequence()
}
