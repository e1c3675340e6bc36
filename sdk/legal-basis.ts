/** On what an application's decisions stand in law. */
import type { BilingualText } from './text.ts'

/**
 * Kinds of legal basis.
 *
 * - `law`: a statute orders or permits exactly this.
 * - `consent`: the person concerned agreed, may say no, and may take it back.
 * - `contract`: what the person concerned has asked for cannot be done without it.
 * - `public_task`: a task that the law gives the institution makes it necessary; the person concerned may object.
 * - `vital_interest`: somebody's life or health is at stake.
 *
 * The names are those of article 6(1)(a) to (e) of Regulation (EU) 2016/679, the nearest written rule; `law` is its (c).
 */
export const legalBasisKinds = ['law', 'consent', 'contract', 'public_task', 'vital_interest'] as const
export type LegalBasisKind = (typeof legalBasisKinds)[number]

/** The legal basis of an application. */
export interface LegalBasis {
  readonly kind: LegalBasisKind
  /**
   * The statute: what orders, permits or gives the task. Of consent and contract, the one that lets the institution ask or agree.
   */
  readonly law: BilingualText
  /** Its section as the statute counts, without the word: `80`, `13(2)(b)`. */
  readonly section: string
}

/**
 * A legal basis as people read it: the statute with its section.
 *
 * @example
 * ```ts
 * import { legalBasisText } from '@khudi/sdk'
 * const law = { en: 'Customs Act 1969', ur: 'کسٹمز ایکٹ 1969' }
 * legalBasisText({ kind: 'public_task', law, section: '80' }).en // 'Customs Act 1969, section 80'
 * ```
 */
export function legalBasisText({ law, section }: LegalBasis): BilingualText {
  return { en: `${law.en}, section ${section}`, ur: `${law.ur}، دفعہ ${section}` }
}
