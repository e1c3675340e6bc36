/**
 * How often something may be guessed at: a name's password, its second factor.
 *
 * Attempts are counted for a name and the device they come from, where all devices that never signed in to the account are
 * one. Those that did have an allowance of their own, which nobody else's attempts touch: guessing slows guessing down, and
 * keeps nobody out who has signed in there before (OWASP, Slow Down Online Guessing Attacks with Device Cookies).
 *
 * An attempt is taken off before it is looked at, in the database, so that a thousand at once in several processes are no way
 * around it (generic cell rate algorithm, ITU-T I.371: one instant for each allowance says how far attempts ran ahead).
 */
import { createHash } from 'node:crypto'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { allowanceSpent, refundAllowance, spendAllowance } from './store.ts'

interface Rate {
  /** Attempts that may come at once. */
  readonly burst: number
  /** Seconds after which one more is allowed. */
  readonly eachSeconds: number
}

/** At most ten in any hour: five at once, and one more every twelve minutes. */
export const unknownDevices: Rate = { burst: 5, eachSeconds: 720 }
/** Somebody who mistypes waits a minute, and never longer. */
export const knownDevice: Rate = { burst: 10, eachSeconds: 60 }

/** What is guessed at, and from where. */
export interface Guess {
  readonly institutionId: string
  readonly what: 'password' | 'second_factor'
  readonly username: string
  /** Hash of a device that has signed in to the account before; `undefined` for every other. */
  readonly device: Uint8Array | undefined
}

const subjectOf = ({ what, username }: Guess) => createHash('sha256').update(`${what}\n${username}`).digest()
const noDevice = new Uint8Array()

type Store = Pick<Kernel, 'db' | 'clock'>

/** Takes one attempt off. @throws Refusal `access.sign_in_slowed` where none is left */
export async function spend({ db, clock }: Store, guess: Guess): Promise<void> {
  const { burst, eachSeconds } = guess.device === undefined ? unknownDevices : knownDevice
  const key = [guess.institutionId, subjectOf(guess), guess.device ?? noDevice]
  const now = clock()
  const spentUntil = await db.transaction(guess.institutionId, async (tx) => {
    const parameters = [...key, now, eachSeconds, burst * eachSeconds]
    if ((await tx.run(spendAllowance, parameters)) > 0) return undefined
    return (await tx.one(allowanceSpent, key)).spentUntil
  })
  if (spentUntil === undefined) return
  const waitMs = spentUntil.getTime() + (1 - burst) * eachSeconds * 1_000 - now.getTime()
  throw new Refusal('access.sign_in_slowed', { minutes: Math.max(1, Math.ceil(waitMs / 60_000)) })
}

/** Gives the attempt back: it was right, so it was no guess. What others guessed meanwhile stays counted. */
export async function refund({ db }: Pick<Store, 'db'>, guess: Guess): Promise<void> {
  const { eachSeconds } = guess.device === undefined ? unknownDevices : knownDevice
  const parameters = [guess.institutionId, subjectOf(guess), guess.device ?? noDevice, eachSeconds]
  await db.transaction(guess.institutionId, (tx) => tx.run(refundAllowance, parameters))
}
