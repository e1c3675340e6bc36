/** An application and a kernel for the tests of the HTTP layer, which need neither to do anything. */

import { choice, date, defineApplication, measure, record, text } from '@khudi/sdk'
import type { ServingKernel } from '../../../kernel/operation.ts'

const label = (en: string) => ({ en, ur: `${en} (اردو)` })

export const permits = defineApplication({
  id: 'permits',
  title: label('Permits'),
  purpose: label('Choose which permits to inspect'),
  legalBasis: { kind: 'law', law: { en: 'Sample Act 2026', ur: 'نمونہ ایکٹ 2026' }, section: '1' },
  classification: 'official',
  case: record({
    number: text(label('Number'), { max: 20 }),
    filedOn: date(label('Filed on')),
    netMassKg: measure(label('Net mass'), 'kg'),
  }),
  outcome: record({ finding: choice(label('Finding'), { fit: label('Fit'), unfit: label('Unfit') }) }),
  roles: { inspector: label('Inspector') },
  models: {},
  recommendations: { inspect: { label: label('Inspect'), adverse: true, review: { role: 'inspector' } } },
  fallback: { role: 'inspector' },
  reference: (given) => given.number,
  occurredOn: (given) => given.filedOn,
  summary: ['number'],
  decide: async () => ({ recommendation: 'inspect', reasons: [] }),
})

const unused = (): never => {
  throw new Error('the sample operations use nothing of the kernel')
}

export const sampleKernel: ServingKernel = {
  get db(): never {
    return unused()
  },
  get egress(): never {
    return unused()
  },
  get installation(): never {
    return unused()
  },
  get keys(): never {
    return unused()
  },
  get keyRing(): never {
    return unused()
  },
  get proposalKinds(): never {
    return unused()
  },
  get logFolder(): never {
    return unused()
  },
  get objects(): never {
    return unused()
  },
  get workers(): never {
    return unused()
  },
  get policies(): never {
    return unused()
  },
  get signIn(): never {
    return unused()
  },
  get singles(): never {
    return unused()
  },
  get exportPages(): never {
    return unused()
  },
  clock: () => new Date('2026-01-31T00:00:00Z'),
  applications: new Map([
    ['permits', { application: permits, folder: '/', digest: new Uint8Array(32), isForeign: false }],
  ]),
}
