/** Proposals, break-glass and keys of a furnished institution: one of every state, and people who may do something about them. */

import type { Actor } from '../kernel/access/roles.ts'
import { readToken } from '../kernel/access/tokens.ts'
import { issueKey, keyIdOf, keysOf, revokeKey } from '../kernel/access-keys/access-keys.ts'
import { breakGlass, reviewGlass } from '../kernel/break-glass/break-glass.ts'
import { promotionOf } from '../kernel/models/promotion.ts'
import { trainModel } from '../kernel/models/training.ts'
import type { ServingKernel } from '../kernel/operation.ts'
import { type NewProposal, propose, proposeAlone, reject, withdraw } from '../kernel/proposals/proposals.ts'
import { signIn } from '../kernel/sign-in/sign-in.ts'
import { makeOfficer } from './kernel.ts'

export interface FurnishedPerson {
  readonly actor: Actor
  /** Token of a session. */
  readonly session: string
}

export interface FurnishedDuties {
  /** People whose roles let them propose, approve, watch and administer. */
  readonly people: readonly FurnishedPerson[]
  /** What the model owner could propose. */
  readonly proposal: NewProposal
  /** Open, and the model owner's. */
  readonly proposalIds: readonly string[]
  /** More of them. */
  readonly withdrawableIds: readonly string[]
  /** Not reviewed. */
  readonly glassId: string
  /** Of a key that is good. */
  readonly keyId: string
}

const roles = ['model_owner', 'supervisor', 'auditor', 'administrator', 'engineer'] as const
const reason = 'An emergency, as far as this test goes.'

export async function furnishDuties(kernel: ServingKernel, operator: Actor): Promise<FurnishedDuties> {
  const people = await Promise.all(roles.map((role) => person(kernel, operator, role)))
  const [owner, supervisor, auditor] = people.map(({ actor }) => actor)
  if (!owner || !supervisor || !auditor) throw new Error('they were just made')
  const { modelDigest: digest } = await trainModel(kernel, operator, {
    applicationId: 'parcels',
    modelName: 'danger',
    from: '2000-01-01',
    to: '2100-01-01',
    seed: 20,
  })
  const proposal = await promotionOf(kernel, owner, { applicationId: 'parcels', digest })
  const made = async () => (await propose(kernel, owner, proposal)).proposalId
  await reject(kernel, supervisor, { proposalId: await made(), reason: 'Not this one.' })
  await withdraw(kernel, owner, await made())
  await promoteAlone(kernel, operator)
  // By people who are none of those: what they took lasts while the clock of the test stands still.
  const [first, second] = await Promise.all([1, 2].map((one) => breaker(kernel, operator, one)))
  if (!first || !second) throw new Error('they were just made')
  const { glassId } = await breakGlass(kernel, first, { role: 'officer', minutes: 1, reason })
  await reviewGlass(kernel, auditor, { glassId, finding: 'It was an emergency.' })
  return {
    people,
    proposal: await promotionOf(kernel, owner, { applicationId: 'parcels', digest }),
    proposalIds: await openProposals(kernel, owner, digest),
    withdrawableIds: await openProposals(kernel, owner, digest),
    glassId: (await breakGlass(kernel, second, { role: 'officer', minutes: 1, reason })).glassId,
    keyId: await makeKeys(kernel, operator),
  }
}

const breaker = (kernel: ServingKernel, operator: Actor, one: number) =>
  makeOfficer(kernel, operator, { username: `breaker-${one}`, roles: ['engineer'] })

async function openProposals(kernel: ServingKernel, owner: Actor, digest: Uint8Array) {
  const proposal = await promotionOf(kernel, owner, { applicationId: 'parcels', digest })
  const made = [1, 2, 3].map(async () => (await propose(kernel, owner, proposal)).proposalId)
  return Promise.all(made)
}

/** A second model, made live by nobody but the operator. */
async function promoteAlone(kernel: ServingKernel, operator: Actor): Promise<void> {
  const { modelDigest: digest } = await trainModel(kernel, operator, {
    applicationId: 'parcels',
    modelName: 'danger',
    from: '2000-01-01',
    to: '2100-01-01',
    seed: 21,
  })
  const given = await promotionOf(kernel, operator, { applicationId: 'parcels', digest })
  await proposeAlone(kernel, operator, { ...given, reason })
}

async function person(kernel: ServingKernel, operator: Actor, role: string): Promise<FurnishedPerson> {
  const username = `the-${role.replace('_', '-')}`
  const actor = await makeOfficer(kernel, operator, { username, roles: [role] })
  const { institutionId } = operator
  const { token } = await signIn(kernel, { institutionId, username, password: `${username} password` })
  return { actor, session: token }
}

/** A key bound in every way that has been used, and one that is revoked. Answers the first one's identifier. */
async function makeKeys(kernel: ServingKernel, operator: Actor): Promise<string> {
  const expiresAt = new Date(kernel.clock().getTime() + 30 * 86_400_000)
  const given = { roles: ['machine'], applicationId: 'permits', purposes: ['service'], expiresAt }
  const [used, revoked] = await Promise.all([
    issueKey(kernel, operator, { ...given, label: 'bound', addresses: ['127.0.0.0/8', '::1'] }),
    issueKey(kernel, operator, { ...given, label: 'revoked' }),
  ])
  const idOf = (token: string) => keyIdOf(readToken(token)?.hash ?? new Uint8Array())
  await revokeKey(kernel, operator, idOf(revoked))
  await kernel.keyRing.actorOf(used, '127.0.0.1')
  // The use is noted beside the request, and nothing is to change after this.
  const isNoted = async () => (await keysOf(kernel, operator)).some(({ usedAt }) => usedAt !== null)
  for (let tries = 0; !(await isNoted()); tries += 1)
    if (tries > 1_000) throw new Error('the use was not noted')
  return idOf(used)
}
