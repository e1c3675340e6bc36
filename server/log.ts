import { pino, stdTimeFunctions } from 'pino'
import { describeError } from './http/log.ts'
import type { Settings } from './settings.ts'

/** Log lines as JSON on standard error, times in UTC; errors by what a log may hold of them. */
export function createLogger(level: Settings['logLevel']) {
  const options = {
    level,
    serializers: { err: describeError },
    base: null,
    timestamp: stdTimeFunctions.isoTime,
  }
  return pino(options, pino.destination(2))
}
