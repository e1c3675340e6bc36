/** The security of one's own account: what its page can change. */
import { Refusal } from '../../kernel/errors.ts'
import { factorsOf, removeOwnFactor, renewRecoveryCodes } from '../../kernel/sign-in/factors.ts'
import { requireFresh } from '../../kernel/sign-in/fresh.ts'
import { changePassword } from '../../kernel/sign-in/passwords.ts'
import { secondFactorOf } from '../../kernel/sign-in/rules.ts'
import { endOtherSessions, endSession, sessionsOf } from '../../kernel/sign-in/sessions.ts'
import type { Draft } from './forms/draft.ts'
import { type Given, nothingGiven } from './forms/problems.ts'
import { type Answer, redirection } from './page.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { isChange, type SecurityFacts, securityPage } from './security-page.ts'
import { codesPage } from './sign-in/step-pages.ts'
import type { OfficerVisit } from './visit.ts'

const address = '/security'

export const securityRoute: PageRoute = {
  id: 'page.security',
  path: address,
  scope: undefined,
  show: (visit) => page(visit, nothingGiven),
}

/** One's own account: nobody else is ever meant, so no scope is needed. */
function securityForm(path: string, act: (visit: OfficerVisit, draft: Draft) => Promise<Answer>): FormRoute {
  return {
    id: `page.security_${path.replaceAll('-', '_')}`,
    path: `${address}/${path}`,
    scope: undefined,
    show: (visit, _params, given) => page(visit, given),
    async act(visit, _params, draft) {
      try {
        return await act(visit, draft)
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'access.proof_stale')) throw error
        return redirection(`/sign-in/again?${new URLSearchParams({ next: address })}`)
      }
    },
  }
}

const done = (change: string) => redirection(`${address}?done=${change}`)

export const securityForms: readonly FormRoute[] = [
  securityForm('password', async (visit, draft) => {
    const { kernel, officer } = visit
    const given = { old: draft.get('old') ?? '', fresh: draft.get('new') ?? '' }
    await changePassword(kernel, ownOf(visit), { ...given, sessionId: officer.sessionId })
    return done('changed')
  }),
  securityForm('remove', async (visit, draft) => {
    await removeOwnFactor(visit.kernel, ownOf(visit), draft.get('factor') ?? '')
    return done('removed')
  }),
  securityForm('codes', async (visit) => {
    const codes = await renewRecoveryCodes(visit.kernel, ownOf(visit))
    return codesPage(visit, { codes, onward: { next: address, kept: undefined } })
  }),
  securityForm('end', async (visit, draft) => {
    await endSession(visit.kernel, visit.officer.actor, draft.get('session') ?? '')
    return done('ended')
  }),
  securityForm('end-others', async (visit) => {
    await endOtherSessions(visit.kernel, visit.officer.actor, visit.officer.sessionId)
    return done('endedOthers')
  }),
]

function ownOf({ officer: { actor } }: OfficerVisit) {
  const { accountId } = actor
  if (accountId === undefined) throw new Error('whoever visits pages has an account')
  return { ...actor, accountId }
}

async function page(visit: OfficerVisit, given: Given): Promise<Answer> {
  const { kernel, officer, query } = visit
  const own = ownOf(visit)
  const facts: SecurityFacts = {
    factors: await factorsOf(kernel, own),
    sessions: await sessionsOf(kernel, own),
    rule: await secondFactorOf(kernel, own.institutionId),
    isFresh: isFresh(visit),
    change: [query.get('done') ?? ''].find(isChange),
  }
  return securityPage(visit, { ...facts, given, sessionId: officer.sessionId })
}

function isFresh({ kernel, officer }: OfficerVisit): boolean {
  try {
    requireFresh(kernel, officer.actor)
    return true
  } catch {
    return false
  }
}
