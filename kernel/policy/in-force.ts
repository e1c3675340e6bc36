/** The policies of every institution, as this process knows them. */
import type { Database } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { askCedar, type Cedar, loadCedar } from './cedar.ts'
import { checkPolicies } from './check.ts'
import { type CompiledSet, compile } from './compile.ts'
import type { PolicyFolder } from './files.ts'
import { floorRefusing } from './floor.ts'
import { Memo } from './memo.ts'
import type {
  CheckedPolicy,
  NamedPolicy,
  Policies,
  PoliciesInForce,
  PolicyFile,
  PolicyRequest,
  Verdict,
} from './policy.ts'
import { adoptPolicies, latestPolicies, type StoredPolicies } from './versions.ts'

/** No policy says anything: then it is refused, and this is what the refusal is called. */
const notPermitted: NamedPolicy = {
  id: 'not-permitted',
  sentence: {
    en: 'Whatever no policy permits is refused.',
    ur: 'جس کی کوئی پالیسی اجازت نہ دے وہ منع ہے۔',
  },
}

/** A set that answers, with what it answered before. */
interface Asked {
  readonly cedar: Cedar
  readonly set: CompiledSet
  readonly answers: Memo<Verdict>
}

interface Known {
  readonly policies: PoliciesInForce
  readonly asked: Asked
  /** By the monotonic clock, in milliseconds. */
  readonly lookedAt: number
}

export interface PoliciesOptions {
  readonly db: Database
  readonly clock: () => Date
  /** What the platform comes with. */
  readonly folder: PolicyFolder
  /** For how long what is in force is not looked up again, in milliseconds; 1,000 unless told. */
  readonly freshMs?: number
  /** Answers that are remembered for each set of policies; 20,000 (some 10 MB) unless told. */
  readonly mostAnswers?: number
  /** Loads Cedar; its own WebAssembly build unless told. */
  readonly load?: () => Promise<Cedar>
}

export class InForce implements Policies {
  readonly #options: PoliciesOptions
  readonly #known = new Map<string, Known>()
  readonly #looking = new Map<string, Promise<Known>>()
  /** By digest: institutions under the same policies share answers. */
  readonly #sets = new Map<string, Asked>()

  constructor(options: PoliciesOptions) {
    this.#options = options
  }

  async decide(institutionId: string, request: PolicyRequest): Promise<Verdict> {
    const { asked } = this.#fresh(institutionId) ?? (await this.#look(institutionId))
    return answer(asked, request)
  }

  async require(institutionId: string, request: PolicyRequest): Promise<Verdict> {
    const verdict = await this.decide(institutionId, request)
    if (verdict.refusedBy === undefined) return verdict
    throw refusalBy(verdict.refusedBy)
  }

  async inForce(institutionId: string): Promise<PoliciesInForce> {
    return (this.#fresh(institutionId) ?? (await this.#look(institutionId))).policies
  }

  async check(files: readonly PolicyFile[]): Promise<readonly CheckedPolicy[]> {
    const { policies } = await checkPolicies({ files, schema: this.#options.folder.schema })
    return [...policies.values()]
  }

  forget(institutionId: string): void {
    this.#known.delete(institutionId)
  }

  #fresh(institutionId: string): Known | undefined {
    const known = this.#known.get(institutionId)
    if (known === undefined) return undefined
    return performance.now() - known.lookedAt < (this.#options.freshMs ?? 1_000) ? known : undefined
  }

  /** One look at a time for each institution, however many ask. */
  #look(institutionId: string): Promise<Known> {
    const under = this.#looking.get(institutionId)
    if (under !== undefined) return under
    const looking = this.#lookUp(institutionId).finally(() => this.#looking.delete(institutionId))
    this.#looking.set(institutionId, looking)
    return looking
  }

  async #lookUp(institutionId: string): Promise<Known> {
    const { db, clock, folder } = this.#options
    const lookedAt = performance.now()
    const stored =
      (await latestPolicies(db, institutionId)) ??
      (await adoptPolicies(db, institutionId, { files: folder.files, at: clock() }))
    const asked = await this.#setOf(stored)
    const policies = { ...stored, policies: [...asked.set.policies.values()] }
    const known = { policies, asked, lookedAt }
    this.#known.set(institutionId, known)
    return known
  }

  /** @throws Refusal `policy.unavailable` where it cannot be asked: stored wrongly, or of a schema that is gone */
  async #setOf({ digest, files }: StoredPolicies): Promise<Asked> {
    const name = Buffer.from(digest).toString('hex')
    const before = this.#sets.get(name)
    if (before !== undefined) return before
    const { folder, load = loadCedar, mostAnswers = 20_000 } = this.#options
    const cedar = await load().catch((cause: unknown) => unavailable(cause))
    const { set, faults } = compiled(cedar, { files, schema: folder.schema })
    if (set === undefined) return unavailable(new Error(faults.map(({ message }) => message.en).join('; ')))
    if (set.setName !== name)
      return unavailable(new Error('the stored policies are not those of their digest'))
    const asked = { cedar, set, answers: new Memo<Verdict>(mostAnswers) }
    this.#sets.set(name, asked)
    return asked
  }
}

function compiled(cedar: Cedar, given: PolicyFolder): ReturnType<typeof compile> {
  try {
    return compile(cedar, given)
  } catch (cause) {
    return unavailable(cause)
  }
}

function unavailable(cause: unknown): never {
  throw new Refusal('policy.unavailable', {}, { cause })
}

/** What refuses, in both languages. */
export function refusalBy({ id, sentence }: NamedPolicy): Refusal {
  return new Refusal('policy.refused', { policy: id, sentence })
}

/** Everything that the answer depends on besides the set. Lists of words, so that no value runs into the next. */
function keyOf({ principal, action, resource, context }: PolicyRequest): string {
  const { kind, roles, purposes } = principal
  const { classification, applicationId, backend } = resource
  const { purpose, legalBasis, isRedacted, consent, isObjected } = context
  const held = roles.length < 2 ? roles : roles.toSorted()
  return JSON.stringify([
    kind,
    held,
    purposes ?? 0,
    action,
    classification,
    applicationId,
    backend === undefined ? 0 : [backend.kind, backend.jurisdiction, backend.keyHolder],
    purpose,
    legalBasis,
    isRedacted,
    consent,
    isObjected,
  ])
}

function answer({ cedar, set, answers }: Asked, request: PolicyRequest): Verdict {
  const key = keyOf(request)
  const before = answers.get(key)
  if (before !== undefined) return before
  const verdict = work({ cedar, set }, request)
  answers.set(key, verdict)
  return verdict
}

/** The floor first, then Cedar. @throws Refusal `policy.unavailable` */
function work({ cedar, set }: Pick<Asked, 'cedar' | 'set'>, request: PolicyRequest): Verdict {
  const policyDigest = set.digest
  const floor = floorRefusing(request)
  if (floor !== undefined) return { isAllowed: false, policyDigest, refusedBy: floor }
  const { isAllowed, decidedBy } = asked(cedar, set.setName, request)
  if (isAllowed) return { isAllowed, policyDigest, refusedBy: undefined }
  // Of several the first by name, so that the same request is always refused in the same words.
  const [first] = decidedBy.toSorted()
  return { isAllowed, policyDigest, refusedBy: named(set, first) }
}

function asked(cedar: Cedar, setName: string, request: PolicyRequest): ReturnType<typeof askCedar> {
  try {
    return askCedar(cedar, setName, request)
  } catch (cause) {
    return unavailable(cause)
  }
}

function named({ policies }: CompiledSet, id: string | undefined): NamedPolicy {
  if (id === undefined) return notPermitted
  const found = policies.get(id)
  if (found === undefined) throw new Error('Cedar was decided by a policy that nobody gave it')
  return { id, sentence: found.sentence }
}
