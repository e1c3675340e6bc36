/** Log lines of the HTTP layer. They name operations, never addresses or contents: both may be about a person. */

import type { FastifyBaseLogger } from 'fastify'
import type { Exchange } from './exchange.ts'

/** An error as a log line may hold it. */
export interface ErrorDescription {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack: string
  readonly cause?: ErrorDescription
}

/** Causes of causes beyond this depth are left out. */
const CAUSES = 5

/**
 * What a log may keep of an error. Database errors of class 22 (data) and syntax errors quote the value that they are about
 * in their message, so theirs is withheld; the details of constraint violations, which hold rows, are never copied.
 */
export function describeError(error: unknown, depth: number = CAUSES): ErrorDescription {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something other than an error was thrown', stack: '' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const quotesValues = error instanceof SyntaxError || /^22[0-9A-Z]{3}$/.test(code ?? '')
  return {
    type: error.name,
    message: quotesValues ? '(withheld: it quotes a value)' : error.message,
    ...(code === undefined ? {} : { code }),
    // The stack begins with the message again.
    stack: (error.stack ?? '')
      .split('\n')
      .filter((line) => line.startsWith('    at '))
      .join('\n'),
    ...(error.cause === undefined || depth === 0 ? {} : { cause: describeError(error.cause, depth - 1) }),
  }
}

const isTurnedAway = (status: number) => status === 401 || status === 403 || status === 429

/** One line for each request, once its reply is out. Times in ms. */
export function logExchange(logger: FastifyBaseLogger, exchange: Exchange, status: number): void {
  const line = {
    requestId: exchange.requestId,
    operation: exchange.operationId,
    status,
    durationMs: Math.round((performance.now() - exchange.startedAt) * 100) / 100,
    actor: exchange.actor?.name,
    ...(exchange.refusal !== undefined && { code: exchange.refusal }),
  }
  const { signedIn, address: from } = exchange
  // Who came in, and who was not let in, or not to this, or too often: told by default, for whoever watches over the server.
  if (signedIn !== undefined) logger.warn({ ...line, actor: signedIn, from }, 'signed in')
  else if (isTurnedAway(status)) logger.warn({ ...line, from }, 'turned away')
  else if (exchange.isAbandoned) logger.info(line, 'abandoned')
  else if (exchange.operationId.startsWith('server.')) logger.debug(line, 'answered')
  else logger.info(line, 'answered')
}
