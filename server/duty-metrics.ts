/** Figures of duties with a clock: requests of data subjects and breaches, by institution. Never about a person. */
import { Gauge, type Registry } from 'prom-client'
import { runningBreaches } from '../kernel/breaches/breaches.ts'
import { institutions } from '../kernel/institutions/institutions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { waitingRequests } from '../kernel/rights/alarms.ts'

type Store = Pick<Kernel, 'db' | 'clock'>

/** Counts anew whenever the figures are read. */
export function watchDuties(registry: Registry, kernel: Store): void {
  gauge(registry, {
    name: 'khudi_requests_waiting',
    help: 'Requests of data subjects that wait for an answer; late ones are past their last day',
    count: (institutionId) => waitingRequests(kernel, institutionId),
    kernel,
  })
  gauge(registry, {
    name: 'khudi_breaches_untold',
    help: 'Breaches that the authority has yet to be told of; late ones are past their 72 hours',
    count: (institutionId) => runningBreaches(kernel, institutionId),
    kernel,
  })
}

interface Duty {
  readonly name: string
  readonly help: string
  readonly kernel: Store
  count(institutionId: string): Promise<{ readonly open: number; readonly late: number }>
}

function gauge(registry: Registry, { name, help, kernel, count }: Duty): void {
  new Gauge({
    name,
    help,
    labelNames: ['institution', 'state'],
    registers: [registry],
    async collect() {
      for (const { institutionId, slug } of await institutions(kernel)) {
        const { open, late } = await count(institutionId)
        this.set({ institution: slug, state: 'in_time' }, open - late)
        this.set({ institution: slug, state: 'late' }, late)
      }
    },
  })
}
