/** The parts of a request as the operation's own schemas read them. */

import { readWith } from '@khudi/sdk'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { Refusal } from '../../kernel/errors.ts'
import { fieldsNamed } from './problem.ts'

/** @throws Refusal request.parameters_invalid */
export function readParameters<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const read = readWith(schema, given)
  if (read.ok) return read.value
  const { problems } = read
  throw new Refusal('request.parameters_invalid', { detail: fieldsNamed(problems) }, { problems })
}

/** @throws Refusal request.body_missing, request.body_invalid */
export function readBody<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  if (given === undefined) throw new Refusal('request.body_missing')
  const read = readWith(schema, given)
  if (read.ok) return read.value
  const { problems } = read
  throw new Refusal('request.body_invalid', { detail: fieldsNamed(problems) }, { problems })
}

/**
 * PostgreSQL has no text with U+0000 in it, and no address needs one: refused for all parameters at once, in the only
 * spelling that a URL has for it.
 * @throws Refusal request.malformed
 */
export function refuseNul({ raw }: FastifyRequest): void {
  if (raw.url?.includes('%00') === true) throw new Refusal('request.malformed')
}
