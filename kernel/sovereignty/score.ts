/** The score: each check looked at, one after the other, none believed before. */
import type { Check, Found, Subject } from './check.ts'
import { checklist } from './checklist.ts'
import { SandboxImpossible } from './sandbox.ts'

export interface CheckResult extends Omit<Check, 'look'>, Found {
  readonly lookedAt: Date
  readonly tookMs: number
}

export interface Score {
  readonly lookedAt: Date
  readonly productDigest: string
  readonly green: number
  readonly results: readonly CheckResult[]
}

/** Whoever shows the score: what was found last, and a new look. */
export interface SovereigntyLook {
  last(institutionId: string): Score | undefined
  /** Whether somebody is looking at this moment. */
  isLooking(institutionId: string): boolean
  /** Begins a look, unless one is under way or was made within a minute; what it finds is told when it is done. */
  begin(institutionId: string): void
}

export async function sovereigntyOf(subject: Subject, checks: readonly Check[] = checklist): Promise<Score> {
  const lookedAt = subject.kernel.clock()
  const results: CheckResult[] = []
  for (const { look, ...check } of checks) {
    const begun = performance.now()
    const found = await look(subject).catch(failed)
    results.push({ ...check, ...found, lookedAt: subject.kernel.clock(), tookMs: performance.now() - begun })
  }
  const green = results.filter(({ state }) => state === 'green').length
  return { lookedAt, productDigest: subject.productDigest, green, results }
}

/** A check that cannot be made shows nothing; one that fails is red, since what it looks at did not hold. */
function failed(error: unknown): Found {
  if (error instanceof SandboxImpossible)
    return {
      state: 'not_yet',
      says: {
        en: 'No throw-away installation can be made here: the owner of the database may not make another one beside it',
        ur: 'یہاں عارضی تنصیب نہیں بن سکتی: ڈیٹابیس کے مالک کو ساتھ دوسرا ڈیٹابیس بنانے کی اجازت نہیں',
      },
    }
  const detail = error instanceof Error ? error.message : String(error)
  return {
    state: 'red',
    says: { en: `The check itself failed: ${detail}`, ur: `خود جانچ ناکام ہوئی: ${detail}` },
  }
}
