import type { BilingualText } from '@khudi/sdk'
import type { Kernel } from '../kernel.ts'
import { roles } from './roles.ts'

const institutional: ReadonlyMap<string, BilingualText> = new Map(
  Object.entries(roles).map(([name, { label }]) => [name, label]),
)

/** What a role of the institution or of an application (`customs.examiner`) is called; its own name where nobody knows it. */
export function roleTitle({ applications }: Pick<Kernel, 'applications'>, role: string): BilingualText {
  const known = institutional.get(role)
  if (known !== undefined) return known
  const [applicationId = '', name = ''] = role.split('.', 2)
  const declared = applications.get(applicationId)?.application.roles ?? {}
  return (Object.hasOwn(declared, name) ? declared[name] : undefined) ?? { en: role, ur: role }
}
