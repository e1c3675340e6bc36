/**
 * The one way out. Whatever the process sends to anybody goes to a registered backend, for a stated purpose, with data of a
 * stated classification, and only where policy allows exactly that.
 */
import type { Classification, LegalBasisKind } from '@khudi/sdk'
import type { Standing } from '../backends/reading.ts'
import type { Transaction } from '../db/database.ts'
import type { ConsentState } from '../policy/policy.ts'
import type { Purpose } from '../registers/purpose.ts'

/** What is to be sent where: everything that the verdict depends on but the register and the policies themselves. */
export interface Outgoing {
  readonly institutionId: string
  /** A backend of the institution's register. */
  readonly backendId: string
  readonly classification: Classification
  readonly purpose: Purpose
  /** Whether what names a person was taken out or replaced. */
  readonly isRedacted: boolean
  /** In which role somebody sends it; the platform's own work (jobs, witnesses) has none. */
  readonly role?: string
  /** The application that it is about; none unless told. */
  readonly applicationId?: string
  /** `law` unless told. */
  readonly legalBasis?: LegalBasisKind
  /** `not_needed` unless told. */
  readonly consent?: ConsentState
  readonly isObjected?: boolean
}

export interface OutgoingRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>> | Headers | [string, string][]
  readonly body?: string | Uint8Array<ArrayBuffer> | URLSearchParams
  readonly signal?: AbortSignal
  /** Until the whole reply is there; 10,000 unless told. */
  readonly timeLimitMs?: number
  /** Of the reply's body; 1 MiB unless told. */
  readonly mostBytes?: number
}

/** What came of a question or a call: policy allowed it, something refused it, or nobody could say. */
export type EgressVerdict = 'allowed' | 'refused' | 'failed'

/** How often, since the process began. */
export interface EgressCount {
  /** `none` for what is in no register. */
  readonly backendId: string
  readonly verdict: EgressVerdict
  readonly calls: number
}

export interface Egress {
  /**
   * Sends one request; a path without a host is one of the backend's own endpoint. A redirection is answered as it came, never followed; the reply's body is read within its limits before
   * this resolves. What goes to a backend under another law, except open data, is in the log before it leaves.
   *
   * @throws Refusal `backend.not_found`, `backend.withdrawn`, `backend.classification_unmeant`, `policy.refused`,
   *   `policy.unavailable`, `egress.url_foreign`, `egress.unencrypted`, `egress.address_refused`, `egress.unreachable`,
   *   `egress.reply_too_large`
   */
  fetch(outgoing: Outgoing, url: string | URL, request?: OutgoingRequest): Promise<Response>
  /**
   * Asks the same without sending anything: for what a backend keeps that is reached another way, as the database is.
   *
   * @param seen what {@link look} has just read, so that the register is not asked once more; never kept for another question
   * @throws Refusal `backend.not_found`, `backend.withdrawn`, `backend.classification_unmeant`, `policy.refused`,
   *   `policy.unavailable`
   */
  require(outgoing: Outgoing, seen?: Standing): Promise<Admitted>
  /** Backends as they stand in the caller's transaction, at this moment; to ask {@link require} about afterwards. */
  look(tx: Transaction, backendIds: readonly string[]): Promise<Standing>
  counts(): readonly EgressCount[]
  close(): Promise<void>
}

/** What was asked about and allowed. */
export interface Admitted {
  readonly backendId: string
  readonly backendVersion: number
  readonly isForeign: boolean
  readonly keyHolder: 'institution' | 'domestic' | 'foreign'
  /** Of the policies that answered, in hexadecimal digits. */
  readonly policyDigest: string
}
