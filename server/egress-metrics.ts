/** What Prometheus reads of the way out: calls by backend and verdict, and attempts that went around it. */
import { Counter, type Registry } from 'prom-client'
import type { Egress } from '../kernel/egress/egress.ts'
import { blockedAttempts } from './guard/process.ts'

export function watchEgress(registry: Registry, egress: Pick<Egress, 'counts'>): void {
  const registers = [registry]
  new Counter({
    name: 'khudi_egress_calls_total',
    help: 'Questions whether something may go to a backend, and what came of them',
    labelNames: ['backend', 'verdict'],
    registers,
    collect() {
      this.reset()
      for (const { backendId, verdict, calls } of egress.counts())
        this.inc({ backend: backendId, verdict }, calls)
    },
  })
  new Counter({
    name: 'khudi_egress_blocked_total',
    help: 'Attempts to reach the network around the way out, all of them blocked',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset()
      for (const [kind, attempts] of blockedAttempts) this.inc({ kind }, attempts)
    },
  })
}
