/** What policy is asked, and what it answers. A request is everything that the answer may depend on, and nothing else. */
import type { BilingualText, Classification, LegalBasisKind } from '@khudi/sdk'
import type { Purpose } from '../registers/purpose.ts'

/** Who asks, without saying who: what holds for one holds for all in the same offices. */
export const principalKinds = ['person', 'machine', 'operator', 'job'] as const
export type PrincipalKind = (typeof principalKinds)[number]

/**
 * What is asked for. `process` is at a backend, `transfer` at one that is outside; the others are about cases, wherever they
 * are kept.
 */
export const policyActions = [
  'open_case',
  'decide',
  'read',
  'export',
  'train',
  'evaluate',
  'process',
  'transfer',
] as const
export type PolicyAction = (typeof policyActions)[number]

/** Of the person concerned; `not_needed` where the legal basis is another, or nobody is concerned. */
export const consentStates = ['given', 'missing', 'withdrawn', 'not_needed'] as const
export type ConsentState = (typeof consentStates)[number]

/** A backend as far as policy looks at it; its four facts come to these (`kernel/backends/facts.ts`). */
export interface PolicyBackend {
  readonly kind: string
  readonly jurisdiction: 'domestic' | 'foreign'
  readonly keyHolder: 'institution' | 'domestic' | 'foreign'
}

export interface PolicyRequest {
  readonly principal: {
    readonly kind: PrincipalKind
    /** Of the institution and of applications, those that hold for the case in question. */
    readonly roles: readonly string[]
    /** Set where a key is bound to purposes. */
    readonly purposes?: readonly Purpose[] | undefined
  }
  readonly action: PolicyAction
  readonly resource: {
    readonly classification: Classification
    /** Empty where it is about no application: the log, a sign-in. */
    readonly applicationId: string
    /** Always there for `process` and `transfer`. */
    readonly backend?: PolicyBackend | undefined
  }
  readonly context: {
    readonly purpose: Purpose
    readonly legalBasis: LegalBasisKind
    readonly isRedacted: boolean
    readonly consent: ConsentState
    /** Whether the person concerned objected to this purpose. */
    readonly isObjected: boolean
  }
}

/** A policy by its identifier, with what it says. */
export interface NamedPolicy {
  readonly id: string
  readonly sentence: BilingualText
}

export interface Verdict {
  readonly isAllowed: boolean
  /** Digest of the policies that answered, 32 bytes. */
  readonly policyDigest: Uint8Array
  /** The policy that refused; `undefined` where it is allowed. */
  readonly refusedBy: NamedPolicy | undefined
}

/** A policy of a set, and where it stands. */
export interface CheckedPolicy extends NamedPolicy {
  readonly effect: 'permit' | 'forbid'
  /** Line and column from 1. */
  readonly at: { readonly file: string; readonly line: number; readonly column: number }
}

/** One file of policies. */
export interface PolicyFile {
  /** `persons.cedar` */
  readonly name: string
  readonly text: string
}

/** The policies of an institution that answer now. */
export interface PoliciesInForce {
  /** Counted from 1 for each institution. */
  readonly version: number
  readonly digest: Uint8Array
  readonly files: readonly PolicyFile[]
  /** In the order of the files. */
  readonly policies: readonly CheckedPolicy[]
}

/** The policies of every institution of this node. */
export interface Policies {
  /**
   * Asks. A policy that somebody else put in force is noticed within a second.
   *
   * @throws Refusal `policy.unavailable` where nobody can answer: then nothing may be done
   */
  decide(institutionId: string, request: PolicyRequest): Promise<Verdict>
  /** The same for what must be allowed. @throws Refusal `policy.refused`, naming the policy; `policy.unavailable` */
  require(institutionId: string, request: PolicyRequest): Promise<Verdict>
  /** What is in force; the policies that the platform comes with are put in force where nothing was so far. */
  inForce(institutionId: string): Promise<PoliciesInForce>
  /** Whether files could be put in force. @throws Refusal `policy.invalid`, with the place of what is wrong */
  check(files: readonly PolicyFile[]): Promise<readonly CheckedPolicy[]>
  /** Looks again at the next question; for whoever knows that another version is in force now. */
  forget(institutionId: string): void
}
