/** The parcels' application, standing on a public task: each sender may object. */
import type { Application } from '@khudi/sdk'
import parcels from '../../applications/parcels/application.ts'
import { personOf } from '../person-of.ts'

export default {
  ...parcels,
  id: 'visits',
  legalBasis: {
    kind: 'public_task',
    law: { en: 'Made up for tests', ur: 'آزمائش کے لیے فرضی قانون' },
    section: '3',
  },
  subject: personOf,
} satisfies Application
