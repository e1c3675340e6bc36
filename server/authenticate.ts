import type { FastifyRequest } from 'fastify'
import type { Actor } from '../kernel/access/roles.ts'
import { type GlassRow, glassesOf, underGlass } from '../kernel/break-glass/break-glass.ts'
import { Refusal } from '../kernel/errors.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { actorOfSession } from '../kernel/sign-in/sign-in.ts'
import type { Authenticate } from './http/admission.ts'
import { sessionTokenOf } from './pages/session.ts'

/** How long a session is believed without asking the database; its end takes effect within it. */
const believedMs = 1_000
/** More than this many callers within a second are looked up anew. */
const mostBelieved = 10_000

/** Whom a session stands for, and the roles they have taken for a time. */
interface Bearer {
  readonly actor: Actor
  readonly glasses: readonly GlassRow[]
}

interface Believed {
  readonly bearer: Promise<Bearer | undefined>
  readonly until: number
}

/** Tells who asks, by `Authorization: Bearer` or by the session's cookie. */
export function authenticator(kernel: Kernel, { isSecure }: { readonly isSecure: boolean }): Authenticate {
  const known = new Map<string, Believed>()
  const believe = (token: string, look: () => Promise<Bearer | undefined>): Promise<Bearer | undefined> => {
    const now = performance.now()
    const found = known.get(token)
    if (found !== undefined && found.until > now) return found.bearer
    if (known.size >= mostBelieved) known.clear()
    const bearer = look()
    known.set(token, { bearer, until: now + believedMs })
    // A failed look-up is nothing to believe.
    bearer.catch(() => known.delete(token))
    return bearer
  }
  return async (request) => {
    const key = bearerOf(request)
    if (key !== undefined) {
      const actor = await kernel.keyRing.actorOf(key, request.ip)
      if (actor === undefined) throw new Refusal('access.key_invalid')
      return actor
    }
    const token = sessionTokenOf(request, isSecure)
    if (token === undefined) return undefined
    const bearer = await believe(`session ${token}`, async () => {
      const session = await actorOfSession(kernel, token)
      return session && { actor: session.actor, glasses: await glassesOf(kernel, session.actor) }
    })
    // Asked of the clock each time: a role that was taken does not outlive its time for having been believed.
    return bearer && underGlass(bearer.actor, bearer.glasses, kernel.clock())
  }
}

function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
}
