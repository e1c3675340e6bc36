/** Whether every entry is borne out by what is stored, and everything stored has its entry. The database does the work. */
import type { Transaction } from '../../../db/database.ts'
import { LogKind } from '../../kinds.ts'
import type { Report } from '../findings.ts'
import {
  badEntriesByCase,
  badEntriesByText,
  badEntriesByUuid,
  kindsBetween,
  planForPairs,
  planForRecords,
  unevenKinds,
  unpairedRecords,
} from './store.ts'

export interface RecordCheck {
  readonly institutionId: string
  readonly report: Report
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

/** Findings of one sort that a range names; what is beyond says nothing new. */
const mostNamed = 100

/** How the row of an entry is found, by kind. */
const foundBy: Readonly<Record<LogKind, 'case' | 'uuid' | 'text'>> = {
  'institution.founded': 'uuid',
  'account.created': 'uuid',
  'account.disabled': 'uuid',
  'grant.given': 'uuid',
  'grant.revoked': 'uuid',
  'unit.added': 'uuid',
  'unit.renamed': 'uuid',
  'unit.moved': 'uuid',
  'unit.closed': 'uuid',
  'sign_in.rule_set': 'uuid',
  'password.set': 'uuid',
  'factor.added': 'uuid',
  'factor.removed': 'uuid',
  'issuer.added': 'uuid',
  'issuer.removed': 'uuid',
  'identity.linked': 'uuid',
  'key.issued': 'text',
  'key.revoked': 'text',
  'system.registered': 'uuid',
  'model.trained': 'text',
  'model.imported': 'text',
  'model.evaluated': 'uuid',
  'model.promoted': 'text',
  'proposal.made': 'uuid',
  'proposal.approved': 'uuid',
  'proposal.rejected': 'uuid',
  'proposal.withdrawn': 'uuid',
  'glass.broken': 'uuid',
  'glass.reviewed': 'uuid',
  'case.opened': 'case',
  'decision.made': 'case',
  'review.completed': 'uuid',
  'outcome.recorded': 'case',
  'import.finished': 'uuid',
  'access.read': 'uuid',
  'person.erased': 'uuid',
  'wrapping_key.rotated': 'text',
  'wrapping_key.destroyed': 'text',
  'log_key.rotated': 'text',
  'log_policy.set': 'uuid',
  'backend.registered': 'text',
  'backend.amended': 'text',
  'backend.withdrawn': 'text',
  'home_country.set': 'uuid',
  'transfer.made': 'uuid',
  'request.received': 'uuid',
  'request.decided': 'uuid',
  'request.executed': 'uuid',
  'request.overdue': 'uuid',
  'case.corrected': 'uuid',
  'hold.added': 'uuid',
  'hold.lifted': 'uuid',
  'deadline.set': 'uuid',
  'retention.set': 'uuid',
  'retention.enforced': 'uuid',
  'breach.opened': 'uuid',
  'breach.assessed': 'uuid',
  'breach.authority_notified': 'uuid',
  'breach.persons_informed': 'uuid',
  'breach.alarmed': 'uuid',
  'policy.set': 'text',
  'consent.given': 'uuid',
  'consent.withdrawn': 'uuid',
  'objection.made': 'uuid',
  'objection.lifted': 'uuid',
}
const statements = { case: badEntriesByCase, uuid: badEntriesByUuid, text: badEntriesByText }

const kindsFoundBy = (way: keyof typeof statements) => LogKind.options.filter((kind) => foundBy[kind] === way)

/** Checks the entries from index `from` on, before `to`. */
export async function checkRecords(
  { institutionId, report, transact }: RecordCheck,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const range = [institutionId, from, to]
  const common = kindsFoundBy('case')
  await transact(async (tx) => {
    const [, others] = await Promise.all([tx.rows(planForRecords), tx.rows(kindsBetween, [...range, common])])
    const present = new Set(others.map(({ kind }) => kind))
    const ways = [
      { statement: statements.case, kinds: common },
      ...(['uuid', 'text'] as const).map((way) => ({
        statement: statements[way],
        kinds: kindsFoundBy(way).filter((kind) => present.has(kind)),
      })),
    ]
    for (const { statement, kinds } of ways) {
      if (kinds.length === 0) continue
      for (const bad of await tx.rows(statement, [...range, kinds, mostNamed]))
        report(bad.isWhole ? 'entry.unfounded' : 'entry.changed', bad.entryIndex, {
          kind: bad.kind,
          record: bad.recordId,
        })
    }
    for (const { kind, firstIndex } of others)
      if (!LogKind.safeParse(kind).success) report('entry.kind_unknown', firstIndex, { kind })
  })
}

/**
 * Checks that entries and rows are pairs: everything stored has its entry, and no two entries record the same. What is about cases
 * is most of it and only counted; two entries for one thing are found with the case (`checkCases`). Answers whether the numbers
 * agree.
 */
export async function checkPairs({ institutionId, report, transact }: RecordCheck): Promise<boolean> {
  return transact(async (tx) => {
    const [, uneven] = await Promise.all([tx.rows(planForPairs), tx.rows(unevenKinds, [institutionId])])
    const others = [...kindsFoundBy('uuid'), ...kindsFoundBy('text')]
    await reportUnpaired(tx, others, report)
    return uneven.every(({ kind }) => !kindsFoundBy('case').some((one) => one === kind))
  })
}

/** The same of what is about cases, record by record, to name what the numbers alone do not. */
export async function checkCasePairs({ report, transact }: RecordCheck): Promise<void> {
  await transact(async (tx) => {
    await tx.rows(planForPairs)
    await reportUnpaired(tx, kindsFoundBy('case'), report)
  })
}

async function reportUnpaired(tx: Transaction, kinds: readonly string[], report: Report): Promise<void> {
  // An entry without a row is among those that no row bears out.
  for (const { kind, recordId, entries, rows, entryIndex } of await tx.rows(unpairedRecords, [
    tx.institutionId,
    kinds,
    mostNamed,
  ]))
    if (entries < rows) report('record.unlogged', null, { kind, record: recordId })
    else if (entries > 1) report('entry.doubled', entryIndex, { kind, record: recordId })
}
