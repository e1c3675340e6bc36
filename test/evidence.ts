/** Keeps what a run of the suite showed, for the checks of sovereignty that no installation can make by itself. */
import { join } from 'node:path'
import { type SuiteRecord, writeRecord } from '../kernel/sovereignty/evidence.ts'
import { productDigestOf } from '../kernel/sovereignty/product.ts'
import { root } from './files.ts'

/** In the data folder of an installation from this checkout. */
export function recordRun(seen: Pick<SuiteRecord, 'kind' | 'runs' | 'failures' | 'breaches'>): void {
  const finishedAt = new Date().toISOString()
  writeRecord(join(root, 'var/evidence'), { ...seen, finishedAt, productDigest: productDigestOf(root) })
}
