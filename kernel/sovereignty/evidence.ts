/**
 * Records of what only a run of the suite can show: that it passes without a network, that no fault widens a jurisdiction. A
 * command of the suite writes them; they count for exactly the product whose digest they carry.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

export const EvidenceKind = z.enum(['suite-without-network', 'jurisdiction-under-faults'])
export type EvidenceKind = z.infer<typeof EvidenceKind>

/** What a run of the suite saw. */
export const SuiteRecord = z.strictObject({
  kind: EvidenceKind,
  /** SHA-256 of the product's files, in hexadecimal digits. */
  productDigest: z.string().regex(/^[0-9a-f]{64}$/),
  finishedAt: z.iso.datetime(),
  /** Tests, or runs with random faults. */
  runs: z.number().int().min(0),
  failures: z.number().int().min(0),
  /** Attempts to connect outside, or jurisdictions that were widened. */
  breaches: z.number().int().min(0),
})
export type SuiteRecord = z.infer<typeof SuiteRecord>

/** The record as it lies there; `undefined` where there is none, or it is no record. */
export function findRecord(folder: string, kind: EvidenceKind): SuiteRecord | undefined {
  try {
    const read = SuiteRecord.safeParse(JSON.parse(readFileSync(join(folder, `${kind}.json`), 'utf8')))
    return read.success && read.data.kind === kind ? read.data : undefined
  } catch {
    return undefined
  }
}

export function writeRecord(folder: string, record: SuiteRecord): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${record.kind}.json`), `${JSON.stringify(record, null, 2)}\n`)
}
