/** What every page says of break-glass: to whoever acts under it, and to those who watch over it until it is reviewed. */
import { roleLabel } from './roles.ts'
import { type Html, html } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export function glassBanner(visit: OfficerVisit): Html | undefined {
  const { speech, formats, officer } = visit
  const { glasses, unreviewed } = officer.glass
  if (glasses.length === 0 && unreviewed === 0) return undefined
  const own = glasses.map(
    ({ role, endsAt }) =>
      html`<p>${speech.sentence('glass.banner.own', {
        role: html`<b>${roleLabel(visit, role ?? '')}</b>`,
        until: html`<time datetime="${endsAt.toISOString()}">${formats.instant(endsAt)}</time>`,
      })}</p>`,
  )
  const watched =
    unreviewed > 0 &&
    html`<p>${speech.sentence('glass.banner.unreviewed', { count: html`<b class="figure">${formats.number(unreviewed)}</b>` })} <a href="/glass">${speech.text('glass.banner.look')}</a></p>`
  return html`<div class="notice error" role="status">${own}${watched}</div>`
}
