/** What a page is before it is sent, and the frame around every page. */
import { directionOf, type Language } from '@khudi/sdk'
import type { Scope } from '../../kernel/access/roles.ts'
import type { FileReply } from '../../kernel/operation.ts'
import { assets } from './assets.ts'
import { glassBanner } from './glass-banner.ts'
import { type Html, html, isolated, markupOf } from './text/html.ts'
import { speechOf } from './text/speech.ts'
import type { Word } from './text/words.ts'
import { institutionTitle, isOfficerVisit, type OfficerVisit, tokenFor, type Visit } from './visit.ts'

export interface Page {
  readonly kind: 'page'
  /** 200 unless given. */
  readonly status?: number
  readonly title: string
  readonly main: Html
  /** `form` keeps to the width of a line of text, `read` to that of a document; `work` takes the whole window. */
  readonly width?: 'form' | 'read' | 'work'
  /** A style sheet beside that of every page. */
  readonly sheet?: 'charts'
  /** Address of a script; for what no page can do without one. */
  readonly script?: string
}

/** Sends the browser on; `303`, so that it asks with GET whatever it sent. */
export interface Redirection {
  readonly kind: 'redirection'
  readonly to: string
}

/** A file to keep. */
export interface Download extends FileReply {
  readonly kind: 'file'
}

export type Answer = (Page | Redirection | Download) & {
  /** `Set-Cookie` headers. */
  readonly cookies?: readonly string[]
}

export function redirection(to: string, cookies: readonly string[] = []): Answer {
  return { kind: 'redirection', to, cookies }
}

/** The whole document. */
export function documentOf(visit: Visit, page: Page): string {
  const { language, speech } = visit
  const { title, main, width = 'work', sheet, script } = page
  const document = html`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – ${speech.text('product')}</title>
<link rel="stylesheet" href="${assets.style.path}">
${
  sheet !== undefined &&
  html`<link rel="stylesheet" href="${assets[sheet].path}">
`
}<link rel="icon" href="${assets.icon.path}" type="image/svg+xml">
${
  script !== undefined &&
  html`<script type="module" src="${script}"></script>
`
}</head>
<body>
<a class="skip" href="#main">${speech.text('skip')}</a>
${header(visit)}
${isOfficerVisit(visit) && glassBanner(visit)}
<main id="main" class="${width}">
${main}
</main>
<footer class="foot"><p>${speech.text('footer.time')}</p></footer>
</body>
</html>
`
  return markupOf(document)
}

function header(visit: Visit): Html {
  const { language, officer, speech } = visit
  const home =
    language === 'ur' ? html`<b>خودی</b>` : html`<b>Khudi</b> <span lang="ur" dir="rtl">خودی</span>`
  return html`<header class="top">
<div class="bar">
<p class="mark"><a href="/">${home}</a></p>
${officer !== undefined && html`<p class="institution">${isolated(institutionTitle(officer.institution, language))}</p>`}
${languageSwitch(visit)}
${isOfficerVisit(visit) && signedIn(visit)}
</div>
${isOfficerVisit(visit) && html`<nav class="nav" aria-label="${speech.text('nav.label')}"><ul>${navigation(visit)}</ul></nav>`}
</header>`
}

function languageSwitch({ language, address }: Visit): Html {
  const other: Language = language === 'ur' ? 'en' : 'ur'
  const to = `${address}${address.includes('?') ? '&' : '?'}lang=${other}`
  return html`<p class="language"><a href="${to}" hreflang="${other}" lang="${other}" dir="${directionOf(other)}">${speechOf(other).text('language.own')}</a></p>`
}

function signedIn(visit: OfficerVisit): Html {
  const { officer, speech } = visit
  return html`<form class="sign-out" method="post" action="/sign-out">${tokenField(visit)}
<a href="/security">${isolated(officer.username)}</a> <button class="quiet">${speech.text('nav.signOut')}</button></form>`
}

/** The form's proof that it came from a page of this session. */
export function tokenField(visit: OfficerVisit): Html {
  return html`<input type="hidden" name="_token" value="${tokenFor(visit)}">`
}

const places: readonly {
  readonly to: string
  readonly word: Word
  readonly scope: Scope | readonly Scope[]
}[] = [
  { to: '/queue', word: 'nav.queue', scope: 'case.review' },
  { to: '/cases', word: 'nav.cases', scope: 'case.read' },
  { to: '/cases/new', word: 'nav.newCase', scope: 'case.open' },
  { to: '/jobs', word: 'nav.jobs', scope: 'job.read' },
  { to: '/persons', word: 'nav.persons', scope: 'person.read' },
  { to: '/rights', word: 'nav.rights', scope: 'right.read' },
  { to: '/breaches', word: 'nav.breaches', scope: 'breach.manage' },
  { to: '/models', word: 'nav.models', scope: 'model.read' },
  { to: '/proposals', word: 'nav.proposals', scope: 'proposal.read' },
  { to: '/units', word: 'nav.units', scope: 'unit.manage' },
  { to: '/accounts', word: 'nav.accounts', scope: 'account.read' },
  { to: '/keys', word: 'nav.keys', scope: 'key.read' },
  { to: '/backends', word: 'nav.backends', scope: 'backend.read' },
  { to: '/sovereignty', word: 'nav.sovereignty', scope: 'backend.read' },
  { to: '/glass', word: 'nav.glass', scope: ['glass.read', 'glass.break'] },
]

/** Places whose other pages belong to them. */
const withPagesBelow: readonly string[] = [
  '/cases/new',
  '/persons',
  '/rights',
  '/breaches',
  '/models',
  '/proposals',
  '/units',
  '/accounts',
]

function navigation({ officer, speech, address, sovereignty }: OfficerVisit): readonly Html[] {
  const path = address.split('?', 1)[0] ?? ''
  return (
    places
      .filter(({ scope }) => [scope].flat().some(officer.may))
      // A server that does not look has no page of what was seen.
      .filter(({ to }) => to !== '/sovereignty' || sovereignty !== undefined)
      .map(({ to, word }) => {
        const isHere = path === to || (withPagesBelow.includes(to) && path.startsWith(`${to}/`))
        return html`<li><a href="${to}"${isHere && html` aria-current="page"`}>${speech.text(word)}</a></li>`
      })
  )
}
