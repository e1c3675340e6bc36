/** What follows a step of signing in: the next step, or where one was going, with what was typed before. */
import type { FastifyRequest } from 'fastify'
import { type Session, type SignedIn, sessionOf } from '../../../kernel/sign-in/sessions.ts'
import { exchangeOf } from '../../http/exchange.ts'
import { type Draft, readDraft } from '../forms/draft.ts'
import { keptField } from '../forms/kept-form.ts'
import { type Answer, redirection } from '../page.ts'
import {
  chosenLanguage,
  deviceHeader,
  formToken,
  isFormToken,
  languageHeader,
  localAddress,
  sessionHeader,
  sessionTokenOf,
} from '../session.ts'
import { signedInAgainPage } from '../sign-in-page.ts'
import { type Html, html } from '../text/html.ts'
import { inLanguage, type PagesOptions, type Visit } from '../visit.ts'

/** Where to go on once signed in, and a form to go on with whose sender's session had ended. */
export interface Onward {
  readonly next: string
  readonly kept: Draft | undefined
}

export function onwardOf(draft: Draft): Onward {
  const kept = draft.get('kept')
  return { next: localAddress(draft.get('next')), kept: kept === undefined ? undefined : readDraft(kept) }
}

/** Hidden fields by which a form carries it along. */
export function onwardFields({ next, kept }: Onward): Html {
  return html`<input type="hidden" name="next" value="${next}">${keptField(kept)}`
}

/** Cookies of a new session. A new one each time: one that somebody planted in the browser before is of no use to them. */
export function cookiesOf(
  { isSecure }: Pick<PagesOptions, 'isSecure'>,
  request: FastifyRequest,
  session: SignedIn,
): readonly string[] {
  if (session.stage === 'full') exchangeOf(request).signedIn = `account:${session.accountId}`
  const cookies = [sessionHeader(isSecure, session)]
  if (session.device !== undefined) cookies.push(deviceHeader(isSecure, session.device))
  if (chosenLanguage(request) === undefined) cookies.push(languageHeader(isSecure, session.language))
  return cookies
}

/** The end of signing in: where one was going, or back to the form that was being sent. */
export function entered(
  options: Pick<PagesOptions, 'isSecure'>,
  {
    request,
    visit,
    onward,
  }: { readonly request: FastifyRequest; readonly visit: Visit; readonly onward: Onward },
  session: SignedIn,
): Answer {
  const cookies = cookiesOf(options, request, session)
  const { next, kept } = onward
  if (kept === undefined) return redirection(next, cookies)
  const language = chosenLanguage(request) ?? session.language
  return { ...signedInAgainPage(inLanguage(visit, language), { address: next, draft: kept }), cookies }
}

/** A session that is on its way, or one of its holder's who goes on from a full one. */
export interface Step {
  readonly session: Session
  readonly token: string
}

/** The session behind the browser's cookie, whatever its stage. */
export async function stepOf(
  { kernel, isSecure }: Pick<PagesOptions, 'kernel' | 'isSecure'>,
  request: FastifyRequest,
): Promise<Step | undefined> {
  const token = sessionTokenOf(request, isSecure)
  const session = token === undefined ? undefined : await sessionOf(kernel, token)
  return token === undefined || session === undefined ? undefined : { session, token }
}

/** The proof of the page, for a form of a session that need not be a full one. */
export function stepField({ token }: Pick<Step, 'token'>): Html {
  return html`<input type="hidden" name="_token" value="${formToken(token)}">`
}

/** Whether the form was sent from a page of this session. */
export function isOfStep(draft: Draft, { token }: Pick<Step, 'token'>): boolean {
  return isFormToken(draft.get('_token'), token)
}
