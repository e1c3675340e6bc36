/** Filing days and what a dollar costs on each. */
import { randomStream } from './random.ts'

export interface FilingDay {
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** Rupees for one unit of each invoice currency. */
  readonly rupees: Readonly<Record<InvoiceCurrency, number>>
  /** Position in the year, 0 to 1, for seasonal prices. */
  readonly season: number
}

export type InvoiceCurrency = 'USD' | 'EUR' | 'CNY' | 'AED'

/** What a unit is worth in dollars; held still, since only the rupee's move matters to what is declared. */
const dollars: Readonly<Record<InvoiceCurrency, number>> = { USD: 1, EUR: 1.1, CNY: 0.14, AED: 0.2723 }

/** Filing thins out at the end of the week: from Monday to Sunday. */
const weekdayWeights = [1.1, 1.1, 1.05, 1.05, 0.9, 0.6, 0.2] as const

const startingRupees = 281
const dailyDrift = 0.0002
const dailyMove = 0.0012

export interface Calendar {
  /** The filing day of the consignment that stands at this place, 0 to 1, of the whole trade. */
  dayAt(place: number): FilingDay
}

/**
 * Days from `from` to `to`, both included.
 *
 * @throws RangeError for dates that do not exist or a period that ends before it begins.
 */
export function calendar(seed: number, period: { readonly from: string; readonly to: string }): Calendar {
  const first = Temporal.PlainDate.from(period.from)
  const length = first.until(period.to, { largestUnit: 'days' }).days + 1
  if (length < 1) throw new RangeError('the period of generated declarations ends before it begins')
  const random = randomStream(seed, 'calendar', 0)
  const days: FilingDay[] = []
  const cumulative: number[] = []
  let dollar = startingRupees
  let total = 0
  for (let offset = 0; offset < length; offset++) {
    const day = first.add({ days: offset })
    dollar *= Math.exp(dailyDrift + dailyMove * random.normal())
    total += weekdayWeights[day.dayOfWeek - 1] ?? 1
    cumulative.push(total)
    days.push({ date: day.toString(), rupees: rates(dollar), season: (day.dayOfYear - 1) / day.daysInYear })
  }
  return {
    dayAt(place) {
      const found = days[firstAbove(cumulative, place * total)]
      if (found === undefined) throw new RangeError('a place in the trade is from 0 up to 1')
      return found
    },
  }
}

function rates(dollar: number): Readonly<Record<InvoiceCurrency, number>> {
  return {
    USD: dollar * dollars.USD,
    EUR: dollar * dollars.EUR,
    CNY: dollar * dollars.CNY,
    AED: dollar * dollars.AED,
  }
}

/** Index of the first of the ascending numbers that is above the limit. */
function firstAbove(ascending: readonly number[], limit: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? Number.POSITIVE_INFINITY) > limit) high = middle
    else low = middle + 1
  }
  return low
}

/** The day a number of days later, `YYYY-MM-DD`. */
export function daysLater(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString()
}
