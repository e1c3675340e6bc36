import { z } from 'zod'
import { type AnyOperation, fileOperation, operation } from '../operation.ts'
import { LogKind } from './kinds.ts'
import { receiptQr } from './receipt-qr.ts'
import { type ReceiptEntry, receiptOf, receiptStates, receiptsOf } from './receipts.ts'

const CaseParams = z.strictObject({ caseId: z.uuid() })
const ReceiptParams = z.strictObject({ caseId: z.uuid(), entryIndex: z.coerce.number().int().min(0) })

const ReceiptReply = z.strictObject({
  kind: LogKind,
  recordedAt: z.iso.datetime(),
  /** Code of what was recommended or decided; empty where nothing was. */
  said: z.string(),
  state: z.enum(receiptStates),
  /** Place in the log; null as long as it has none. */
  entryIndex: z.number().int().nullable(),
})

const receiptReply = ({ entry, state }: ReceiptEntry): z.infer<typeof ReceiptReply> => ({
  kind: entry.kind,
  recordedAt: entry.recordedAt.toISOString(),
  said: entry.said,
  state,
  entryIndex: entry.entryIndex,
})

const listRoute = operation({
  id: 'receipts.list',
  method: 'GET',
  path: '/v1/cases/{caseId}/receipts',
  summary: 'What of a case can be proven, and the policy that its receipts are to be checked by',
  scope: 'case.read',
  params: CaseParams,
  query: z.strictObject({}),
  body: undefined,
  reply: {
    status: 200,
    schema: z.strictObject({
      items: z.array(ReceiptReply),
      /** c2sp.org/tlog-policy, and the same in short: `2/3` is two of three witnesses. */
      policy: z.string(),
      statement: z.string(),
    }),
  },
  refusals: ['case.not_found'],
  async handle(kernel, { actor, params }) {
    const { entries, policy, statement } = await receiptsOf(kernel, actor, params.caseId)
    return { status: 200, body: { items: entries.map(receiptReply), policy, statement } }
  },
})

const showRoute = fileOperation({
  id: 'receipts.show',
  method: 'GET',
  path: '/v1/cases/{caseId}/receipts/{entryIndex}',
  summary: 'The receipt of one entry, a c2sp.org/tlog-proof that verifies offline',
  scope: 'case.read',
  params: ReceiptParams,
  query: z.strictObject({}),
  body: undefined,
  mediaTypes: ['text/plain'],
  refusals: ['case.not_found', 'receipt.not_found', 'receipt.not_ready'],
  async handle(kernel, { actor, params }) {
    const text = await receiptOf(kernel, actor, params)
    return {
      mediaType: 'text/plain; charset=utf-8',
      fileName: `receipt-${params.entryIndex}.tlog-proof`,
      chunks: [Buffer.from(text)],
    }
  },
})

const qrRoute = fileOperation({
  id: 'receipts.qr',
  method: 'GET',
  path: '/v1/cases/{caseId}/receipts/{entryIndex}/qr',
  summary: 'The same receipt as one QR code',
  scope: 'case.read',
  params: ReceiptParams,
  query: z.strictObject({}),
  body: undefined,
  mediaTypes: ['image/svg+xml'],
  refusals: ['case.not_found', 'receipt.not_found', 'receipt.not_ready', 'receipt.qr_too_long'],
  async handle(kernel, { actor, params }) {
    const svg = receiptQr(await receiptOf(kernel, actor, params))
    return {
      mediaType: 'image/svg+xml; charset=utf-8',
      fileName: `receipt-${params.entryIndex}.svg`,
      chunks: [Buffer.from(svg)],
    }
  },
})

export const operations: readonly AnyOperation[] = [listRoute, showRoute, qrRoute]
