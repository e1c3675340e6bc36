import { type Command, InvalidArgumentError } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import type { Period } from '../../kernel/models/models.ts'

export interface PeriodOptions {
  readonly from: string
  readonly to: string
}

/** Adds `--from` and `--to`, days of the Gregorian calendar, both included. */
export function withPeriod(command: Command): Command {
  return command
    .option('--from <date>', 'first day, YYYY-MM-DD', day, '0001-01-01')
    .option('--to <date>', 'last day, YYYY-MM-DD', day, '9999-12-31')
}

function day(text: string): string {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString()
  } catch {
    throw new InvalidArgumentError('expected a day that exists, YYYY-MM-DD')
  }
}

/** @throws Refusal `request.period_reversed` */
export function periodOf({ from, to }: PeriodOptions): Period {
  if (from > to) throw new Refusal('request.period_reversed', { from, to })
  return { from, to }
}
