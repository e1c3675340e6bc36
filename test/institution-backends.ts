/** Backends of an institution, a home country and a transfer, as `furnish` makes them. */
import type { Actor } from '../kernel/access/roles.ts'
import {
  amendBackend,
  registerBackend,
  setHomeCountry,
  withdrawBackend,
} from '../kernel/backends/backends.ts'
import type { BackendSpec } from '../kernel/backends/spec.ts'
import { recordTransfer } from '../kernel/backends/transfers.ts'
import type { Kernel } from '../kernel/kernel.ts'

export interface FurnishedBackends {
  readonly own: string
  /** Only this institution has one of this name. */
  readonly only: string
  readonly withdrawable: string
}

export function backendBody(backendId: string): BackendSpec {
  return {
    backendId,
    kind: 'sms',
    title: { en: 'SMS gateway', ur: 'ایس ایم ایس گیٹ وے' },
    endpoint: 'https://sms.example.gov.pk',
    addresses: [],
    classifications: ['open'],
    location: 'PK',
    operatorLaw: 'PK',
    ownerLaw: 'AE',
    keyHolder: 'institution',
    evidence: { text: 'As drawn', documentDigest: null },
    expiresAt: '2090-01-01T00:00:00.000Z',
  }
}

export async function furnishBackends(
  kernel: Kernel,
  operator: Actor,
  slug: string,
): Promise<FurnishedBackends> {
  const backends = { own: 'gateway', only: `gateway-${slug}`, withdrawable: 'old-gateway' }
  for (const backendId of Object.values(backends))
    await registerBackend(kernel, operator, backendBody(backendId))
  await amendBackend(kernel, operator, { backendId: backends.own, ownerLaw: 'PK' })
  await withdrawBackend(kernel, operator, backends.withdrawable)
  await registerBackend(kernel, operator, backendBody(backends.withdrawable))
  await setHomeCountry(kernel, operator, 'PK')
  await kernel.db.transaction(operator.institutionId, (tx) =>
    recordTransfer(tx, kernel.clock(), {
      backendId: backends.own,
      backendVersion: 1,
      classification: 'official',
      purpose: 'notice',
      role: undefined,
      isRedacted: true,
    }),
  )
  return backends
}
