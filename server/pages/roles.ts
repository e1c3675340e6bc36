/** Names of roles as people read them. */
import { roleTitle } from '../../kernel/access/role-title.ts'
import type { OfficerVisit, Visit } from './visit.ts'

/** Label of a role of the institution or of an application (`customs.examiner`); the name itself where none is known. */
export function roleLabel({ speech, kernel }: Pick<Visit, 'speech' | 'kernel'>, role: string): string {
  return speech.of(roleTitle(kernel, role))
}

/** Applications in which the officer may review something. */
export function reviewedApplications({ officer, kernel }: OfficerVisit): readonly string[] {
  return [...kernel.applications.keys()].filter((id) =>
    officer.actor.roles.some((role) => role.startsWith(`${id}.`)),
  )
}
