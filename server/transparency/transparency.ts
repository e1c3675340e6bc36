/** What anybody may read, and what other people's logs may ask, without an account. */
import type { FastifyPluginAsync } from 'fastify'
import type { Kernel } from '../../kernel/kernel.ts'
import { mountPublicLog } from './public-log.ts'
import { mountPublicWitness } from './public-witness.ts'
import { mountVerifyPage } from './verify-address.ts'

/** Give the plugin to the HTTP server. */
export function transparency(kernel: Kernel): FastifyPluginAsync {
  return async (app) => {
    mountPublicLog(app, kernel)
    mountPublicWitness(app, kernel)
    mountVerifyPage(app, kernel)
  }
}
