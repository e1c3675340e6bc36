/**
 * An audit of a customs house's log: declarations taken in, decided and with their outcomes, by the product's own import. Tree
 * and records alone, both side by side as the audit does them, and all of it with what follows from the entries.
 */
import { everywhere } from '../kernel/access/roles.ts'
import { institutionNamed } from '../kernel/institutions/institutions.ts'
import { keysAtHand } from '../kernel/log/audit/at-hand.ts'
import { type AuditedLog, auditLog } from '../kernel/log/audit/audit.ts'
import { checkRecords } from '../kernel/log/audit/records/records.ts'
import { checkRange, treeStart } from '../kernel/log/audit/tree.ts'
import { runRound } from '../kernel/log/round.ts'
import { openPlatform, type Platform } from '../server/platform.ts'
import { readSettings } from '../server/settings.ts'
import { foundCustoms } from '../test/customs-institution.ts'
import { writeDeclarations } from '../test/declaration-files.ts'
import { ended, type Installation, withInstallation } from '../test/installation.ts'
import { holdLog } from '../test/signed-log.ts'
import type { Benchmark, BenchmarkRun, Measurement } from './result.ts'

/** Each gives three entries: opened, decided, and what turned out. */
const declarations = 170_000

export default {
  title: 'recomputing a log and holding everything stored against it',
  run: (given) => withInstallation((installation) => measure(installation, given)),
} satisfies Benchmark

async function measure(
  installation: Installation,
  { isQuick, say }: BenchmarkRun,
): Promise<readonly Measurement[]> {
  const count = isQuick ? declarations / 10 : declarations
  await foundCustoms(installation, 2_000)
  return installation.withDatabase(async () => {
    say(`taking in and deciding ${count} declarations with outcomes`)
    const { scratch, run } = installation
    const file = await writeDeclarations({
      folder: scratch,
      name: 'filed',
      seed: 2,
      count,
      hasOutcomes: true,
    })
    await run(['import', 'customs', file.path, '--mapping', file.mapping, '--decide'])
    const settings = readSettings(installation.environment)
    const platform = await openPlatform({ settings, log: { info: () => undefined, warn: () => undefined } })
    try {
      say('giving the entries their places')
      const log = await sequenced(platform)
      await installation.checkpoint()
      say('auditing')
      return [...(await stages(log)), ...(await whole(platform, log)), await command(installation)]
    } finally {
      await platform.close()
    }
  })
}

/** As the sequencer does it while the product serves. */
async function sequenced({ kernel }: Platform): Promise<AuditedLog> {
  const { institutionId } = await institutionNamed(kernel, 'bench')
  const held = await holdLog(kernel, institutionId, 'bench')
  while ((await runRound(held)).added > 0);
  const transact: AuditedLog['transact'] = (work, options) =>
    kernel.db.transaction(institutionId, work, { isReadOnly: true, units: everywhere, ...options })
  return { ...held, transact }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1_000
}

const nothing = () => {
  throw new Error('an untouched log is sound')
}

/** Each half of the audit by itself: one keeps this process busy, the other the database. */
async function stages(log: AuditedLog): Promise<readonly Measurement[]> {
  const { signed: size } = await auditLog(log)
  const check = { place: log, report: nothing, size, claims: async () => [] }
  const tree = await seconds(async () => {
    for (let state = treeStart; state.size < size; ) state = await checkRange(check, state)
  })
  const records = { institutionId: log.institutionId, report: nothing, transact: log.transact }
  const range = 16_384
  const alone = await seconds(async () => {
    for (let from = 0; from < size; from += range)
      await checkRecords(records, { from, to: Math.min(size, from + range) })
  })
  return [
    { what: 'tree, tiles and commitments alone', value: size / tree, unit: 'entries/s' },
    { what: 'records alone, one statement at a time', value: size / alone, unit: 'entries/s' },
  ]
}

async function whole({ kernel }: Platform, log: AuditedLog): Promise<readonly Measurement[]> {
  let both = 0
  let rest = 0
  const startedAt = performance.now()
  const took = () => (performance.now() - startedAt) / 1_000
  const report = await auditLog(log, {
    ...keysAtHand(kernel.keys, log),
    onProgress: (stage) => {
      if (stage === 'tree' || stage === 'records') both = took()
      else if (stage === 'keys') rest = took()
    },
  })
  const all = took()
  if (report.found > 0) nothing()
  const { entries, dataKeys } = report
  return [
    { what: 'entries in the log', value: entries, unit: '' },
    { what: 'tree and records side by side', value: entries / both, unit: 'entries/s' },
    {
      what: 'the whole audit',
      value: entries / all,
      unit: 'entries/s',
      bar: { atLeast: 100_000 },
      note: `${both.toFixed(1)} s tree and records, ${(rest - both).toFixed(1)} s cases and pairs, ${(all - rest).toFixed(1)} s for ${dataKeys} data keys`,
    },
  ]
}

/** With starting the program and opening the platform. */
async function command({ start }: Installation): Promise<Measurement> {
  let status: number | null = null
  const took = await seconds(async () => {
    status = (await ended(start(['--json', 'log', 'audit']))).status
  })
  if (status !== 0) throw new Error(`khudi log audit ended with ${status}`)
  return { what: 'khudi log audit, start included', value: took, unit: 's' }
}
