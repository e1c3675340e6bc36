/** Reads with the schemas of an application, wherever those may run: here, or in its own process. */
import { type FieldProblem, readCase, readWith } from '@khudi/sdk'
import type { Kernel } from '../kernel.ts'
import type { InstalledApplication } from '../register/applications.ts'
import { type StoredCase, wholeOf } from './run.ts'

/** What the application's schema finds wrong with each outcome; `undefined` where nothing. */
export async function problemsOfOutcomes(
  { workers }: Pick<Kernel, 'workers'>,
  { application }: Pick<InstalledApplication, 'application'>,
  outcomes: readonly unknown[],
): Promise<readonly (readonly FieldProblem[] | undefined)[]> {
  if (outcomes.length === 0) return []
  const confined = await workers.outcomeProblems(application.id, outcomes)
  return (
    confined ??
    outcomes.map((outcome) => {
      const read = readWith(application.outcome, outcome)
      return read.ok ? undefined : read.problems
    })
  )
}

/** Whom a stored case is about; `undefined` where nobody is named, or its schema does not take it any more. */
export async function subjectOf(
  { workers }: Pick<Kernel, 'workers'>,
  { application, isForeign }: Pick<InstalledApplication, 'application' | 'isForeign'>,
  stored: StoredCase,
): Promise<string | undefined> {
  if (!isForeign) {
    const read = readCase(application, wholeOf(stored))
    return read.ok ? read.value.subject : undefined
  }
  const task = {
    kind: 'decide',
    applicationId: application.id,
    payloads: [stored],
    models: undefined,
  } as const
  const [read] = await workers.run(task)
  return read?.ok === true ? (read.subject ?? undefined) : undefined
}
