import { pino } from 'pino'
import { describeError } from './http/log.ts'
import type { Settings } from './settings.ts'

/** Log lines as JSON on standard error; errors by what a log may hold of them. */
export function createLogger(level: Settings['logLevel']) {
  return pino({ level, serializers: { err: describeError }, base: null }, pino.destination(2))
}
