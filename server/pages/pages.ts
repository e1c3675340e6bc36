/**
 * The plain pages for officers, rendered here and sent as HTML that needs no script.
 *
 * Give the plugin to the HTTP server, which mounts it at the root with the headers of pages.
 */
import formbody from '@fastify/formbody'
import type { FastifyPluginAsync } from 'fastify'
import { mountAssets } from './assets.ts'
import { casesRoute, findRoute } from './case-list.ts'
import { decisionRoute } from './decision-page.ts'
import { mountFailures } from './failure-page.ts'
import { homeRoute } from './home.ts'
import { jobsRoute, requeueRoute } from './jobs.ts'
import { caseFormRoute, newCaseRoute } from './new-case.ts'
import { outcomeRoute } from './outcome.ts'
import { redirection } from './page.ts'
import { eraseRoute, exportRoute, personRoute } from './person.ts'
import { findPersonRoute, personsRoute } from './persons.ts'
import { nextRoute, queueRoute } from './queue.ts'
import { receiptsRoute } from './receipts.ts'
import { caseRoute, openRoute, reviewRoute } from './review.ts'
import { answer, mountForm, mountPage } from './routes.ts'
import { languageHeader, localAddress } from './session.ts'
import { mountSignIn } from './sign-in.ts'
import { addressOf, type PagesOptions, visitIn } from './visit.ts'

export { sessionCookie, sessionTokenOf } from './session.ts'
export type { PagesOptions } from './visit.ts'

const pageRoutes = [
  homeRoute,
  queueRoute,
  nextRoute,
  casesRoute,
  caseRoute,
  newCaseRoute,
  decisionRoute,
  receiptsRoute,
  jobsRoute,
  personsRoute,
  personRoute,
]
const formRoutes = [
  findRoute,
  openRoute,
  reviewRoute,
  outcomeRoute,
  caseFormRoute,
  requeueRoute,
  findPersonRoute,
  exportRoute,
  eraseRoute,
]

export function pages(options: PagesOptions): FastifyPluginAsync {
  return async (app) => {
    await app.register(formbody)
    app.addHook('onRequest', async (request, reply) => {
      const { address, asked } = addressOf(request)
      if (request.method !== 'GET' || asked === undefined) return
      const cookies = [languageHeader(options.isSecure, asked)]
      await answer(
        visitIn(options, request, undefined),
        { request, reply },
        redirection(localAddress(address), cookies),
      )
    })
    mountAssets(app)
    mountFailures(app, options)
    await mountSignIn(app, options)
    for (const route of pageRoutes) mountPage(app, options, route)
    for (const route of formRoutes) mountForm(app, options, route)
  }
}
