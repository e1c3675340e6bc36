/** Names of roles as people read them. */
import { roles } from '../../kernel/access/roles.ts'
import type { OfficerVisit, Visit } from './visit.ts'

const institutional = new Map<string, { readonly label: { readonly en: string; readonly ur: string } }>(
  Object.entries(roles),
)

/** Label of a role of the institution or of an application (`customs.examiner`); the name itself where none is known. */
export function roleLabel({ speech, kernel }: Pick<Visit, 'speech' | 'kernel'>, role: string): string {
  const known = institutional.get(role)
  if (known !== undefined) return speech.of(known.label)
  const [applicationId = '', name = ''] = role.split('.', 2)
  const declared = kernel.applications.get(applicationId)?.application.roles ?? {}
  const label = Object.hasOwn(declared, name) ? declared[name] : undefined
  return label === undefined ? role : speech.of(label)
}

/** Applications in which the officer may review something. */
export function reviewedApplications({ officer, kernel }: OfficerVisit): readonly string[] {
  return [...kernel.applications.keys()].filter((id) =>
    officer.actor.roles.some((role) => role.startsWith(`${id}.`)),
  )
}
