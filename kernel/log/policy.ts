/** Which witnesses an institution asks, and how many of them are enough (c2sp.org/tlog-policy). */
import { NotProven, type Policy, type PolicyWitness, parsePolicy, type VerifierKey } from '@khudi/sdk/verify'
import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from './log.ts'
import { insertPolicy, lastPolicy } from './store.ts'

type Store = Pick<Kernel, 'db' | 'clock'>

export interface WitnessPolicy {
  /** As it was set. */
  readonly text: string
  readonly policy: Policy
}

const noWitness = 'quorum none\n'

/**
 * Sets the policy. Every witness needs the URL that checkpoints are submitted to; logs need not be named.
 *
 * @throws Refusal `access.scope_missing`, `log.policy_invalid`
 */
export async function setPolicy({ db, clock }: Store, actor: Actor, text: string): Promise<WitnessPolicy> {
  requireScope(actor, 'log.manage')
  const policy = await parsed(text)
  const withoutUrl = policy.witnesses.find(({ url }) => !isSubmissionPrefix(url))
  if (withoutUrl !== undefined)
    throw new Refusal('log.policy_invalid', { reason: `witness ${withoutUrl.name} has no http or https URL` })
  const policyId = newId()
  const at = clock()
  await db.transaction(actor.institutionId, async (tx) => {
    await tx.run(insertPolicy, [tx.institutionId, policyId, text, at])
    const record = canonicalJson({ policy: text, policyId, setAt: at.toISOString() })
    await append(tx, { actor: actor.name, at }, [
      { kind: 'log_policy.set', caseId: null, recordId: policyId, record },
    ])
  })
  return { text, policy }
}

/** The policy in force; without one, no witness is asked or needed. */
export async function policyOf({ db }: Pick<Store, 'db'>, institutionId: string): Promise<WitnessPolicy> {
  const found = await db.transaction(institutionId, (tx) => tx.maybe(lastPolicy, [institutionId]))
  const text = found?.policy ?? noWitness
  return { text, policy: await parsed(text) }
}

async function parsed(text: string): Promise<Policy> {
  try {
    return await parsePolicy(text)
  } catch (cause) {
    if (!(cause instanceof NotProven)) throw cause
    throw new Refusal('log.policy_invalid', { reason: cause.message }, { cause })
  }
}

function isSubmissionPrefix(url: string | undefined): boolean {
  return url !== undefined && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

/** A witness with the prefix that it takes checkpoints under, without a slash at its end. */
export interface AskedWitness extends PolicyWitness {
  readonly url: string
}

export function askedWitnesses({ witnesses }: Policy): readonly AskedWitness[] {
  return witnesses.flatMap((witness) =>
    witness.url === undefined ? [] : [{ ...witness, url: witness.url.replace(/\/+$/, '') }],
  )
}

/** What names a witness's key among its cosignatures: name and key ID, as in its verifier key. */
export function witnessIdOf({ name, keyId }: VerifierKey): string {
  return `${name}+${Buffer.from(keyId).toString('hex')}`
}

/**
 * The policy in a few characters, for receipts: `2/3` for two of three witnesses. Of nested groups it is the least number of
 * cosignatures that can satisfy it, and the number of witnesses that count towards it: two of three together with one of two
 * others are `3/5`. `0/0` where no witness is needed.
 */
export function policyStatement({ policy: { groups, quorum } }: WitnessPolicy): string {
  const counts = new Map<string, Count>()
  const countOf = (name: string): Count => counts.get(name) ?? { least: 1, all: 1 }
  for (const { name, threshold, members } of groups) {
    const each = members.map(countOf)
    const cheapest = each.map(({ least }) => least).sort((a, b) => a - b)
    counts.set(name, {
      least: sum(cheapest.slice(0, threshold)),
      all: sum(each.map(({ all }) => all)),
    })
  }
  const { least, all } = quorum === 'none' ? { least: 0, all: 0 } : countOf(quorum)
  return `${least}/${all}`
}

interface Count {
  readonly least: number
  readonly all: number
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
