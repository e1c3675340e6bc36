/** Which cases of a batch may be taken and decided: policy is asked for the batch, and for each way in which persons stand. */
import type { Application } from '@khudi/sdk'
import { asksPersons, saidOf, silent, standingsOf } from '../consents/standing.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import {
  type Asker,
  agreedStanding,
  type Question,
  requestOf,
  requireAllowed,
  type Standing,
} from '../policy/ask.ts'
import { refusalBy } from '../policy/in-force.ts'
import type { Verdict } from '../policy/policy.ts'
import { besideOthers, findHolders } from '../vault/vault.ts'
import type { Pin } from './pin.ts'
import type { DecidedCase, ReadCase, RefusedCase, StoredCase } from './run.ts'

export interface BatchToDecide {
  readonly application: Application
  /** `undefined` where cases are only opened. */
  readonly pinned: Pin | undefined
  /** As they were submitted (JSON texts), or as they are stored. */
  readonly payloads: readonly (string | StoredCase)[]
  /** Whether the cases are there already, and are only to be decided. False unless told. */
  readonly areThere?: boolean
}

export interface PermittedBatch {
  /** What a worker says of each case, in the order given; of one that is not to be decided by a model, that an officer decides. */
  readonly reads: readonly (ReadCase | RefusedCase)[]
  /** Why cases are not taken, by place. */
  readonly refused: ReadonlyMap<number, Refusal>
  /** How much persons had said then ({@link saidSince}); `undefined` where it does not matter. */
  readonly said: number | undefined
  /** Names of the persons among them who have said something. */
  readonly heard: ReadonlySet<string>
}

const nobodyRefused: ReadonlyMap<number, Refusal> = new Map()
const nobodyHeard: ReadonlySet<string> = new Set()

/**
 * Reads the cases, and has those decided that may be. `undefined` where the policies pinned are not those in force any more.
 *
 * 1. Policy for the batch as a whole.
 * 2. Where no person's word counts, a worker reads and decides at once.
 * 3. Else it reads only; each person's standing is looked up, policy asked of it, and what is left is decided.
 *
 * @throws Refusal `policy.refused`, `policy.unavailable`
 */
export async function decidePermitted(
  kernel: Kernel,
  actor: Asker,
  { application, pinned, payloads, areThere = false }: BatchToDecide,
): Promise<PermittedBatch | undefined> {
  const { id: applicationId } = application
  // 1.
  const verdict = await requireBatch(kernel, actor, { application, pinned, areThere })
  if (pinned !== undefined && verdict !== undefined && !isUnder(verdict, pinned)) {
    kernel.policies.forget(actor.institutionId)
    return undefined
  }
  // 2.
  const said = await saidNow(kernel, actor.institutionId, application)
  const run = (models: Pin['digests'] | undefined, some: BatchToDecide['payloads']) =>
    kernel.workers.run({ kind: 'decide', applicationId, payloads: some, models })
  if (said?.matters !== true)
    return {
      reads: await run(pinned?.digests, payloads),
      refused: nobodyRefused,
      said: said?.number,
      heard: nobodyHeard,
    }
  // 3.
  const reads = await run(undefined, payloads)
  const { standings, heard } = await standingsOfSubjects(kernel, actor.institutionId, { application, reads })
  const answers = await Promise.all(
    standings.map(
      (standing) => standing && answerTo(kernel, actor, { application, pinned, areThere, standing }),
    ),
  )
  const refused = new Map(
    answers.flatMap((answer, place) =>
      answer?.refusal === undefined ? [] : [[place, answer.refusal] as const],
    ),
  )
  if (pinned === undefined) return { reads, refused, said: said.number, heard }
  const toDecide = answers.flatMap((answer, place) => (answer?.isDecided === true ? [place] : []))
  const decided = await run(
    pinned.digests,
    toDecide.map((place) => payloads[place] ?? ''),
  )
  const byPlace = new Map(toDecide.map((place, index) => [place, decided[index]]))
  const all = reads.map(
    (read, place) => byPlace.get(place) ?? (read.ok ? { ...read, decided: unaided } : read),
  )
  return { reads: all, refused, said: said.number, heard }
}

const isUnder = ({ policyDigest }: Verdict, pinned: Pin) =>
  Buffer.from(policyDigest).equals(pinned.policyDigest)

type Batch = Required<Omit<BatchToDecide, 'payloads'>>

/** Policy for all cases of an application at once, as if every person had agreed. */
async function requireBatch(
  kernel: Kernel,
  actor: Asker,
  { application, pinned, areThere }: Batch,
): Promise<Verdict | undefined> {
  const applicationId = application.id
  const standing = agreedStanding(kernel, applicationId)
  const ask = (asked: Asked) => requireAllowed(kernel, actor, { ...asked, applicationId, standing })
  const opened = areThere ? undefined : await ask(opening)
  return pinned === undefined ? opened : ask(deciding)
}

type Asked = Pick<Question, 'action' | 'purpose'>
const opening: Asked = { action: 'open_case', purpose: 'intake' }
const deciding: Asked = { action: 'decide', purpose: 'decision' }

/** `undefined` where no person's word counts. */
async function saidNow({ db }: Pick<Kernel, 'db'>, institutionId: string, application: Application) {
  if (!asksPersons(application)) return undefined
  return db.transaction(institutionId, (tx) => saidOf(tx, application, 'decision'), { isReadOnly: true })
}

/**
 * Inside the transaction that writes a batch: whether persons said anything since. Nobody says anything until its commit, because
 * whoever records it waits.
 */
export async function saidNothingSince(
  tx: Transaction,
  application: Pick<Application, 'id' | 'legalBasis'>,
  said: number | undefined,
): Promise<boolean> {
  if (said === undefined) return true
  const [, now] = await Promise.all([besideOthers(tx), saidOf(tx, application, 'decision')])
  return now.number === said
}

/** By place, how the person that each case is about stands; `undefined` for what could not be read. */
async function standingsOfSubjects(
  kernel: Kernel,
  institutionId: string,
  {
    application,
    reads,
  }: { readonly application: Application; readonly reads: readonly (ReadCase | RefusedCase)[] },
): Promise<{ readonly standings: readonly (Standing | undefined)[]; readonly heard: ReadonlySet<string> }> {
  const names = reads.flatMap((read) => (read.ok && read.subject !== null ? [read.subject] : []))
  const holders = await findHolders(kernel, institutionId, names)
  const holderIds = [...holders.values()]
  const known = await kernel.db.transaction(
    institutionId,
    (tx) => standingsOf(tx, application, { use: 'decision', holderIds }),
    { isReadOnly: true },
  )
  // Where an application stands on consent, nobody can have agreed to a case of nobody.
  const standings = reads.map((read) =>
    read.ok ? (known.get(holders.get(read.subject ?? '') ?? '') ?? silent(application)) : undefined,
  )
  const heard = [...holders].filter(([, holderId]) => known.has(holderId)).map(([name]) => name)
  return { standings, heard: new Set(heard) }
}

interface Answer {
  readonly refusal: Refusal | undefined
  readonly isDecided: boolean
}

async function answerTo(
  kernel: Kernel,
  actor: Asker,
  { application, pinned, areThere, standing }: Batch & { readonly standing: Standing },
): Promise<Answer> {
  const ask = (asked: Asked) => {
    const request = requestOf(kernel, actor, { ...asked, applicationId: application.id, standing })
    return kernel.policies.decide(actor.institutionId, request)
  }
  if (!areThere) {
    const opened = await ask(opening)
    if (!opened.isAllowed) return { refusal: refusalOf(standing, opened), isDecided: false }
  }
  if (pinned === undefined) return { refusal: undefined, isDecided: false }
  const decided = await ask(deciding)
  if (decided.isAllowed) return { refusal: undefined, isDecided: true }
  // Without consent nothing is done; who objected is decided about by an officer.
  const { consent } = standing
  const isWithheld = consent === 'missing' || consent === 'withdrawn'
  return { refusal: isWithheld ? refusalOf(standing, decided) : undefined, isDecided: false }
}

/** What the caller can act on: whose word is missing, or the policy that refused. */
function refusalOf({ consent }: Standing, { refusedBy }: Verdict): Refusal | undefined {
  if (consent === 'missing') return new Refusal('consent.missing')
  if (consent === 'withdrawn') return new Refusal('consent.withdrawn')
  return refusedBy && refusalBy(refusedBy)
}

/** Of whoever objected: no model says anything about them, and an officer decides. */
export const unaided: DecidedCase = {
  recommendation: null,
  score: null,
  reasons: '[]',
  secretReasons: null,
  failure: 'a policy forbids that a model decides about the person concerned',
}
