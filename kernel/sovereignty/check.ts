/**
 * The eleven checks of sovereignty: what is asked, what was found, and on what it rests. A state is computed every time; nobody
 * can set one.
 */
import type { BilingualText } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import type { Egress } from '../egress/egress.ts'
import type { Kernel } from '../kernel.ts'
import type { Policies } from '../policy/policy.ts'
import type { OpenSandbox } from './sandbox.ts'

/** `not_yet`: what would show it is not there, or is of another version of the product. It counts as not fulfilled. */
export const checkStates = ['green', 'red', 'not_yet'] as const
export type CheckState = (typeof checkStates)[number]

/** What a check looked at and what it saw. */
export interface Found {
  readonly state: CheckState
  /** In one sentence, with the figures that it rests on. */
  readonly says: BilingualText
  /** How much was looked at: requests, rows, files. */
  readonly count?: number
  /** Of what was looked at, in hexadecimal digits, where it has one. */
  readonly digest?: string
  /** When it was seen, where that is not now. */
  readonly seenAt?: Date
}

/** What connects outside, as the guard of the process tells it. */
export interface Outside {
  /** Whether a guard asks before anything connects. */
  readonly isGuarded: boolean
  /** Attempts that it blocked since the process began. */
  readonly blocked: number
}

/** What the checks look at. */
export interface Subject {
  readonly kernel: Kernel
  readonly actor: Actor
  /** Folder of what the product itself is made of. */
  readonly productFolder: string
  /** SHA-256 of the product's files, in hexadecimal digits. */
  readonly productDigest: string
  /** Where records of the suite's runs lie. */
  readonly evidenceFolder: string
  readonly outside: Outside
  /** The policies in force, asked without the memory that the product's own questions use. */
  readonly policies: Policies
  /** Throws away what it is given; `undefined` where the database cannot hold another one beside it. */
  readonly openSandbox: OpenSandbox
  /** The same kernel with policies that nobody can ask, and with keys that nobody can use. */
  broken(kernel: Kernel, part: 'policies' | 'keys'): Kernel
  egressOf(kernel: Kernel): Egress
}

export interface Check {
  /** In the checklist, 1 to 11. */
  readonly number: number
  readonly id: string
  readonly title: BilingualText
  /** What to do where it is not green. */
  readonly remedy: BilingualText
  look(subject: Subject): Promise<Found>
}
