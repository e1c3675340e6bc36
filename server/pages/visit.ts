/** One visit to one page: who reads it, in which language, and what the page is made with. */
import { type Language, languages } from '@khudi/sdk'
import type { FastifyRequest } from 'fastify'
import { type Actor, holds, type Scope } from '../../kernel/access/roles.ts'
import { type GlassNotice, glassNotice, underGlass } from '../../kernel/break-glass/break-glass.ts'
import { type InstitutionRow, institutions } from '../../kernel/institutions/institutions.ts'
import type { ProposingKernel } from '../../kernel/proposals/kinds.ts'
import { actorOfSession } from '../../kernel/sign-in/sign-in.ts'
import type { SovereigntyLook } from '../../kernel/sovereignty/score.ts'
import type { FailureReporting } from '../http/failures.ts'
import { languageOf } from '../http/problem.ts'
import { chosenLanguage, formToken, sessionTokenOf } from './session.ts'
import { type Formats, formatsOf } from './text/format.ts'
import { type Speech, speechOf } from './text/speech.ts'

export interface PagesOptions {
  readonly kernel: ProposingKernel
  /** Whether browsers reach this server by https; the session's cookie then travels by nothing else. */
  readonly isSecure: boolean
  /** Looks at the eleven checks; a server without it has no page of them. */
  readonly sovereignty?: SovereigntyLook
  /** Where faults are told; nowhere unless given. */
  readonly reporting?: FailureReporting
}

export interface Visit {
  readonly kernel: ProposingKernel
  readonly sovereignty?: SovereigntyLook | undefined
  readonly language: Language
  readonly speech: Speech
  readonly formats: Formats
  /** Path and query of the page, without the language. */
  readonly address: string
  /** Scheme, host and port by which the browser reached it. */
  readonly origin: string
  readonly query: URLSearchParams
  /** `undefined` for whoever has not signed in. */
  readonly officer: Officer | undefined
}

export interface Officer {
  readonly actor: Actor
  readonly username: string
  readonly sessionId: string
  /** The language of the account. */
  readonly language: Language
  readonly institution: InstitutionRow
  /** What every page says of break-glass. */
  readonly glass: GlassNotice
  /** Secret of the session; never written into a page. */
  readonly sessionToken: string
  may(this: void, scope: Scope): boolean
}

/** A visit by somebody who has signed in. */
export interface OfficerVisit extends Visit {
  readonly officer: Officer
}

/** The visit that a request makes. */
export async function visitOf(options: PagesOptions, request: FastifyRequest): Promise<Visit> {
  const officer = await officerOf(options, request)
  return visitIn(options, request, officer)
}

/** A visit without asking the database who it is: for a page about a failure. */
export function visitIn(
  { kernel, isSecure, sovereignty }: Pick<PagesOptions, 'kernel' | 'isSecure' | 'sovereignty'>,
  request: FastifyRequest,
  officer: Officer | undefined,
): Visit {
  const language =
    chosenLanguage(request) ?? officer?.language ?? languageOf(request.headers['accept-language'])
  const { address, query } = addressOf(request)
  return {
    kernel,
    sovereignty,
    language,
    speech: speechOf(language),
    formats: formatsOf(language),
    address,
    origin: `${isSecure ? 'https' : 'http'}://${request.host}`,
    query,
    officer,
  }
}

/** The same visit in another language. */
export function inLanguage<V extends Visit>(visit: V, language: Language): V {
  return { ...visit, language, speech: speechOf(language), formats: formatsOf(language) }
}

async function officerOf(
  { kernel, isSecure }: PagesOptions,
  request: FastifyRequest,
): Promise<Officer | undefined> {
  const sessionToken = sessionTokenOf(request, isSecure)
  if (sessionToken === undefined) return undefined
  const session = await actorOfSession(kernel, sessionToken)
  if (session === undefined) return undefined
  const glass = await glassNotice(kernel, session.actor)
  const actor = underGlass(session.actor, glass.glasses, kernel.clock())
  const institution = (await institutions(kernel)).find(
    ({ institutionId }) => institutionId === actor.institutionId,
  )
  if (institution === undefined) throw new Error('a session belongs to an institution that exists')
  return { ...session, actor, institution, glass, sessionToken, may: (scope) => holds(actor, scope) }
}

export function isOfficerVisit(visit: Visit): visit is OfficerVisit {
  return visit.officer !== undefined
}

/** The address without `lang`, and the language that `lang` asks for. */
export function addressOf(request: FastifyRequest): {
  readonly address: string
  readonly query: URLSearchParams
  readonly asked: Language | undefined
} {
  const [path = '/', query = ''] = request.url.split(/\?(.*)/s, 2)
  const parameters = new URLSearchParams(query)
  const asked = languages.find((language) => language === parameters.get('lang'))
  parameters.delete('lang')
  return { address: withQuery(path, parameters), query: parameters, asked }
}

export function withQuery(path: string, parameters: URLSearchParams): string {
  const query = String(parameters)
  return query === '' ? path : `${path}?${query}`
}

/** The institution's name in the reader's language. */
export function institutionTitle(institution: InstitutionRow, language: Language): string {
  return language === 'ur' ? institution.titleUr : institution.titleEn
}

/** A fresh token for a form of this visit. */
export function tokenFor({ officer }: OfficerVisit): string {
  return formToken(officer.sessionToken)
}
