/** Servers on this machine that stand for backends, and an institution that has them in its register. */
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import type { Actor } from '../../access/roles.ts'
import { registerBackend, type StandingBackend } from '../../backends/backends.ts'
import type { BackendSpec } from '../../backends/spec.ts'
import type { Kernel } from '../../kernel.ts'
import { certificate, privateKey } from './certificate.ts'

/** Serves on a free port of 127.0.0.1 until the file's tests are over; answers its origin. */
export async function serve(answer: http.RequestListener, isSecure = false): Promise<string> {
  const server = isSecure
    ? https.createServer({ cert: certificate, key: privateKey }, answer)
    : http.createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port }: AddressInfo = Object(server.address())
  return `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`
}

/** Registers a domestic model runtime on this machine, unless told otherwise. */
export function registerAt(
  kernel: Kernel,
  actor: Actor,
  given: Pick<BackendSpec, 'backendId' | 'endpoint'> & Partial<BackendSpec>,
): Promise<StandingBackend> {
  return registerBackend(kernel, actor, {
    kind: 'model_runtime',
    title: { en: given.backendId, ur: given.backendId },
    addresses: ['127.0.0.0/8'],
    classifications: ['open', 'official', 'personal', 'sensitive'],
    location: 'PK',
    operatorLaw: 'PK',
    ownerLaw: 'PK',
    keyHolder: 'institution',
    evidence: { text: 'On this machine', documentDigest: null },
    expiresAt: '2030-01-01T00:00:00.000Z',
    ...given,
  })
}
