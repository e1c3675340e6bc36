import type { FastifyRequest } from 'fastify'
import { actorOfKey, actorOfSession } from '../kernel/access/access.ts'
import type { Actor } from '../kernel/access/roles.ts'
import { Refusal } from '../kernel/errors.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Authenticate } from './http/admission.ts'
import { sessionTokenOf } from './pages/session.ts'

/** How long a key or session is believed without asking the database; a revocation takes effect within it. */
const believedMs = 1_000
/** More than this many callers within a second are looked up anew. */
const mostBelieved = 10_000

interface Believed {
  readonly actor: Promise<Actor | undefined>
  readonly until: number
}

/** Tells who asks, by `Authorization: Bearer` or by the session's cookie. */
export function authenticator(kernel: Kernel, { isSecure }: { readonly isSecure: boolean }): Authenticate {
  const known = new Map<string, Believed>()
  const believe = (token: string, look: () => Promise<Actor | undefined>): Promise<Actor | undefined> => {
    const now = performance.now()
    const found = known.get(token)
    if (found !== undefined && found.until > now) return found.actor
    if (known.size >= mostBelieved) known.clear()
    const actor = look()
    known.set(token, { actor, until: now + believedMs })
    // A failed look-up is nothing to believe.
    actor.catch(() => known.delete(token))
    return actor
  }
  return async (request) => {
    const key = bearerOf(request)
    if (key !== undefined) {
      const actor = await believe(`key ${key}`, () => actorOfKey(kernel, key))
      if (actor === undefined) throw new Refusal('access.key_invalid')
      return actor
    }
    const token = sessionTokenOf(request, isSecure)
    if (token === undefined) return undefined
    return believe(`session ${token}`, async () => (await actorOfSession(kernel, token))?.actor)
  }
}

function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
}
