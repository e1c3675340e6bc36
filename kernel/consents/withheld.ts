/** Whose cases are left out of a batch, because policy forbids it as the persons concerned stand. */
import type { Kernel } from '../kernel.ts'
import { type Asker, type Question, requestOf } from '../policy/ask.ts'
import { useOf } from './events.ts'
import { asksPersons, silent, standingsOf } from './standing.ts'

/** Holders of whose cases this may not be done. Asks the database once, and policy once for each way in which persons stand. */
export async function withheldHolders(
  kernel: Pick<Kernel, 'db' | 'applications' | 'policies'>,
  actor: Asker,
  given: Omit<Question, 'standing'> & { readonly holderIds: readonly (string | null)[] },
): Promise<ReadonlySet<string>> {
  const { holderIds, ...question } = given
  const application = kernel.applications.get(question.applicationId)?.application
  if (application === undefined || !asksPersons(application)) return nobody
  const unique = [...new Set(holderIds)].filter((holderId) => holderId !== null)
  if (unique.length === 0) return nobody
  const { institutionId } = actor
  const use = useOf(question.purpose)
  const known = await kernel.db.transaction(
    institutionId,
    (tx) => standingsOf(tx, application, { use, holderIds: unique }),
    { isReadOnly: true },
  )
  const withheld = new Set<string>()
  for (const holderId of unique) {
    const standing = known.get(holderId) ?? silent(application)
    const { isAllowed } = await kernel.policies.decide(
      institutionId,
      requestOf(kernel, actor, { ...question, standing }),
    )
    if (!isAllowed) withheld.add(holderId)
  }
  return withheld
}

const nobody: ReadonlySet<string> = new Set()
