/** What one question costs, in this process. */
import { askCedar, loadCedar } from '../../kernel/policy/cedar.ts'
import type { PolicyRequest } from '../../kernel/policy/policy.ts'
import type { Installation } from '../../test/installation.ts'
import type { Measurement } from '../result.ts'
import { withPlace } from './place.ts'

const question = (applicationId: string): PolicyRequest => ({
  principal: { kind: 'person', roles: ['officer', 'permits.clerk'] },
  action: 'decide',
  resource: {
    classification: 'personal',
    applicationId,
    backend: { kind: 'database', jurisdiction: 'domestic', keyHolder: 'institution' },
  },
  context: {
    purpose: 'decision',
    legalBasis: 'public_task',
    isRedacted: false,
    consent: 'not_needed',
    isObjected: false,
  },
})

/** The middle of the turns. */
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const turns = 9

export function askRows(installation: Installation, size: number): Promise<readonly Measurement[]> {
  return withPlace(installation, 'asks', async ({ kernel: { policies }, institutionId }) => {
    const count = Math.round(2_000 * size)
    const cedar = await loadCedar()
    const { digest, policies: rules } = await policies.inForce(institutionId)
    const setName = Buffer.from(digest).toString('hex')
    const again = question('again')
    const figures = { again: [0], first: [0], cedar: [0], bare: [0] }
    for (const list of Object.values(figures)) list.length = 0
    // In turns, so that none has the warmer machine; the first turn warms up and does not count.
    for (let turn = 0; turn <= turns; turn++) {
      const fresh = Array.from({ length: count }, (_, index) => question(`first-${turn}-${index}`))
      const alone = Array.from({ length: count }, (_, index) => question(`alone-${turn}-${index}`))
      const measured = {
        first: await each(count, (index) => policies.decide(institutionId, fresh[index] ?? again)),
        again: await each(count * 10, () => policies.decide(institutionId, again)),
        bare: await each(count * 10, async () => undefined),
        cedar: await each(count, async (index) => askCedar(cedar, setName, alone[index] ?? again)),
      }
      if (turn === 0) continue
      for (const what of ['again', 'first', 'cedar', 'bare'] as const) figures[what].push(measured[what])
    }
    const reference = { what: 'Cedar alone, its policies parsed before', value: median(figures.cedar) }
    const note = `median of ${turns} turns of ${count}, ${rules.length} policies`
    return [
      {
        what: 'a question that was asked before',
        value: median(figures.again),
        unit: 'µs CPU',
        reference,
        bar: { atMost: 10 },
        note: `median of ${turns} turns of ${count * 10}; an empty async call takes ${median(figures.bare).toFixed(2)} µs of it`,
      },
      {
        what: 'a question that was not',
        value: median(figures.first),
        unit: 'µs CPU',
        reference,
        bar: { atMost: 150 },
        note,
      },
    ]
  })
}

/** µs of processor time of one call, all threads of the process: others at the machine must not count. */
async function each(count: number, call: (index: number) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  for (let index = 0; index < count; index++) await call(index)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}
