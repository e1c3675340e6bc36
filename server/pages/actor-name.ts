/** Who did something, as people read it: the log names accounts by identifier and operators by their user of the machine. */
import { namesOfAccounts } from '../../kernel/access/access.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

/** Writes the names that the log has, with the user names of the accounts among them. */
export async function actorNames(
  { kernel, officer, speech }: OfficerVisit,
  names: readonly (string | null)[],
): Promise<(name: string | null) => Html> {
  const ids = names.flatMap((name) => (name?.startsWith('account:') ? [name.slice('account:'.length)] : []))
  const known = await namesOfAccounts(kernel, officer.actor.institutionId, [...new Set(ids)])
  return (name) => {
    const [kind = '', rest = ''] = (name ?? '').split(/:(.*)/s, 2)
    if (kind === 'operator') return speech.sentence('proposals.operator', { name: isolated(rest) })
    return html`${isolated(known.get(rest) ?? rest)}`
  }
}
