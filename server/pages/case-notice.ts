/** What the reader of a case page just did, as its address says. Nothing is shown that the case itself does not bear out. */
import type { CaseFile } from './case-file.ts'
import { type Html, html } from './text/html.ts'
import type { Word } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

/** Something new counts as just done for this long, in ms; the page may be read again later from the same address. */
const freshMs = 10 * 60_000

export function caseNotice(visit: OfficerVisit, file: CaseFile): Html | undefined {
  switch (visit.query.get('done')) {
    case 'review':
      return isMine(visit, file) ? notice(visit, 'review.done', true) : undefined
    case 'outcome':
      return file.outcomes.length > 0 ? notice(visit, 'outcome.done') : undefined
    case 'opened':
      return notice(visit, 'newCase.done')
    case 'unchanged':
      return notice(visit, 'newCase.unchanged')
    default:
      return undefined
  }
}

function isMine({ officer, kernel }: OfficerVisit, { reviews }: CaseFile): boolean {
  const last = reviews.at(-1)
  if (last === undefined || last.accountId !== officer.actor.accountId) return false
  return kernel.clock().getTime() - last.reviewedAt.getTime() < freshMs
}

function notice({ speech }: OfficerVisit, word: Word, leadsOn = false): Html {
  return html`<div class="notice done" role="status"><p>${speech.text(word)}${
    leadsOn && html` <a href="/queue/next">${speech.text('queue.next')}</a>`
  }</p></div>`
}
