/** What happened to a case, from the log: who, when, what, and whether the record is still the one that was logged. */
import type { BilingualText } from '@khudi/sdk'
import { caseRecord } from '../../kernel/cases/record.ts'
import { decisionRecord } from '../../kernel/decisions/record.ts'
import type { LogKind } from '../../kernel/log/kinds.ts'
import type { LogEntry } from '../../kernel/log/log.ts'
import { commitmentTo, recordDigestOf } from '../../kernel/log/opening.ts'
import { outcomeRecord } from '../../kernel/outcomes/outcomes.ts'
import { reviewRecord } from '../../kernel/reviews/reviews.ts'
import { readRecord } from '../../kernel/vault/reads.ts'
import { actorName, type CaseFile } from './case-file.ts'
import { roleLabel } from './roles.ts'
import { purposeLabel } from './sealed.ts'
import { type Html, html } from './text/html.ts'
import { logKinds } from './text/words.ts'
import type { Visit } from './visit.ts'

/** Rows for the entries of these kinds; all entries unless told. */
export function history(visit: Visit, file: CaseFile, kinds?: readonly LogKind[]): Html {
  const { speech, formats } = visit
  const records = recordsOf(file)
  const entries = file.history.filter(({ kind }) => kinds === undefined || kinds.includes(kind))
  return html`<table class="history">
<thead><tr><th scope="col">${speech.text('history.when')}</th><th scope="col">${speech.text('history.what')}</th><th scope="col">${speech.text('history.who')}</th></tr></thead>
<tbody>${entries.map(
    (entry) => html`<tr>
<td><time datetime="${entry.recordedAt.toISOString()}">${formats.instant(entry.recordedAt)}</time></td>
<td>${label(visit, entry.kind)} ${verdict(visit, entry, records)}${place(visit, entry)}${digest(entry.commitment)}</td>
<td>${actorName(visit, entry.actor, file.names)}${office(visit, entry, file)}</td>
</tr>
`,
  )}</tbody>
</table>
<p class="hint">${speech.text('history.explained')}</p>`
}

function label({ speech }: Visit, kind: LogKind): string {
  const text: BilingualText = logKinds[kind]
  return speech.of(text)
}

/** Where in the log it is; an entry waits a moment for its place. */
function place({ speech, formats }: Visit, { entryIndex }: LogEntry): Html {
  return html`<span class="hint place">${
    entryIndex === null
      ? speech.text('history.onItsWay')
      : speech.sentence('history.place', {
          index: html`<bdi class="figure">${formats.number(entryIndex)}</bdi>`,
        })
  }</span>`
}

/** In which office and what for somebody opened what is sealed. */
function office(visit: Visit, entry: LogEntry, { reads }: CaseFile): Html | undefined {
  const read = entry.kind === 'access.read' ? reads.get(entry.recordId) : undefined
  if (read === undefined) return undefined
  return html`<span class="hint place">${roleLabel(visit, read.role)}<br>${purposeLabel(visit, read.purpose)}</span>`
}

/** A SHA-256 in hexadecimal, to be compared or copied whole. */
export function digest(bytes: Uint8Array): Html {
  return html`<code class="digest" dir="ltr">${Buffer.from(bytes).toString('hex')}</code>`
}

/**
 * Every record that entries of this case may speak of, by kind and identifier. What a correction or the end of retention has
 * replaced cannot be made again from what is left; the audit, which knows the digests of what was, checks it.
 */
function recordsOf(file: CaseFile): ReadonlyMap<string, string> {
  const { row, reads } = file
  const isCorrected = file.history.some(({ kind }) => kind === 'case.corrected')
  const { decision, reviews, outcomes } = row.forgottenAt === null ? file : forgotten
  return new Map([
    ...(isCorrected || row.forgottenAt !== null
      ? []
      : [[`case.opened ${row.caseId}`, caseRecord(row)] as const]),
    ...(decision === undefined
      ? []
      : [[`decision.made ${decision.decisionId}`, decisionRecord(decision, row.holderId)] as const]),
    ...reviews.map((review) => [`review.completed ${review.reviewId}`, reviewRecord(review)] as const),
    ...outcomes.map(
      (outcome) => [`outcome.recorded ${outcome.outcomeId}`, outcomeRecord(outcome, row.holderId)] as const,
    ),
    ...[...reads].map(([readId, read]) => [`access.read ${readId}`, readRecord(read)] as const),
  ])
}

const forgotten: Pick<CaseFile, 'decision' | 'reviews' | 'outcomes'> = {
  decision: undefined,
  reviews: [],
  outcomes: [],
}

/** Computes the commitment again from the record as it stands now. */
function verdict({ speech }: Visit, entry: LogEntry, records: ReadonlyMap<string, string>): Html | undefined {
  const record = records.get(`${entry.kind} ${entry.recordId}`)
  if (record === undefined) return undefined
  const recordDigest = recordDigestOf({ ...entry, record })
  return commitmentTo({ ...entry, recordDigest }).equals(entry.commitment)
    ? html`<span class="tag good">${speech.text('history.matches')}</span>`
    : html`<strong class="tag adverse">${speech.text('history.differs')}</strong>`
}
