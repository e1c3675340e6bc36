/** What happened to a case, from the log: who, when, what, and whether the record is still the one that was logged. */
import type { BilingualText } from '@khudi/sdk'
import { caseRecord } from '../../kernel/cases/record.ts'
import { decisionRecord } from '../../kernel/decisions/record.ts'
import type { LogKind } from '../../kernel/log/kinds.ts'
import { commitmentTo, type LogEntry } from '../../kernel/log/log.ts'
import { outcomeRecord } from '../../kernel/outcomes/outcomes.ts'
import { reviewRecord } from '../../kernel/reviews/reviews.ts'
import { actorName, type CaseFile } from './case-file.ts'
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
<td>${label(visit, entry.kind)} ${verdict(visit, entry, records)}${digest(entry.commitment)}</td>
<td>${actorName(visit, entry.actor, file.names)}</td>
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

/** A SHA-256 in hexadecimal, to be compared or copied whole. */
export function digest(bytes: Uint8Array): Html {
  return html`<code class="digest" dir="ltr">${Buffer.from(bytes).toString('hex')}</code>`
}

/** Every record that entries of this case may speak of, by kind and identifier. */
function recordsOf({ row, decision, reviews, outcomes }: CaseFile): ReadonlyMap<string, string> {
  return new Map([
    [`case.opened ${row.caseId}`, caseRecord(row)],
    ...(decision === undefined
      ? []
      : [[`decision.made ${decision.decisionId}`, decisionRecord(decision)] as const]),
    ...reviews.map((review) => [`review.completed ${review.reviewId}`, reviewRecord(review)] as const),
    ...outcomes.map((outcome) => [`outcome.recorded ${outcome.outcomeId}`, outcomeRecord(outcome)] as const),
  ])
}

/** Computes the commitment again from the record as it stands now. */
function verdict({ speech }: Visit, entry: LogEntry, records: ReadonlyMap<string, string>): Html | undefined {
  const record = records.get(`${entry.kind} ${entry.recordId}`)
  if (record === undefined) return undefined
  return commitmentTo(entry.salt, entry.kind, record).equals(entry.commitment)
    ? html`<span class="tag good">${speech.text('history.matches')}</span>`
    : html`<strong class="tag adverse">${speech.text('history.differs')}</strong>`
}
