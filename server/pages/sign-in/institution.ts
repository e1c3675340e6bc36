import { Refusal } from '../../../kernel/errors.ts'
import { institutions } from '../../../kernel/institutions/institutions.ts'
import type { Draft } from '../forms/draft.ts'
import type { PagesOptions } from '../visit.ts'

/**
 * The institution that somebody signs in to: the only one, or the one that the form names.
 *
 * @throws Refusal `access.sign_in_failed` where there are several and none of them was chosen
 */
export async function institutionOf({ kernel }: Pick<PagesOptions, 'kernel'>, draft: Draft): Promise<string> {
  const all = await institutions(kernel)
  const [only, another] = all
  const chosen =
    another === undefined ? only : all.find(({ institutionId }) => institutionId === draft.get('institution'))
  if (chosen === undefined) throw new Refusal('access.sign_in_failed')
  return chosen.institutionId
}
