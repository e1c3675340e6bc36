import type { Command } from 'commander'
import { everywhere } from '../../kernel/access/roles.ts'
import { keysAtHand } from '../../kernel/log/audit/at-hand.ts'
import {
  type AuditedLog,
  type AuditReport,
  type AuditStage,
  type AuditState,
  auditLog,
} from '../../kernel/log/audit/audit.ts'
import { sentenceOf } from '../../kernel/log/audit/findings.ts'
import { AuditFile } from '../../kernel/log/audit/kept-state.ts'
import { logOf } from '../../kernel/log/published.ts'
import { type Progress, progress } from '../progress.ts'
import { type CommandContext, type CommonOptions, withContext } from './context.ts'

interface AuditCommandOptions extends CommonOptions {
  readonly fresh?: boolean
}

/** `khudi log audit`. */
export function logAuditCommand(log: Command): void {
  log
    .command('audit')
    .description(
      'recomputes the whole log and holds everything stored against it; status 1 where anything does not hold',
    )
    .option('--fresh', 'begin anew where an earlier audit was interrupted')
    .action(async (_options: unknown, command: Command) => {
      const options: AuditCommandOptions = command.optsWithGlobals()
      await withContext(options, (context) => audit(context, options.fresh === true))
    })
}

async function audit(context: CommandContext, isFresh: boolean): Promise<void> {
  const { kernel, actor, print } = context
  const place = await logOf(kernel, actor.institutionId)
  if (place === undefined) {
    print({ entries: 0, findings: [] }, ['There is no log yet: nothing was given a place in it.'])
    return
  }
  const log: AuditedLog = {
    ...place,
    transact: (work, options) =>
      kernel.db.transaction(actor.institutionId, work, { isReadOnly: true, units: everywhere, ...options }),
  }
  const file = new AuditFile(kernel.logFolder, actor.institutionId)
  if (isFresh) await file.remove()
  const kept = await file.find()
  if (kept !== undefined)
    process.stderr.write(
      `Going on with the audit of ${kept.startedAt.toISOString()} at entry ${kept.state.records.toLocaleString('en')}; --fresh begins anew.\n`,
    )
  const report = await runAudit(context, { log, file, kept })
  await file.remove()
  const findings = report.findings.map((one) => ({ ...one, text: sentenceOf(one) }))
  print({ ...report, isSound: report.found === 0, findings }, linesOf(report))
  if (report.found > 0) process.exitCode = 1
}

interface Prepared {
  readonly log: AuditedLog
  readonly file: AuditFile
  readonly kept: Awaited<ReturnType<AuditFile['find']>>
}

async function runAudit(
  { kernel, signal }: CommandContext,
  { log, file, kept }: Prepared,
): Promise<AuditReport> {
  const startedAt = kept?.startedAt ?? kernel.clock()
  const shown = new ShownStages()
  const keeping = keeper((state) => file.keep({ state, startedAt }))
  try {
    return await auditLog(log, {
      ...keysAtHand(kernel.keys, log),
      from: kept?.state,
      signal,
      onProgress: (stage, done, total) => shown.update(stage, done, total),
      onState: keeping.onState,
    })
  } finally {
    shown.end()
    await keeping.settled()
  }
}

/** Keeps states one behind the other; of those that come meanwhile only the last. */
function keeper(keep: (state: AuditState) => Promise<void>) {
  let waiting: AuditState | undefined
  let running: Promise<void> | undefined
  const run = async () => {
    for (let state = waiting; state !== undefined; state = waiting) {
      waiting = undefined
      await keep(state)
    }
  }
  return {
    onState: (state: AuditState) => {
      waiting = state
      running ??= run().finally(() => {
        running = undefined
      })
    },
    settled: async () => running,
  }
}

const stageTitles: Readonly<Record<AuditStage, string>> = {
  tree: 'Recomputing the tree',
  records: 'Comparing entries with records',
  cases: 'Following cases, and looking for records without an entry',
  keys: 'Opening data keys',
}

/** The tree is done beside the records, and sooner: the records tell how far both are. */
class ShownStages {
  #stage: AuditStage | undefined
  #shown: Progress | undefined

  update(stage: AuditStage, done: number, total: number | undefined): void {
    if (stage === 'tree') return
    if (stage !== this.#stage) {
      this.end()
      this.#stage = stage
      this.#shown = progress(stageTitles[stage])
    }
    this.#shown?.update(done, total)
  }

  end(): void {
    this.#shown?.end()
    this.#shown = undefined
  }
}

const count = (value: number) => value.toLocaleString('en')
const several = (value: number, one: string, more: string) => `${count(value)} ${value === 1 ? one : more}`

function linesOf(report: AuditReport): readonly string[] {
  const { origin, entries, signed, pending, checkpoints, cosignatures, dataKeys, findings, found } = report
  const unsigned = entries - signed
  return [
    `${origin}: ${[
      several(entries, 'entry', 'entries'),
      several(checkpoints, 'checkpoint', 'checkpoints'),
      several(cosignatures, 'cosignature', 'cosignatures'),
      dataKeys === null ? 'data keys not at hand' : several(dataKeys, 'data key', 'data keys'),
    ].join(', ')}`,
    ...(unsigned > 0 ? [`With a place and not signed yet: ${several(unsigned, 'entry', 'entries')}.`] : []),
    ...(pending > 0
      ? [`Without a place, audited once they have one: ${several(pending, 'entry', 'entries')}.`]
      : []),
    ...findings.map((one) => `WRONG  ${sentenceOf(one).en}`),
    ...(found > findings.length ? [`and ${count(found - findings.length)} more`] : []),
    found === 0 ? 'Everything holds.' : conclusionOf(report),
  ]
}

function conclusionOf({ found, firstDivergent }: AuditReport): string {
  const things = found === 1 ? 'One thing does not hold' : `${count(found)} things do not hold`
  return firstDivergent === null
    ? `${things}; no entry is divergent.`
    : `${things}. The first divergent entry is ${firstDivergent}.`
}
