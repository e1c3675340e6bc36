/**
 * What was granted is done, and the doing is a step of the request: the archive handed over, the person erased, data kept but not
 * used. Nothing is marked as done that is not.
 */
import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { casesHeldOn } from '../cases/held.ts'
import { objectTo } from '../consents/consents.ts'
import { ConsentUse } from '../consents/events.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal, unreachable } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { legalBases } from '../registers/legal-bases.ts'
import { erasePerson } from '../vault/erase.ts'
import { type ExportPages, exportPerson } from '../vault/export.ts'
import { hold } from './holds.ts'
import {
  type RequestKind,
  type RightsRequest,
  requestOf,
  requireHandler,
  takeRequest,
  whole,
} from './requests.ts'
import { stepsOf, takeStep } from './steps.ts'

/** Which request, as the officer saw it. */
export interface Seen {
  readonly requestId: string
  readonly version: number
}

/** @throws Refusal `right.not_granted` */
async function takeGranted(
  tx: Transaction,
  { requestId, version, now }: Seen & { readonly now: Date },
  kinds: readonly RequestKind[],
): Promise<RightsRequest> {
  const request = await takeRequest(tx, { requestId, version, now })
  if (request.state !== 'granted' || !kinds.includes(request.kind)) throw new Refusal('right.not_granted')
  return request
}

interface Doing {
  readonly actor: Pick<Actor, 'name'>
  readonly at: Date
  readonly done: Readonly<Record<string, number | string>>
}

async function complete(
  tx: Transaction,
  request: RightsRequest,
  { actor, at, done }: Doing,
): Promise<RightsRequest> {
  const { requestId: proceedingId, version: after, holderId } = request
  const step = { proceedingId, after, kind: 'request.executed', body: { done }, holderId } as const
  await takeStep(tx, { actor: actor.name, at }, { ...step, isLast: true })
  const found = requestOf(await stepsOf(tx, proceedingId), at)
  if (found === undefined) throw new Error('the request was just completed')
  return found
}

/**
 * Carries out what was granted and needs nothing beside the request: erasure, restriction, objection, and the end of a
 * correction; of access, that the paper was handed over.
 *
 * @throws Refusal `access.scope_missing`, `right.request_not_found`, `right.version_stale`, `right.not_granted`,
 *   `right.nothing_done`, `consent.objection_not_allowed`, and those of `erasePerson`
 */
export async function executeRequest(kernel: Kernel, actor: Actor, seen: Seen): Promise<RightsRequest> {
  requireHandler(actor, 'right.handle')
  const request = await kernel.db.transaction(
    actor.institutionId,
    (tx) =>
      takeGranted(tx, { ...seen, now: kernel.clock() }, [
        'access',
        'correction',
        'erasure',
        'objection',
        'restriction',
      ]),
    whole,
  )
  switch (request.kind) {
    case 'erasure':
      return eraseAsked(kernel, actor, { seen, request })
    case 'objection':
      await objectEverywhere(kernel, actor, request)
      return kernel.db.transaction(actor.institutionId, (tx) => doNow(tx, { kernel, actor, seen }), whole)
    case 'access':
    case 'correction':
    case 'restriction':
      return kernel.db.transaction(actor.institutionId, (tx) => doNow(tx, { kernel, actor, seen }), whole)
    case 'export':
      // Handed over as a file, by `exportRequested`.
      throw new Refusal('right.not_granted')
    default:
      return unreachable(request.kind)
  }
}

/**
 * Objects, in the name of the person, to being decided about and learned from by every application that has cases of theirs and
 * whose legal basis leaves room for it. Each objection commits by itself with its entry; what stands already stays, so that a
 * request that broke off goes on.
 *
 * @throws Refusal `consent.objection_not_allowed` where no application leaves room
 */
async function objectEverywhere(kernel: Kernel, actor: Actor, request: RightsRequest): Promise<void> {
  const { holderId, requestId } = request
  const read = (tx: Transaction) => casesHeldOn(tx, holderId)
  const held = await kernel.db.transaction(actor.institutionId, read, { isReadOnly: true, ...whole })
  const ids = held.map(({ applicationId }) => applicationId)
  const open = ids.filter((id) => {
    const basis = kernel.applications.get(id)?.application.legalBasis.kind
    return basis !== undefined && legalBases[basis].allowsObjection
  })
  if (open.length === 0) throw new Refusal('consent.objection_not_allowed', { application: ids.join(', ') })
  for (const applicationId of open)
    for (const use of ConsentUse.options) {
      const evidence = `request ${requestId}`
      const said = { applicationId, holderId, use, channel: 'written', evidence } as const
      await objectTo(kernel, actor, said).catch(unlessUnchanged)
    }
}

function unlessUnchanged(error: unknown): void {
  if (!(error instanceof Refusal && error.code === 'consent.unchanged')) throw error
}

/** Key, request and log entries change in one transaction. */
async function eraseAsked(
  kernel: Kernel,
  actor: Actor,
  { seen, request }: { readonly seen: Seen; readonly request: RightsRequest },
): Promise<RightsRequest> {
  let completed: RightsRequest | undefined
  await erasePerson(kernel, actor, {
    holderId: request.holderId,
    ground: 'request',
    also: async (tx, { cases, refusedRows, erasedAt: at }) => {
      const granted = await takeGranted(tx, { ...seen, now: at }, ['erasure'])
      completed = await complete(tx, granted, { actor, at, done: { cases, refusedRows } })
    },
  })
  if (completed === undefined) throw new Error('the erasure has committed, and the request with it')
  return completed
}

async function doNow(
  tx: Transaction,
  { kernel, actor, seen }: { readonly kernel: Kernel; readonly actor: Actor; readonly seen: Seen },
): Promise<RightsRequest> {
  const at = kernel.clock()
  const kinds = ['access', 'correction', 'objection', 'restriction'] as const
  const request = await takeGranted(tx, { ...seen, now: at }, kinds)
  const { requestId, holderId } = request
  if (request.kind === 'access') {
    const cases = (await casesHeldOn(tx, holderId)).reduce((sum, one) => sum + one.cases, 0)
    return complete(tx, request, { actor, at, done: { cases } })
  }
  if (request.kind === 'correction') {
    const steps = await stepsOf(tx, requestId)
    const corrected = steps.filter(({ kind }) => kind === 'case.corrected')
    if (corrected.length === 0) throw new Refusal('right.nothing_done')
    return complete(tx, request, { actor, at, done: { corrections: corrected.length } })
  }
  if (request.kind === 'objection') return complete(tx, request, { actor, at, done: { objected: 1 } })
  const basis = `request ${requestId}`
  const held = await hold(tx, { actor, at }, { kind: 'restriction', holderId, applicationId: null, basis })
  return complete(tx, request, { actor, at, done: { hold: held.holdId } })
}

/**
 * Hands everything held on the person over as an archive. The request is completed when the last byte has been taken; an archive
 * that breaks off leaves it as it was, and is asked for again.
 *
 * @throws Refusal `access.scope_missing`, `right.request_not_found`, `right.version_stale`, `right.not_granted`, and those of
 *   `exportPerson`
 */
export async function exportRequested(
  kernel: Kernel,
  actor: Actor,
  { pages, ...seen }: Seen & { readonly pages: ExportPages },
): Promise<{ readonly holderId: string; readonly chunks: AsyncIterable<Uint8Array> }> {
  requireHandler(actor, 'right.handle')
  requireScope(actor, 'person.read')
  const taken = (tx: Transaction) => takeGranted(tx, { ...seen, now: kernel.clock() }, ['export'])
  const { holderId } = await kernel.db.transaction(actor.institutionId, taken, whole)
  const archive = await exportPerson(kernel, actor, { holderId, purpose: 'subject_request', pages })
  async function* chunks() {
    let bytes = 0
    for await (const chunk of archive) {
      bytes += chunk.length
      yield chunk
    }
    const end = async (tx: Transaction) =>
      complete(tx, await taken(tx), { actor, at: kernel.clock(), done: { bytes } })
    await kernel.db.transaction(actor.institutionId, end, whole)
  }
  return { holderId, chunks: chunks() }
}
