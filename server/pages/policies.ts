/** The policies in force, each by what it says, and the versions before: for whoever answers for the institution's systems. */
import { namesOfAccounts } from '../../kernel/access/access.ts'
import type { CheckedPolicy } from '../../kernel/policy/policy.ts'
import { type PolicyVersionRow, policyVersions } from '../../kernel/policy/versions.ts'
import { actorName, type Names } from './case-file.ts'
import { digest } from './history.ts'
import type { PageRoute } from './routes.ts'
import { type Html, html } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export const policiesRoute: PageRoute = {
  id: 'page.policies',
  path: '/policies',
  scope: 'system.read',
  async show(visit) {
    const { kernel, officer, speech } = visit
    const { institutionId } = officer.actor
    const inForce = await kernel.policies.inForce(institutionId)
    const versions = await policyVersions(kernel.db, institutionId)
    const names = await namesOfAccounts(kernel, institutionId, accountsIn(versions))
    const title = speech.text('policies.title')
    const of = (effect: CheckedPolicy['effect']) => inForce.policies.filter((one) => one.effect === effect)
    const main = html`<h1>${title}</h1>
<p class="hint">${speech.text('policies.why')}</p>
<dl class="facts"><div><dt>${speech.text('policies.version')}</dt><dd><bdi class="figure">${visit.formats.number(inForce.version)}</bdi></dd></div>
<div class="wide"><dt>${speech.text('policies.digest')}</dt><dd>${digest(inForce.digest)}</dd></div></dl>
${sentences(visit, 'forbids', of('forbid'))}
${sentences(visit, 'permits', of('permit'))}
<section aria-labelledby="versions"><h2 id="versions">${speech.text('policies.versions')}</h2>${table(visit, versions, names)}</section>`
    return { kind: 'page', title, main, width: 'read' }
  },
}

function sentences(
  { speech }: OfficerVisit,
  what: 'forbids' | 'permits',
  policies: readonly CheckedPolicy[],
): Html | false {
  if (policies.length === 0) return false
  return html`<section aria-labelledby="${what}"><h2 id="${what}">${speech.text(`policies.${what}`)}</h2>
<ul class="sentences">${policies.map(
    ({ id, sentence }) => html`<li>${speech.of(sentence)} <code class="hint" dir="ltr">${id}</code></li>
`,
  )}</ul></section>`
}

/** Accounts among those who proposed and approved. */
function accountsIn(rows: readonly PolicyVersionRow[]): readonly string[] {
  const actors = rows.flatMap(({ proposedBy, approvedBy }) => [proposedBy, approvedBy ?? ''])
  return actors.flatMap((actor) => /^account:(.+)$/.exec(actor)?.slice(1) ?? [])
}

function table(visit: OfficerVisit, rows: readonly PolicyVersionRow[], names: Names): Html {
  const { speech, formats } = visit
  const { text } = speech
  const who = (actor: string) => actorName(visit, actor, names)
  return html`<table class="queue"><thead><tr><th scope="col">${text('policies.version')}</th><th scope="col">${text('policies.setAt')}</th><th scope="col">${text('policies.proposedBy')}</th><th scope="col">${text('policies.approvedBy')}</th></tr></thead>
<tbody>${rows.map(
    ({ version, setAt, proposedBy, approvedBy }) => html`<tr>
<th scope="row"><bdi class="figure">${formats.number(version)}</bdi></th>
<td data-label="${text('policies.setAt')}"><time datetime="${setAt.toISOString()}">${formats.instant(setAt)}</time></td>
<td data-label="${text('policies.proposedBy')}">${proposedBy === 'platform' ? text('policies.platform') : who(proposedBy)}</td>
<td data-label="${text('policies.approvedBy')}">${approvedBy === null ? text('policies.nobody') : who(approvedBy)}</td>
</tr>
`,
  )}</tbody></table>`
}
