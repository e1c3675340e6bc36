/** From one page of a list to the next. */
import { type Html, html } from './text/html.ts'
import { type Visit, withQuery } from './visit.ts'

export interface PageLinks {
  readonly path: string
  /** What the list is filtered by; stays from page to page. */
  readonly parameters: Readonly<Record<string, string | undefined>>
  /** Cursor of the next page; null on the last. */
  readonly next: string | null
  readonly isFirst: boolean
}

export function pageLinks(
  { speech }: Visit,
  { path, parameters, next, isFirst }: PageLinks,
): Html | undefined {
  if (next === null && isFirst) return undefined
  const kept = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  const to = (cursor?: string) =>
    withQuery(path, new URLSearchParams(cursor === undefined ? kept : [...kept, ['cursor', cursor]]))
  return html`<nav class="paging" aria-label="${speech.text('paging.label')}">
${!isFirst && html`<a href="${to()}">${speech.text('paging.first')}</a>`}
${next !== null && html`<a href="${to(next)}" rel="next">${speech.text('paging.next')}</a>`}</nav>`
}
