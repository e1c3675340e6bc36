/**
 * The plain pages for officers, rendered here and sent as HTML that needs no script.
 *
 * Give the plugin to the HTTP server, which mounts it at the root with the headers of pages.
 */
import formbody from '@fastify/formbody'
import type { FastifyPluginAsync } from 'fastify'
import { accountRoute, disableRoute, grantRoute, revokeRoute } from './account-page.ts'
import { accountsRoute } from './accounts.ts'
import { mountAssets } from './assets.ts'
import { backendsRoute, withdrawBackendRoute } from './backends.ts'
import { breachesRoute, newBreachRoute } from './breach-list.ts'
import {
  assessBreachRoute,
  breachNoticeRoute,
  breachRoute,
  informBreachRoute,
  notifyBreachRoute,
} from './breach-page.ts'
import { casesRoute, findRoute } from './case-list.ts'
import { decisionRoute } from './decision-page.ts'
import { disclosureRoute } from './disclosure-page.ts'
import { mountFailures } from './failure-page.ts'
import { breakGlassRoute, glassRoute, reviewGlassRoute } from './glass.ts'
import { homeRoute } from './home.ts'
import { jobsRoute, requeueRoute } from './jobs.ts'
import { issueKeyRoute, keysRoute, revokeKeyRoute } from './keys.ts'
import { modelRoute } from './model-page.ts'
import { modelsRoute } from './models.ts'
import { caseFormRoute, newCaseRoute } from './new-case.ts'
import { outcomeRoute } from './outcome.ts'
import { redirection } from './page.ts'
import { consentRoute, eraseRoute, exportRoute, personRoute } from './person.ts'
import { findPersonRoute, personsRoute } from './persons.ts'
import { policiesRoute } from './policies.ts'
import {
  approveProposalRoute,
  proposalRoute,
  proposalsRoute,
  rejectProposalRoute,
  withdrawProposalRoute,
} from './proposals.ts'
import { nextRoute, queueRoute } from './queue.ts'
import { receiptsRoute } from './receipts.ts'
import { liftHoldRoute, retentionRoute } from './retention-page.ts'
import { caseRoute, openRoute, reviewRoute } from './review.ts'
import { newRequestRoute, rightsRoute } from './rights-list.ts'
import {
  correctRequestRoute,
  decideRequestRoute,
  executeRequestRoute,
  openRequestRoute,
  requestRoute,
} from './rights-request.ts'
import { answer, mountForm, mountPage } from './routes.ts'
import { securityForms, securityRoute } from './security.ts'
import { languageHeader, localAddress } from './session.ts'
import { mountSignIn } from './sign-in.ts'
import { lookAgainRoute, sovereigntyRoute } from './sovereignty.ts'
import { closeUnitRoute, moveUnitRoute, renameUnitRoute, unitRoute } from './unit-page.ts'
import { addUnitRoute, unitsRoute } from './units.ts'
import { addressOf, type PagesOptions, visitIn } from './visit.ts'

export { sessionCookie, sessionTokenOf } from './session.ts'
export type { PagesOptions } from './visit.ts'

const pageRoutes = [
  homeRoute,
  policiesRoute,
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
  disclosureRoute,
  breachesRoute,
  breachRoute,
  breachNoticeRoute,
  rightsRoute,
  retentionRoute,
  requestRoute,
  securityRoute,
  modelsRoute,
  modelRoute,
  proposalsRoute,
  proposalRoute,
  keysRoute,
  unitsRoute,
  unitRoute,
  accountsRoute,
  accountRoute,
  glassRoute,
  backendsRoute,
  sovereigntyRoute,
]
const formRoutes = [
  withdrawBackendRoute,
  findRoute,
  openRoute,
  reviewRoute,
  outcomeRoute,
  caseFormRoute,
  requeueRoute,
  findPersonRoute,
  newRequestRoute,
  openRequestRoute,
  decideRequestRoute,
  executeRequestRoute,
  correctRequestRoute,
  liftHoldRoute,
  newBreachRoute,
  assessBreachRoute,
  notifyBreachRoute,
  informBreachRoute,
  approveProposalRoute,
  rejectProposalRoute,
  withdrawProposalRoute,
  issueKeyRoute,
  revokeKeyRoute,
  addUnitRoute,
  renameUnitRoute,
  moveUnitRoute,
  closeUnitRoute,
  grantRoute,
  revokeRoute,
  disableRoute,
  breakGlassRoute,
  reviewGlassRoute,
  exportRoute,
  eraseRoute,
  consentRoute,
  ...securityForms,
  lookAgainRoute,
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
