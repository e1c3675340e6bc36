/** The case and its outcome, in the terms of the field. Name every field as the law or the trade names it, with its unit. */
import { choice, cnic, date, money, number, record, text, withRules, type z } from '@khudi/sdk'

/** A request that somebody filed. */
export const Request = record({
  requestNumber: text({ en: 'Request number', ur: 'درخواست نمبر' }, { max: 64 }),
  filedOn: date({ en: 'Filed on', ur: 'داخل کرنے کی تاریخ' }),
  applicantCnic: cnic({ en: 'Applicant CNIC', ur: 'درخواست گزار کا شناختی کارڈ نمبر' }),
  district: text({ en: 'District', ur: 'ضلع' }, { max: 60 }),
  requestedAmount: money({ en: 'Requested amount', ur: 'مطلوبہ رقم' }),
  previousRequests: number({ en: 'Previous requests', ur: 'سابقہ درخواستیں' }, { min: 0, max: 1000 }),
})
export type Request = z.output<typeof Request>
/** The JSON form, as it is submitted and stored. */
export type RequestInput = z.input<typeof Request>

/** What an inspection found. */
export const Inspection = withRules(
  record({
    finding: choice(
      { en: 'Finding', ur: 'نتیجہ' },
      {
        in_order: { en: 'In order', ur: 'درست' },
        not_in_order: { en: 'Not in order', ur: 'نادرست' },
      },
    ),
    inspectedOn: date({ en: 'Inspected on', ur: 'معائنے کی تاریخ' }),
    note: text({ en: 'Note', ur: 'نوٹ' }, { max: 2000 }).optional(),
  }),
  [
    {
      field: 'note',
      message: {
        en: 'say in a note what is not in order',
        ur: 'نوٹ میں لکھیں کہ کیا درست نہیں',
      },
      holds: ({ finding, note }) => finding === 'in_order' || note !== undefined,
    },
  ],
)
export type Inspection = z.output<typeof Inspection>
export type InspectionInput = z.input<typeof Inspection>
