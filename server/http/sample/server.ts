/** A server for the tests of the HTTP layer: permits, kept in memory, with an operation of every kind. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor } from '../../../kernel/access/roles.ts'
import { Refusal } from '../../../kernel/errors.ts'
import type { AnyOperation } from '../../../kernel/operation.ts'
import { createHttpServer, type HttpServerOptions } from '../http-server.ts'
import { sampleKernel } from './application.ts'
import { edits } from './edits.ts'
import { reads } from './reads.ts'
import { type SampleState, sampleState } from './state.ts'
import { streams } from './streams.ts'

export function sampleOperations(state: SampleState): readonly AnyOperation[] {
  return [...edits(state), ...reads(state), ...streams(state)]
}

export function actorWith(roles: readonly string[], accountId?: string): Actor {
  const name = accountId === undefined ? 'key:sample' : `account:${accountId}`
  return {
    institutionId: '00000000-0000-7000-8000-000000000001',
    name,
    accountId,
    roles,
    applicationId: undefined,
  }
}

/** `Bearer officer`, `Bearer engineer,officer`, …: the roles themselves. */
export function authenticateByRoles(request: FastifyRequest): Actor | undefined {
  const roles = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (roles === 'expired') throw new Refusal('access.key_invalid')
  return roles === undefined ? undefined : actorWith(roles.split(','))
}

export const asOfficer = { authorization: 'Bearer officer' } as const
export const asEverybody = { authorization: 'Bearer officer,engineer' } as const

export interface Sample {
  readonly app: FastifyInstance
  readonly state: SampleState
}

/** A server over the sample that checks its own replies. */
export function sampleServer(options: Partial<HttpServerOptions> = {}): Sample {
  const state = sampleState()
  const app = createHttpServer({
    kernel: sampleKernel,
    operations: sampleOperations(state),
    authenticate: authenticateByRoles,
    checksReplies: true,
    ...options,
  })
  return { app, state }
}
