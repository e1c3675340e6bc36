/** Batches of cases decided in this process, with the policies in force and with policies that allow whatever is asked. */
import { intake } from '../../kernel/decisions/intake.ts'
import type { Policies, Verdict } from '../../kernel/policy/policy.ts'
import type { Installation } from '../../test/installation.ts'
import type { Measurement } from '../result.ts'
import { withPlace } from './place.ts'

const batch = 500
/** Of each kind; who begins changes from one to the next. */
const turns = 10

export function throughputRows(installation: Installation, size: number): Promise<readonly Measurement[]> {
  return withPlace(installation, 'decides', async ({ kernel, operator, institutionId }) => {
    const { digest } = await kernel.policies.inForce(institutionId)
    const unasked = { ...kernel, policies: allowing(kernel.policies, digest) }
    const batches = Math.max(1, Math.round(10 * size))
    let numbered = 0
    const turn = async (given: typeof kernel): Promise<number> => {
      const startedAt = performance.now()
      for (let done = 0; done < batches; done++) {
        const submissions = Array.from({ length: batch }, () => ({ json: permit(++numbered) }))
        await intake(given, operator, {
          applicationId: 'permits',
          source: 'api',
          isDecided: true,
          submissions,
        })
      }
      return (1_000 * batches * batch) / (performance.now() - startedAt)
    }
    await turn(kernel)
    await turn(unasked)
    const rates: { readonly asked: number[]; readonly unasked: number[] } = { asked: [], unasked: [] }
    for (let count = 0; count < turns; count++) {
      const order = count % 2 === 0 ? (['asked', 'unasked'] as const) : (['unasked', 'asked'] as const)
      for (const one of order) rates[one].push(await turn(one === 'asked' ? kernel : unasked))
    }
    const [asked, without] = [median(rates.asked), median(rates.unasked)]
    const what = 'the same with policies that allow everything'
    const note = `median of ${turns} turns of ${batches} batches of ${batch}, one at a time, in one process`
    return [
      {
        what: 'deciding in batches',
        value: asked,
        unit: 'cases/s',
        reference: { what, value: without },
        note,
      },
      {
        what: 'throughput kept with policy',
        value: asked / without,
        unit: 'of that without',
        reference: { what: 'without policy', value: 1 },
        bar: { atLeast: 0.95 },
      },
    ]
  })
}

function allowing(policies: Policies, policyDigest: Uint8Array): Policies {
  const verdict: Verdict = { isAllowed: true, policyDigest, refusedBy: undefined }
  return {
    decide: async () => verdict,
    require: async () => verdict,
    inForce: (institutionId) => policies.inForce(institutionId),
    check: (files) => policies.check(files),
    forget: () => undefined,
  }
}

const permit = (number: number) =>
  JSON.stringify({ permitNumber: `PERMIT-${number}`, filedOn: '2026-02-01', answer: 'grant' })

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
