/** What the API says of requests, holds and retention. */
import { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import { LogKind } from '../log/kinds.ts'
import { receiptStates } from '../log/receipts.ts'
import { type Hold, HoldKind } from './holds.ts'
import type { RequestReceipt } from './receipts.ts'
import { RequestChannel, RequestKind, RequestState, RequestVerdict, type RightsRequest } from './requests.ts'
import { RetentionAfter, type RetentionPlan } from './retention.ts'

export const RequestReply = z.strictObject({
  requestId: z.uuid(),
  personId: z.uuid(),
  kind: RequestKind,
  state: RequestState,
  version: z.number().int(),
  channel: RequestChannel,
  receivedOn: z.iso.date(),
  dueOn: z.iso.date(),
  daysLeft: z
    .number()
    .int()
    .nullable()
    .describe('Calendar days, negative once it is late; null once it is answered'),
  isLate: z.boolean(),
  days: z.number().int(),
  law: BilingualText,
  timeZone: z.string(),
  verdict: RequestVerdict.nullable(),
  ground: z.string().nullable(),
  decidedAt: z.iso.datetime().nullable(),
  done: z.record(z.string(), z.union([z.number(), z.string()])).nullable(),
  completedAt: z.iso.datetime().nullable(),
})

export function requestReply(request: RightsRequest): z.infer<typeof RequestReply> {
  const { requestId, holderId, kind, state, version, channel, receivedOn, dueOn, daysLeft, isLate } = request
  return {
    requestId,
    personId: holderId,
    kind,
    state,
    version,
    channel,
    receivedOn,
    dueOn,
    daysLeft,
    isLate,
    ...request.deadline,
    verdict: request.verdict,
    ground: request.ground,
    decidedAt: request.decidedAt?.toISOString() ?? null,
    done: request.done === null ? null : { ...request.done },
    completedAt: request.completedAt?.toISOString() ?? null,
  }
}

export const HoldReply = z.strictObject({
  holdId: z.uuid(),
  kind: HoldKind,
  personId: z.uuid().nullable(),
  applicationId: z.string().nullable(),
  basis: z.string(),
  addedAt: z.iso.datetime(),
})

export function holdReply({ holderId, addedAt, ...hold }: Hold): z.infer<typeof HoldReply> {
  return { ...hold, personId: holderId, addedAt: addedAt.toISOString() }
}

export const ReceiptReply = z.strictObject({
  kind: LogKind,
  recordedAt: z.iso.datetime(),
  state: z.enum(receiptStates),
  entryIndex: z.number().int().nullable(),
  receipt: z
    .string()
    .nullable()
    .describe('A c2sp.org/tlog-proof, which verifies offline; null until it is ready'),
})

export function receiptReply({ entry, state, text }: RequestReceipt): z.infer<typeof ReceiptReply> {
  const { kind, recordedAt, entryIndex } = entry
  return { kind, recordedAt: recordedAt.toISOString(), state, entryIndex, receipt: text }
}

export const PlanReply = z.strictObject({
  applicationId: z.string(),
  classification: z.string(),
  years: z.number().int().nullable(),
  law: BilingualText.nullable(),
  after: RetentionAfter,
  upTo: z.iso.date().nullable().describe('The last day of which cases need not be kept'),
  due: z.number().int().describe('Cases that the next run takes the sealed part out of'),
  held: z.number().int(),
  underWay: z.number().int(),
})

export const planReply = (plan: RetentionPlan): z.infer<typeof PlanReply> => ({ ...plan })
