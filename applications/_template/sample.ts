/** Made-up requests for tests and demonstration: nobody real, and the same seed gives the same bytes. */
import type { SampleCase, SampleOptions } from '@khudi/sdk'
import type { InspectionInput, RequestInput } from './case.ts'

const districts = ['Attock', 'Gwadar', 'Jamshoro', 'Swat'] as const

/** Requests of one year, in the order of their filing. */
export function* sample({
  seed,
  count,
}: SampleOptions): Generator<SampleCase<RequestInput, InspectionInput>> {
  const random = randomNumbers(seed)
  for (let index = 0; index < count; index++) {
    const rupees = Math.round(10_000 + 490_000 * random())
    const previousRequests = Math.floor(6 * random())
    // Large first requests are more often at fault, so that a model has something to learn.
    const isFaulty = random() < (previousRequests === 0 ? 0.3 : 0.05) * (rupees / 250_000)
    const filedOn = dayOfYear(Math.floor((365 * index) / count))
    yield {
      case: {
        requestNumber: `REQ-${seed}-${String(index + 1).padStart(6, '0')}`,
        filedOn,
        // Invented: province 7 has no division 9, so no card begins like this.
        applicantCnic: `79999${String(Math.floor(1e8 * random())).padStart(8, '0')}`,
        district: districts[Math.floor(districts.length * random())] ?? districts[0],
        requestedAmount: { amountMinor: String(rupees * 100), currency: 'PKR' },
        previousRequests,
      },
      outcome: isFaulty
        ? { finding: 'not_in_order', inspectedOn: filedOn, note: 'The documents do not support the amount.' }
        : { finding: 'in_order', inspectedOn: filedOn },
    }
  }
}

function dayOfYear(day: number): string {
  return new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)
}

/** Numbers in [0, 1): mulberry32 by Tommy Ettinger (public domain). */
function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
