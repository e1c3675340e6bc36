import type { ServingKernel } from '../../kernel/operation.ts'
import type { Doorkeeping } from './admission.ts'
import type { FailureReporting } from './failures.ts'
import type { HttpMetrics } from './metrics.ts'

/** What every operation is mounted with. */
export interface Mounting extends Doorkeeping {
  readonly kernel: ServingKernel
  readonly metrics: HttpMetrics
  readonly reporting: FailureReporting
  /** Holds replies, lines and rows against their schemas. */
  readonly checksReplies: boolean
}
