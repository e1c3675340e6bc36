/**
 * The case and its outcome, in the terms of the field. Name every field as the law or the trade names it, with its unit.
 *
 * The application is classified personal, so every field is sealed that does not say otherwise. Say `operational` only of what
 * has to be searched or counted and tells nothing about a person by itself.
 */
import { choice, cnic, date, money, number, record, text, withRules, type z } from '@khudi/sdk'

const operational = { protection: 'operational' } as const

/** A request that somebody filed. */
export const Request = record({
  requestNumber: text({ en: 'Request number', ur: 'درخواست نمبر' }, { max: 64, ...operational }),
  filedOn: date({ en: 'Filed on', ur: 'داخل کرنے کی تاریخ' }, operational),
  /** A national identifier is sealed whatever the class. */
  applicantCnic: cnic({ en: 'Applicant CNIC', ur: 'درخواست گزار کا شناختی کارڈ نمبر' }),
  district: text({ en: 'District', ur: 'ضلع' }, { max: 60, ...operational }),
  requestedAmount: money({ en: 'Requested amount', ur: 'مطلوبہ رقم' }, operational),
  previousRequests: number(
    { en: 'Previous requests', ur: 'سابقہ درخواستیں' },
    { min: 0, max: 1000, ...operational },
  ),
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
      operational,
    ),
    inspectedOn: date({ en: 'Inspected on', ur: 'معائنے کی تاریخ' }, operational),
    /** Sealed: what an inspector writes freely may name anybody. */
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
