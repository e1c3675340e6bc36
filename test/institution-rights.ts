/** Requests, holds, breaches and retention of a furnished institution: a step of every kind. */
import type { Actor } from '../kernel/access/roles.ts'
import {
  alarmBreaches,
  assessBreach,
  informPersons,
  notifyAuthority,
  openBreach,
} from '../kernel/breaches/breaches.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { alarmOverdue } from '../kernel/rights/alarms.ts'
import { correctCase } from '../kernel/rights/correct.ts'
import { setDeadline } from '../kernel/rights/deadline.ts'
import { executeRequest } from '../kernel/rights/execute.ts'
import { addHold, liftHold } from '../kernel/rights/holds.ts'
import { decideRequest, type RequestKind, receiveRequest } from '../kernel/rights/requests.ts'
import { runRetention, setRetention } from '../kernel/rights/retention.ts'
import { decided, permit } from './kernel.ts'

export interface FurnishedRights {
  /** Requests: one waits for its decision, late already; the others were granted, one of each kind. Each of version 2. */
  readonly requests: Readonly<Record<'waiting' | 'restriction' | 'correction' | 'export', string>>
  /** A case that the correction may be of. */
  readonly correctable: string
  /** A hold in force. */
  readonly holdId: string
  /** Breaches: one of version 1, that nobody has assessed; two of version 2, that somebody has. */
  readonly breaches: Readonly<Record<'opened' | 'toNotify' | 'toInform', string>>
}

const law = { en: 'Made up for tests', ur: 'آزمائش کے لیے فرضی قانون' }
const asking = { contact: null, words: 'As the law lets me.', channel: 'api' } as const
/** Who has asked for corrections, and whom a hold keeps. */
const corrected = { applicantCnic: '3520298765431', applicantName: 'Sadia' }
/** Whose permit is older than anybody has to keep it. */
const forgotten = { applicantCnic: '3520211111113', applicantName: 'Rahim', filedOn: '1990-01-01' }

export async function furnishRights(kernel: Kernel, operator: Actor): Promise<FurnishedRights> {
  await setDeadline(kernel, operator, { days: 20, law, timeZone: 'Asia/Karachi' })
  const { caseId } = await decided(kernel, operator, 'permits', permit(corrected))
  const name = `cnic:${corrected.applicantCnic}`
  const correction = await granted(kernel, operator, { kind: 'correction', name })
  const { version } = await correctCase(kernel, operator, {
    ...correction,
    caseId,
    fields: [{ field: 'applicantName', value: 'Saadia' }],
    statement: 'Misspelt at the counter.',
  })
  const { requestId } = correction
  const { holderId } = await executeRequest(kernel, operator, { requestId, version })
  const hold = { kind: 'legal', holderId, applicationId: null, basis: 'Order 7 of the tests' } as const
  const lifted = await addHold(kernel, operator, hold)
  await liftHold(kernel, operator, { holdId: lifted.holdId, basis: 'Order 8 of the tests' })
  const { holdId } = await addHold(kernel, operator, hold)
  const late = { ...asking, kind: 'access', name, receivedOn: '2026-01-02' } as const
  const waiting = await receiveRequest(kernel, operator, late)
  await alarmOverdue(kernel, operator.institutionId)
  await decided(kernel, operator, 'permits', permit(forgotten))
  await setRetention(kernel, operator, { classification: 'personal', years: 30, law, after: 'anonymise' })
  await Array.fromAsync(runRetention(kernel, operator))
  const restriction = await granted(kernel, operator, { kind: 'restriction', name })
  const again = await granted(kernel, operator, { kind: 'correction', name })
  const archive = await granted(kernel, operator, { kind: 'export', name })
  const requests = {
    waiting: waiting.requestId,
    restriction: restriction.requestId,
    correction: again.requestId,
    export: archive.requestId,
  }
  return { requests, correctable: caseId, holdId, breaches: await furnishBreaches(kernel, operator) }
}

async function granted(
  kernel: Kernel,
  operator: Actor,
  given: { readonly kind: RequestKind; readonly name: string },
) {
  const received = await receiveRequest(kernel, operator, { ...asking, ...given, receivedOn: undefined })
  const { requestId, version } = received
  const decision = {
    requestId,
    version,
    verdict: 'granted',
    ground: null,
    reason: 'It is their right.',
  } as const
  return { requestId, version: (await decideRequest(kernel, operator, decision)).version }
}

async function furnishBreaches(kernel: Kernel, operator: Actor): Promise<FurnishedRights['breaches']> {
  const ago = (hours: number) => new Date(kernel.clock().getTime() - hours * 3_600_000).toISOString()
  const breach = {
    what: 'A printed list was left in a shop.',
    happenedAt: null,
    cells: [{ category: 'Names', persons: 12, records: 12 }],
    consequences: 'Somebody may have read it.',
    measures: 'The list was fetched back.',
  }
  const first = await openBreach(kernel, operator, { ...breach, foundAt: ago(2) })
  const { breachId } = first
  let { version } = first
  const risk = { risk: 'likely', why: 'It lay there for an hour.' } as const
  ;({ version } = await assessBreach(kernel, operator, { breachId, version, ...risk }))
  const notice = {
    authority: 'Authority of the tests',
    reference: 'T-1',
    lateReason: null,
    notifiedAt: ago(0),
  }
  ;({ version } = await notifyAuthority(kernel, operator, { breachId, version, ...notice }))
  await informPersons(kernel, operator, { breachId, version, persons: 12, how: 'By letter.', whyNot: null })
  await openBreach(kernel, operator, { ...breach, foundAt: ago(30) })
  await alarmBreaches(kernel, operator.institutionId)
  const open = async () => (await openBreach(kernel, operator, { ...breach, foundAt: ago(1) })).breachId
  const assessed = async () => {
    const breachId = await open()
    await assessBreach(kernel, operator, { breachId, version: 1, ...risk })
    return breachId
  }
  return { opened: await open(), toNotify: await assessed(), toInform: await assessed() }
}
