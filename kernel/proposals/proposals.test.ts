import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel, makeOfficer, promote, trainLive } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import { accountsOf } from '../access/access.ts'
import { type Actor, operatorActor, roles } from '../access/roles.ts'
import { issueKey } from '../access-keys/access-keys.ts'
import { modelsOf } from '../models/models.ts'
import { promotionOf } from '../models/promotion.ts'
import { trainModel } from '../models/training.ts'
import {
  approve,
  approveAlone,
  type Proposal,
  proposalNamed,
  proposalsOf,
  propose,
  proposeAlone,
  reject,
  withdraw,
} from './proposals.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const second = operatorActor(institutionId, 'second')
const parcels = { applicationId: 'parcels', modelName: 'danger' }
const always = { from: '2000-01-01', to: '2100-01-01' }
const reason = 'There is nobody else at the office today.'
await trainLive(kernel, operator, parcels)
const drafts: Uint8Array[] = []
for (const seed of [2, 3])
  drafts.push((await trainModel(kernel, operator, { ...parcels, ...always, seed })).modelDigest)
const ofAll = Object.keys(roles)
const asma = await makeOfficer(kernel, operator, { username: 'asma', roles: ['model_owner'] })
const bilal = await makeOfficer(kernel, operator, { username: 'bilal', roles: ['supervisor'] })

/** A person who holds more than one account is given today, as an earlier version or another issuer may have given it. */
const holding = async (held: readonly string[], username: string, by: Actor = operator) => ({
  ...(await makeOfficer(kernel, by, { username, roles: ['administrator'] })),
  roles: held,
})

/** Digest of the live model. */
async function live(): Promise<string | undefined> {
  const models = await modelsOf(kernel, operator, 'parcels')
  const [one, ...others] = models.filter(({ state }) => state === 'live')
  assert.deepEqual(others, [])
  return hex(one?.modelDigest)
}
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')

/** A proposal to make a draft or retired model live. */
async function proposed(by: Actor): Promise<Proposal & { readonly digest: string }> {
  const now = await live()
  const digest = drafts.find((one) => hex(one) !== now)
  assert.ok(digest !== undefined)
  const given = await promotionOf(kernel, by, { applicationId: 'parcels', digest })
  return { ...(await propose(kernel, by, given)), digest: hex(digest) }
}

test('what one person proposes another approves, and it is done', async () => {
  const { proposalId, digest, state } = await proposed(asma)
  assert.equal(state, 'proposed')
  assert.notEqual(await live(), digest)
  const ended = await approve(kernel, bilal, proposalId)
  assert.deepEqual([ended.state, ended.endedBy], ['approved', bilal.name])
  assert.equal(await live(), digest)
})

test('nobody approves or rejects what they proposed, whatever they hold; they may take it back', async () => {
  const every = await holding(ofAll, 'every')
  const { proposalId } = await proposed(every)
  await assert.rejects(approve(kernel, every, proposalId), { code: 'proposal.own' })
  await assert.rejects(reject(kernel, every, { proposalId, reason }), { code: 'proposal.own' })
  await assert.rejects(withdraw(kernel, bilal, proposalId), { code: 'proposal.not_own' })
  assert.equal((await withdraw(kernel, every, proposalId)).state, 'withdrawn')
  await assert.rejects(approve(kernel, bilal, proposalId), { code: 'proposal.not_open' })
})

test('a key of a connected system neither proposes nor approves, whatever its roles', async () => {
  const expiresAt = new Date(clock.now.getTime() + 3_600_000)
  const token = await issueKey(kernel, operator, {
    label: 'operator:x',
    roles: ofAll,
    applicationId: undefined,
    expiresAt,
  })
  const key = await kernel.keyRing.actorOf(token, undefined)
  assert.ok(key !== undefined)
  const given = await promotionOf(kernel, asma, {
    applicationId: 'parcels',
    digest: drafts[0] ?? new Uint8Array(),
  })
  await assert.rejects(propose(kernel, key, given), { code: 'duty.person_needed' })
  const { proposalId } = await proposed(asma)
  for (const act of [approve, withdraw])
    await assert.rejects(act(kernel, key, proposalId), { code: 'duty.person_needed' })
  await withdraw(kernel, asma, proposalId)
})

test('who does not hold the scope of the kind neither proposes nor approves', async () => {
  const given = await promotionOf(kernel, asma, {
    applicationId: 'parcels',
    digest: drafts[0] ?? new Uint8Array(),
  })
  await assert.rejects(propose(kernel, bilal, given), { code: 'access.scope_missing' })
  const engineer = await makeOfficer(kernel, operator, { username: 'engineer', roles: ['engineer'] })
  const { proposalId } = await proposed(asma)
  await assert.rejects(approve(kernel, engineer, proposalId), { code: 'access.scope_missing' })
  await assert.rejects(reject(kernel, engineer, { proposalId, reason }), { code: 'access.scope_missing' })
  await withdraw(kernel, asma, proposalId)
})

test('of many approvals at once one does it', async () => {
  const { proposalId, digest } = await proposed(asma)
  const approvers = await Promise.all(
    [1, 2, 3, 4].map((one) =>
      makeOfficer(kernel, operator, { username: `approver-${one}`, roles: ['supervisor'] }),
    ),
  )
  const before = await entryCounts(owner, institutionId)
  const ends = await Promise.allSettled(
    [bilal, second, ...approvers].map((actor) => approve(kernel, actor, proposalId)),
  )
  assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const end of ends)
    if (end.status === 'rejected') assert.match(end.reason.code, /^(proposal\.not_open|model\.live_already)$/)
  const after = await entryCounts(owner, institutionId)
  for (const kind of ['proposal.approved', 'model.promoted'])
    assert.equal((after.get(kind) ?? 0) - (before.get(kind) ?? 0), 1, kind)
  assert.equal(await live(), digest)
})

test('a proposal whose base changed meanwhile is refused, and nothing is done', async () => {
  const { proposalId, digest } = await proposed(asma)
  const other = await trainModel(kernel, operator, { ...parcels, ...always, seed: 9 })
  await promote(kernel, operator, { applicationId: 'parcels', digest: other.modelDigest })
  await assert.rejects(approve(kernel, bilal, proposalId), { code: 'proposal.outdated' })
  assert.notEqual(await live(), digest)
  assert.equal((await proposalNamed(kernel, asma, proposalId)).state, 'proposed')
  await withdraw(kernel, asma, proposalId)
})

test('nobody approves after fourteen days, to the millisecond', async () => {
  const { proposalId, expiresAt, proposedAt } = await proposed(asma)
  assert.equal(expiresAt.getTime() - proposedAt.getTime(), 14 * 86_400_000)
  clock.advance(14 * 86_400_000)
  assert.equal((await proposalNamed(kernel, asma, proposalId)).state, 'expired')
  await assert.rejects(approve(kernel, bilal, proposalId), { code: 'proposal.not_open' })
  await assert.rejects(withdraw(kernel, asma, proposalId), { code: 'proposal.not_open' })
  assert.deepEqual(await proposalsOf(kernel, asma, { isOpen: true, after: undefined, size: 10 }), [])
})

test('rejecting takes a reason', async () => {
  const { proposalId } = await proposed(asma)
  await assert.rejects(reject(kernel, bilal, { proposalId, reason: '  ' }), {
    code: 'proposal.reason_missing',
  })
  const ended = await reject(kernel, bilal, { proposalId, reason: ' Its recall is worse. ' })
  assert.deepEqual([ended.state, ended.reason], ['rejected', 'Its recall is worse.'])
})

test('nobody approves as an account that they opened, directly or through another', async () => {
  const admin = await holding(['administrator', 'model_owner'], 'admin')
  const opened = await holding(['administrator', 'supervisor', 'model_owner'], 'opened', admin)
  const through = await holding(['supervisor'], 'through', opened)
  const { proposalId } = await proposed(admin)
  for (const puppet of [opened, through])
    await assert.rejects(approve(kernel, puppet, proposalId), { code: 'proposal.own' })
  await withdraw(kernel, admin, proposalId)
  const turned = await proposed(opened)
  await assert.rejects(approve(kernel, admin, turned.proposalId), { code: 'proposal.own' })
  assert.equal((await approve(kernel, bilal, turned.proposalId)).state, 'approved')
})

test('break-glass lets the operator through alone, and says so in the log', async () => {
  const before = await entryCounts(owner, institutionId)
  const { proposalId, digest } = await proposed(operator)
  await assert.rejects(approve(kernel, operator, proposalId), { code: 'proposal.own' })
  await assert.rejects(approveAlone(kernel, operator, { proposalId, reason: 'Too short.' }), {
    code: 'glass.reason_short',
  })
  await assert.rejects(approveAlone(kernel, bilal, { proposalId, reason }), { code: 'glass.operator_needed' })
  const { glassId } = await approveAlone(kernel, operator, { proposalId, reason })
  assert.notEqual(glassId, null)
  assert.equal(await live(), digest)
  const after = await entryCounts(owner, institutionId)
  for (const kind of ['proposal.made', 'proposal.approved', 'glass.broken', 'model.promoted'])
    assert.equal((after.get(kind) ?? 0) - (before.get(kind) ?? 0), 1, kind)
})

test('a body that the kind does not know is refused, and so is a kind that nobody knows', async () => {
  const unknown = propose(kernel, asma, { kind: 'salary.raise', body: {} })
  await assert.rejects(unknown, { code: 'proposal.kind_unknown' })
  for (const body of [
    undefined,
    null,
    {},
    [],
    { application: 'parcels', digest: 'x', model: 'danger', replaces: null },
  ])
    await assert.rejects(propose(kernel, asma, { kind: 'model.promote', body }), {
      code: 'proposal.body_invalid',
    })
})

test('a proposal of one institution is nothing to another', async () => {
  const abroad = await foundInstitution(kernel, 'beta')
  const { proposalId } = await proposed(asma)
  const acts = [
    () => approve(kernel, abroad, proposalId),
    () => reject(kernel, abroad, { proposalId, reason }),
    () => withdraw(kernel, abroad, proposalId),
    () => proposalNamed(kernel, abroad, proposalId),
  ]
  for (const act of acts) await assert.rejects(act(), { code: 'proposal.not_found' })
  await withdraw(kernel, asma, proposalId)
})

/** One person's acts: as their account, as accounts they open, as keys they issue. */
type Step = {
  readonly act: 'propose' | 'approve' | 'reject' | 'withdraw' | 'open' | 'issue'
  readonly as: number
  readonly on: number
}

test('no sequence of acts by one person ends in their own proposal applied', async () => {
  let puppets = 0
  const step: fc.Arbitrary<Step> = fc.record({
    act: fc.constantFrom(
      'propose',
      'propose',
      'approve',
      'approve',
      'approve',
      'reject',
      'withdraw',
      'open',
      'issue',
    ),
    as: fc.nat(9),
    on: fc.nat(9),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(ofAll, { minLength: 5 }),
      fc.array(step, { minLength: 4, maxLength: 14 }),
      async (held, steps) => {
        puppets += 1
        const all = [...new Set([...held, 'administrator', 'model_owner'])]
        const person = await holding(all, `person-${puppets}`)
        const identities: Actor[] = [person]
        const own: string[] = []
        const before = await live()
        for (const { act, as, on } of steps) {
          const actor = identities[as % identities.length] ?? person
          const proposalId = own[on % Math.max(1, own.length)] ?? '01900000-0000-7000-8000-000000000000'
          await attempt(act, { actor, proposalId, identities, own, all })
        }
        assert.equal(await live(), before)
        for (const proposalId of own)
          assert.notEqual((await proposalNamed(kernel, person, proposalId)).state, 'approved')
      },
    ),
    { numRuns: 25 },
  )
})

interface Attempt {
  readonly actor: Actor
  readonly proposalId: string
  readonly identities: Actor[]
  readonly own: string[]
  readonly all: readonly string[]
}

/** Tries an act; whatever refuses it, refuses it. Accounts are opened by the person's first one, or by one that it opened. */
async function attempt(
  act: Step['act'],
  { actor, proposalId, identities, own, all }: Attempt,
): Promise<void> {
  const expiresAt = new Date(clock.now.getTime() + 3_600_000)
  const acts: Readonly<Record<Step['act'], () => Promise<unknown>>> = {
    propose: async () => own.push((await proposed(actor)).proposalId),
    approve: () => approve(kernel, actor, proposalId),
    reject: () => reject(kernel, actor, { proposalId, reason }),
    withdraw: () => withdraw(kernel, actor, proposalId),
    // Each opens the next: accounts that one account opened side by side are taken for the colleagues that they mostly are.
    open: async () => {
      const by = identities.filter(({ accountId }) => accountId !== undefined).at(-1) ?? actor
      const username = `puppet-${(await accountsOf(kernel, institutionId)).length}`
      identities.push(await holding(all, username, by))
    },
    issue: async () => {
      const key = { label: 'mine', roles: all, applicationId: undefined, expiresAt }
      const found = await kernel.keyRing.actorOf(await issueKey(kernel, actor, key), undefined)
      if (found !== undefined) identities.push(found)
    },
  }
  await acts[act]().catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error)) throw error
  })
}

test('a proposal made and let through at once leaves nothing where the model cannot be made live', async () => {
  const given = await promotionOf(kernel, operator, {
    applicationId: 'parcels',
    digest: drafts[0] ?? new Uint8Array(),
  })
  const outdated = { ...given, body: { ...given.body, replaces: 'f'.repeat(64) }, reason }
  const before = await entryCounts(owner, institutionId)
  await assert.rejects(proposeAlone(kernel, operator, outdated), {
    code: /proposal.outdated|model.live_already/,
  })
  assert.deepEqual(await entryCounts(owner, institutionId), before)
})

test('every proposal and how it ended is borne out by the log', async () => {
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
