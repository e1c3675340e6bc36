/** The parcels' application, standing on the consent of each sender. */
import type { Application } from '@khudi/sdk'
import parcels from '../../applications/parcels/application.ts'
import { personOf } from '../person-of.ts'

export default {
  ...parcels,
  id: 'clinics',
  legalBasis: {
    kind: 'consent',
    law: { en: 'Made up for tests', ur: 'آزمائش کے لیے فرضی قانون' },
    section: '2',
  },
  subject: personOf,
} satisfies Application
