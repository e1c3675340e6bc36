/** Looking for the settings to train with. Nothing is kept of it but the entries of what was opened. */
import type { SearchReport } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import type { Waiting } from '../decisions/tasks.ts'
import type { Kernel } from '../kernel.ts'
import type { Period } from './models.ts'
import { readLearning } from './training.ts'

export interface SearchRequest extends Period {
  readonly applicationId: string
  readonly modelName: string
  readonly seed: number
  readonly configurations: number
  readonly rounds: number
  readonly waiting?: Waiting
}

/**
 * Looks for settings on the cases of a period, the later of which judge what was learned of the earlier. `undefined` where it was
 * stopped.
 *
 * @throws Refusal those of `readLearning`, `model.carries_personal_data`, `model.engine_cannot`, `model.engine_refused`
 */
export async function searchSettings(
  kernel: Kernel,
  actor: Actor,
  request: SearchRequest,
): Promise<SearchReport | undefined> {
  const { applicationId, modelName, seed, configurations, rounds, waiting = {} } = request
  const { spec, examples } = await readLearning(kernel, actor, request)
  const task = { kind: 'rows', applicationId, modelName, examples, isLearning: true } as const
  const known = (await kernel.workers.run(task)).flatMap((one) =>
    one === undefined || one.row === null ? [] : [{ row: one.row, label: one.label }],
  )
  const { engine, features } = spec
  const set = { features, rows: known.map(({ row }) => row), labels: known.map(({ label }) => label) }
  return kernel.workers.run(
    { kind: 'search', engine, set, options: { seed, configurations, rounds } },
    waiting,
  )
}
