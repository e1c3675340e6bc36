/** What the model sees of a request. One pure function, the same for training and for serving. */
import { defineFeatures, type FeatureRow, majorUnits } from '@khudi/sdk'
import type { Request } from './case.ts'

/** Every feature with its name and the sentence in which a reason states its value. */
export const requestFeatures = defineFeatures({
  district: {
    kind: 'category',
    label: { en: 'District', ur: 'ضلع' },
    reason: { en: 'The request comes from the district {value}', ur: 'درخواست ضلع {value} سے ہے' },
  },
  requestedPkr: {
    kind: 'number',
    label: { en: 'Requested amount in rupees', ur: 'مطلوبہ رقم، روپے' },
    reason: { en: 'It asks for {value} rupees', ur: 'اس میں {value} روپے مانگے گئے ہیں' },
  },
  previousRequests: {
    kind: 'number',
    label: { en: 'Previous requests', ur: 'سابقہ درخواستیں' },
    reason: {
      en: 'The applicant filed {value} requests before',
      ur: 'درخواست گزار پہلے {value} درخواستیں دے چکا ہے',
    },
  },
})

/** Amounts in other currencies are not converted by guess: the feature is then unknown. */
export function features(request: Request): FeatureRow<typeof requestFeatures> {
  const { district, requestedAmount, previousRequests } = request
  return {
    district,
    requestedPkr: requestedAmount.currency === 'PKR' ? majorUnits(requestedAmount) : null,
    previousRequests,
  }
}
