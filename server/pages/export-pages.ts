/** The pages of a person's export: whole documents that need nothing beside them, English first, then Urdu. */
import { directionOf, type Language, languages } from '@khudi/sdk'
import { stateLabels } from '../../kernel/cases/states.ts'
import type { ProposingKernel } from '../../kernel/proposals/kinds.ts'
import type { ExportedCase, ExportedRead, ExportHead, ExportPages } from '../../kernel/vault/export.ts'
import { facts } from './facts.ts'
import { fieldTree } from './forms/fields.ts'
import { reasonSentence } from './reasons.ts'
import { roleLabel } from './roles.ts'
import { purposeLabel } from './sealed.ts'
import { formatsOf } from './text/format.ts'
import { type Html, html, isolated, markupOf } from './text/html.ts'
import { speechOf } from './text/speech.ts'
import type { Visit } from './visit.ts'

export function exportPages(kernel: ProposingKernel): ExportPages {
  const readers = languages.map((language) => readerIn(kernel, language))
  const made = (write: (reader: Visit) => Html) => document(readers, write)
  return {
    index: (head) => made((reader) => index(reader, head)),
    cases: (cases) => made((reader) => html`${cases.map((one) => caseSection(reader, one))}`),
    reads: (reads) => made((reader) => readTable(reader, reads)),
  }
}

/** Whoever holds the archive: nobody has signed in, and there is no address. */
function readerIn(kernel: ProposingKernel, language: Language): Visit {
  return {
    kernel,
    language,
    speech: speechOf(language),
    formats: formatsOf(language),
    address: '',
    query: new URLSearchParams(),
    officer: undefined,
    origin: kernel.signIn.origin,
  }
}

const style = `body{font-family:system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;line-height:1.6}
dl>div{display:flex;gap:1rem}dt{min-width:14rem;color:#555}dd{margin:0}table{border-collapse:collapse}
td,th{text-align:start;padding:.2rem .8rem .2rem 0;border-block-end:1px solid #ccc}section.case{border-block-start:2px solid}`

function document(readers: readonly Visit[], write: (reader: Visit) => Html): string {
  const titles = readers.map(({ speech }) => speech.text('export.title')).join(' · ')
  return markupOf(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${titles}</title>
<style>${style}</style></head><body>
${readers.map(
  (reader) => html`<main lang="${reader.language}" dir="${directionOf(reader.language)}">
<h1>${reader.speech.text('export.title')}</h1>
${write(reader)}</main>
`,
)}</body></html>
`)
}

function index({ speech, formats, kernel }: Visit, head: ExportHead): Html {
  const titleOf = (id: string) => {
    const application = kernel.applications.get(id)?.application
    return application === undefined ? id : speech.of(application.title)
  }
  return html`<p>${speech.text('export.about')}</p>
<dl><div><dt>${speech.text('export.madeAt')}</dt><dd>${formats.instant(head.exportedAt)}</dd></div>
<div><dt>${speech.text('person.number')}</dt><dd><bdi dir="ltr">${head.holderId}</bdi></dd></div>
${head.held.map(({ applicationId, cases }) => html`<div><dt>${titleOf(applicationId)}</dt><dd>${formats.number(cases)}</dd></div>`)}</dl>
<ul>${head.casePages.map((page, at) => html`<li><a href="${page}">${speech.text('person.cases')} ${formats.number(at + 1)}</a></li>`)}
<li><a href="reads-0001.html">${speech.text('person.reads')}</a></li></ul>
`
}

function caseSection(reader: Visit, one: ExportedCase): Html {
  const { speech, formats, kernel } = reader
  const application = kernel.applications.get(one.application)?.application
  const shown = (schema: 'case' | 'outcome', record: unknown) =>
    facts(reader, {
      fields: application === undefined ? [] : fieldTree(application[schema]),
      record,
      hidden: undefined,
    })
  return html`<section class="case"><h2>${application === undefined ? one.application : speech.of(application.title)} <bdi>${one.reference}</bdi></h2>
<p>${formats.date(one.occurredOn)} · ${speech.of(stateLabels[one.state])}</p>
${shown('case', one.submitted)}
${decisionPart(reader, one)}
${one.reviews.map(
  ({
    recommendation,
    reason,
    reviewedAt,
  }) => html`<h3>${speech.text('export.review')}, ${formats.instant(new Date(reviewedAt))}</h3>
<p>${recommended(reader, one.application, recommendation)}${reason !== null && html`: ${isolated(reason)}`}</p>`,
)}
${one.outcomes.map(
  ({
    said,
    recordedAt,
  }) => html`<h3>${speech.text('export.outcome')}, ${formats.instant(new Date(recordedAt))}</h3>
${shown('outcome', said)}`,
)}</section>
`
}

function decisionPart(reader: Visit, { application: id, decision }: ExportedCase): Html | undefined {
  if (decision === null) return undefined
  const { speech, formats, kernel } = reader
  const application = kernel.applications.get(id)?.application
  return html`<h3>${speech.text('export.decision')}, ${formats.instant(new Date(decision.decidedAt))}</h3>
<p>${decision.recommendation === null ? speech.text('value.notKnown') : recommended(reader, id, decision.recommendation)}</p>
<ul>${decision.reasons.map(
    ({ compared, ...reason }) =>
      html`<li>${reasonSentence(reader, application, { ...reason, ...(compared && { compared }), hiding: undefined })}</li>`,
  )}</ul>`
}

function recommended({ speech, kernel }: Visit, applicationId: string, code: string): string {
  const { recommendations = {} } = kernel.applications.get(applicationId)?.application ?? {}
  const spec = Object.hasOwn(recommendations, code) ? recommendations[code] : undefined
  return spec === undefined ? code : speech.of(spec.label)
}

function readTable(reader: Visit, reads: readonly ExportedRead[]): Html {
  const { speech, formats } = reader
  return html`<table><caption>${speech.text('person.readsWhy')}</caption>
<thead><tr><th>${speech.text('person.when')}</th><th>${speech.text('person.office')}</th><th>${speech.text('person.purpose')}</th><th>${speech.text('person.what')}</th></tr></thead>
<tbody>${reads.map(
    ({
      readAt,
      role,
      purpose,
      isBatch,
      case: caseId,
    }) => html`<tr><td>${formats.instant(new Date(readAt))}</td><td>${roleLabel(reader, role)}</td>
<td>${purposeLabel(reader, purpose)}</td><td>${speech.text(isBatch ? 'export.batch' : caseId === null ? 'person.wholeRecord' : 'person.oneCase')}</td></tr>
`,
  )}</tbody></table>
`
}
