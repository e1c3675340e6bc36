/**
 * Random requests over backends of different facts under random faults, and what must hold whatever happens: no backend ever gets
 * a request that it may not have at that moment, no reply is given to whoever could not have asked, nothing is merged that is
 * not alike. What may go where is written here a second time, by itself.
 */
import type http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Classification, classifications } from '@khudi/sdk'
import fc from 'fast-check'
import type { Actor } from '../kernel/access/roles.ts'
import { amendBackend } from '../kernel/backends/backends.ts'
import type { Batches } from '../kernel/egress/batches.ts'
import type { Dispatcher } from '../kernel/egress/dispatch.ts'
import type { Egress } from '../kernel/egress/egress.ts'
import { registerAt, serve } from '../kernel/egress/sample/servers.ts'
import type { Policies } from '../kernel/policy/policy.ts'
import type { Purpose } from '../kernel/registers/purpose.ts'
import { foundInstitution, freshKernel } from './kernel.ts'

/** The parts under test; mutants take their places. */
export interface Parts {
  readonly Batches: typeof Batches
  readonly Dispatcher: typeof Dispatcher
  readonly WayOut: typeof import('../kernel/egress/way-out.ts').WayOut
}

const backendIds = ['home', 'abroad', 'owned-abroad', 'brief', 'swinging'] as const
type BackendId = (typeof backendIds)[number]
const institutionNames = ['alpha', 'beta'] as const
const purposes = ['decision', 'training', 'evaluation'] as const satisfies readonly Purpose[]

/** What a backend does with a request that it got. */
const faults = ['none', '500', 'reset', 'slow', 'no array', 'expiring'] as const
type Fault = (typeof faults)[number]
const fault = fc.oneof({ weight: 8, arbitrary: fc.constant<Fault>('none') }, fc.constantFrom(...faults))

/** Who asks for what, as the servers are told of it. */
interface Label {
  readonly institution: (typeof institutionNames)[number]
  readonly classification: Classification
  readonly purpose: (typeof purposes)[number]
  readonly isRedacted: boolean
}

const label = fc.record({
  institution: fc.constantFrom(...institutionNames),
  classification: fc.constantFrom(...classifications),
  purpose: fc.constantFrom(...purposes),
  isRedacted: fc.boolean(),
})
const differsIn = fc.constantFrom<'nothing' | keyof Label>(
  'nothing',
  'nothing',
  'institution',
  'classification',
  'purpose',
  'isRedacted',
)
const route = fc.shuffledSubarray([...backendIds], { minLength: 1, maxLength: 4 })

const send = fc.record({
  kind: fc.constant('send' as const),
  label,
  route,
  isKept: fc.boolean(),
  isRepeatable: fc.boolean(),
})
const batch = fc.record({
  kind: fc.constant('batch' as const),
  labels: fc.array(label, { minLength: 2, maxLength: 5 }),
  route,
  isRepeatable: fc.boolean(),
})
/** What was asked last, by somebody who differs in one thing or in none: what was kept may be found. */
const again = fc.record({ kind: fc.constant('again' as const), label, differsIn })
const expire = fc.record({ kind: fc.constant('expire' as const) })
const swing = fc.record({ kind: fc.constant('swing' as const), isForeign: fc.boolean() })
const policy = fc.record({ kind: fc.constant('policy' as const), isDown: fc.boolean() })

const step = fc.oneof(
  { weight: 6, arbitrary: send },
  { weight: 3, arbitrary: batch },
  { weight: 6, arbitrary: again },
  { weight: 1, arbitrary: expire },
  { weight: 1, arbitrary: swing },
  { weight: 1, arbitrary: policy },
)
export const faultRun = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  faults: fc.array(fault, { minLength: 1, maxLength: 6 }),
})
/** For mutants: runs that are about replies that are kept, and about batches, where all goes well besides. */
export const keptRun: typeof faultRun = fc
  .tuple(
    send,
    fc.array(fc.oneof({ weight: 4, arbitrary: again }, expire, policy), { minLength: 2, maxLength: 4 }),
  )
  .map(([first, rest]) => ({ steps: [{ ...first, isKept: true }, ...rest], faults: [] }))
export const batchRun: typeof faultRun = fc
  .tuple(batch, fc.constantFrom('institution', 'classification', 'isRedacted'), label)
  .map(([given, differs, other]) => {
    const [first = other] = given.labels
    return {
      steps: [{ ...given, labels: [first, { ...first, [differs]: other[differs] }, first] }],
      faults: [],
    }
  })
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
type FaultRun = typeof faultRun extends fc.Arbitrary<infer R> ? R : never

const begins = '2026-03-02T06:00:00.000Z'
const briefUntil = '2026-03-02T07:00:00.000Z'
const hourMs = 3_600_000

/** What happened over all runs, so that a test can see that all of it was reached. */
export interface Tally {
  readonly arrived: Map<BackendId, number>
  answered: number
  kept: number
  merged: number
  refused: number
  failed: number
}

export interface FaultWorld {
  readonly tally: Tally
  /** One run. @throws Error naming the first rule that was broken */
  run(given: FaultRun): Promise<void>
}

export async function faultWorld(): Promise<(parts: Parts) => FaultWorld> {
  const { kernel, clock } = await freshKernel()
  const actors = new Map<string, Actor>()
  for (const name of institutionNames) actors.set(name, await foundInstitution(kernel, name))
  const actorOf = (name: string): Actor => {
    const actor = actors.get(name)
    if (actor === undefined) throw new Error(name)
    return actor
  }
  const state = {
    isForeign: { swinging: false },
    isPolicyDown: false,
    /** One request is under way, not several side by side: for those time would go on between question and arrival. */
    isAlone: true,
    /** Counts what was begun: a request that its sender gave up may arrive long after, and says nothing about what is now. */
    begun: 0,
    faults: [] as Fault[],
    /** Of the request under way; members of a batch carry theirs. */
    current: undefined as Label | undefined,
    broken: [] as string[],
    tally: newTally(),
  }

  /** The rules, independently: which data may be at which backend now. */
  const mayHave = (id: BackendId, { classification, purpose, isRedacted }: Label): boolean => {
    const isForeign =
      id === 'abroad' ||
      id === 'owned-abroad' ||
      (id === 'brief' && clock.now.getTime() >= Date.parse(briefUntil)) ||
      (id === 'swinging' && state.isForeign.swinging)
    if (!isForeign || classification === 'open') return true
    return classification === 'personal' && isRedacted && purpose === 'decision'
  }
  const check = (id: BackendId, one: Label): void => {
    if (state.isPolicyDown) state.broken.push(`${id} was reached while policy could not answer`)
    if (!mayHave(id, one)) state.broken.push(`${id} has ${JSON.stringify(one)}`)
  }

  async function answer(id: BackendId, body: string, reply: http.ServerResponse): Promise<void> {
    if (reply.req.headers['x-begun'] !== String(state.begun)) return void reply.destroy()
    state.tally.arrived.set(id, (state.tally.arrived.get(id) ?? 0) + 1)
    const members: unknown = body.startsWith('[') ? JSON.parse(body) : undefined
    const labels: Label[] = Array.isArray(members)
      ? members
      : state.current === undefined
        ? []
        : [state.current]
    for (const one of labels) check(id, one)
    const alike = new Set(labels.map(({ institution, classification }) => `${institution} ${classification}`))
    if (alike.size > 1) state.broken.push(`merged: ${[...alike].join(', ')}`)
    if (labels.length > 1) state.tally.merged += 1
    const fault = state.faults.shift() ?? 'none'
    // While this one fails, time goes on, and what another was allowed a moment ago it is not any more.
    if (fault === 'expiring' && state.isAlone) clock.advance(hourMs)
    if (fault === 'reset') return void reply.destroy()
    if (fault === 'slow') await sleep(25)
    if (fault === '500' || fault === 'expiring') return void reply.writeHead(500).end()
    const said = Array.isArray(members) && fault !== 'no array' ? members : { id, label: labels[0] }
    reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said))
  }

  for (const id of backendIds) {
    const endpoint = await serve((request, reply) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () => answer(id, Buffer.concat(chunks).toString(), reply))
    })
    for (const name of institutionNames)
      await registerAt(kernel, actorOf(name), {
        backendId: id,
        endpoint,
        ...(id === 'abroad' && { location: 'AE', operatorLaw: 'AE', ownerLaw: 'AE', keyHolder: 'AE' }),
        ...(id === 'owned-abroad' && { ownerLaw: 'AE' }),
        ...(id === 'brief' && { expiresAt: briefUntil }),
      })
  }

  return (parts) => {
    const tally = newTally()
    const policies: Pick<Policies, 'require'> = {
      require: (institutionId, request) =>
        state.isPolicyDown
          ? Promise.reject(new Error('policy is down'))
          : kernel.policies.require(institutionId, request),
    }
    const wayOut = new parts.WayOut({ ...kernel, policies })
    const egress: Pick<Egress, 'fetch' | 'require'> = {
      require: (outgoing) => wayOut.require(outgoing),
      // Added after the dispatcher has looked for a kept reply, which must not depend on it.
      fetch: (outgoing, url, request = {}) =>
        wayOut.fetch(outgoing, url, {
          ...request,
          headers: { ...Object.fromEntries(new Headers(request.headers)), 'x-begun': String(state.begun) },
        }),
    }
    let last: Extract<Step, { kind: 'send' }> | undefined

    async function take(one: Step, dispatcher: Dispatcher, batches: Batches): Promise<void> {
      state.begun += 1
      if (one.kind === 'expire') return clock.advance(hourMs)
      if (one.kind === 'policy') {
        state.isPolicyDown = one.isDown
        return
      }
      if (one.kind === 'swing') return swingTo(one.isForeign)
      if (one.kind === 'send') {
        last = { ...one, isKept: true }
        return ask(one, dispatcher)
      }
      if (one.kind === 'again') {
        if (last === undefined) return
        const other = one.differsIn === 'nothing' ? {} : { [one.differsIn]: one.label[one.differsIn] }
        last = { ...last, label: { ...last.label, ...other } }
        return ask(last, dispatcher)
      }
      const { labels, route: ids, isRepeatable } = one
      state.isAlone = new Set(labels.map((each) => JSON.stringify(each))).size === 1
      const members = labels.map(async (each) => {
        const member = { backendIds: ids, path: '/items', isRepeatable, timeLimitMs: 15 }
        const got = await batches.send({ ...member, outgoing: outgoingOf(each), item: each })
        if (JSON.stringify(got) !== JSON.stringify(each))
          state.broken.push('a member was given the answer of another')
      })
      settle(await Promise.allSettled(members))
      state.isAlone = true
    }

    async function ask(
      { label: one, route: ids, isKept, isRepeatable }: Extract<Step, { kind: 'send' }>,
      dispatcher: Dispatcher,
    ) {
      state.current = one
      const arrivals = sum(tally.arrived)
      const dispatch = {
        outgoing: outgoingOf(one),
        backendIds: ids,
        method: 'POST',
        path: '/one',
        body: 'x',
        isRepeatable,
        timeLimitMs: 15,
      } as const
      const [result] = await Promise.allSettled([
        dispatcher.send({ ...dispatch, ...(isKept && { keptMs: 10 * hourMs }) }),
      ])
      state.current = undefined
      settle([result])
      if (result?.status !== 'fulfilled') return
      const { backendId, body } = result.value
      const said: { readonly label?: Label } = JSON.parse(Buffer.from(body).toString())
      if (sum(tally.arrived) === arrivals) tally.kept += 1
      const found = backendIds.find((id) => id === backendId)
      if (found === undefined) throw new Error(backendId)
      check(found, one)
      if (JSON.stringify(said.label) !== JSON.stringify(one))
        state.broken.push(`the reply to ${JSON.stringify(said.label)} was given to ${JSON.stringify(one)}`)
    }

    async function swingTo(isForeign: boolean): Promise<void> {
      if (state.isForeign.swinging === isForeign) return
      for (const name of institutionNames)
        await amendBackend(kernel, actorOf(name), {
          backendId: 'swinging',
          ownerLaw: isForeign ? 'AE' : 'PK',
        })
      state.isForeign.swinging = isForeign
    }

    function settle(results: readonly PromiseSettledResult<unknown>[]): void {
      for (const result of results)
        if (result.status === 'fulfilled') tally.answered += 1
        else if (result.reason.code === 'policy.refused') tally.refused += 1
        else tally.failed += 1
    }

    const outgoingOf = ({ institution, ...rest }: Label) => ({
      institutionId: actorOf(institution).institutionId,
      ...rest,
    })

    return {
      tally,
      async run(given) {
        clock.set(begins)
        Object.assign(state, { isPolicyDown: false, faults: [...given.faults], broken: [], tally })
        last = undefined
        const dispatcher = new parts.Dispatcher({ egress, clock: () => clock.now })
        const batches = new parts.Batches({ dispatcher, windowMs: 0 })
        for (const one of given.steps) await take(one, dispatcher, batches)
        if (state.broken[0] !== undefined) throw new Error(state.broken[0])
      },
    }
  }
}

function newTally(): Tally {
  return { arrived: new Map(), answered: 0, kept: 0, merged: 0, refused: 0, failed: 0 }
}

const sum = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((total, one) => total + one, 0)
