/** Looks at the eleven checks while the server runs, and tells page and metrics what was found. */
import { Gauge, type Registry } from 'prom-client'
import { type Actor, operatorActor } from '../../kernel/access/roles.ts'
import { institutions } from '../../kernel/institutions/institutions.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { checkStates } from '../../kernel/sovereignty/check.ts'
import { type Score, type SovereigntyLook, sovereigntyOf } from '../../kernel/sovereignty/score.ts'
import { blockedAttempts, isGuarded } from '../guard/process.ts'
import type { Platform } from '../platform.ts'
import { subjectOf } from './subject.ts'

/** The first look waits until the server has found its feet. */
const firstMs = 60_000
/** Whoever presses the button again and again gets no more than one look a minute. */
const restMs = 60_000
/** A look takes a core for some seconds. */
const everyMs = 6 * 3_600_000

/** As much of a platform as is looked at. */
export interface LookedAt {
  readonly kernel: Kernel
  readonly database: Pick<Platform['database'], 'cluster'>
  readonly settings: Pick<Platform['settings'], 'folder' | 'enginesFolder'>
}

export interface SovereigntyWatching {
  readonly platform: LookedAt
  readonly logger: { warn(fields: object, message: string): void }
  readonly registry: Registry
}

export class SovereigntyWatch implements SovereigntyLook {
  readonly #watching: SovereigntyWatching
  readonly #gauge: Gauge<'institution' | 'check' | 'state'>
  readonly #last = new Map<string, Score>()
  readonly #looking = new Map<string, Promise<Score>>()
  /** By the monotonic clock, in milliseconds. */
  readonly #endedAt = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(watching: SovereigntyWatching) {
    this.#watching = watching
    this.#gauge = new Gauge({
      name: 'khudi_sovereignty_check',
      help: 'State of each check of sovereignty when it was last looked at: 1 for the state that it is in',
      labelNames: ['institution', 'check', 'state'],
      registers: [watching.registry],
    })
  }

  start(): void {
    const look = () => {
      this.#timer = setTimeout(look, everyMs)
      this.#tell(this.lookAtAll())
    }
    this.#timer = setTimeout(look, firstMs)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await Promise.allSettled(this.#looking.values())
  }

  #tell(looking: Promise<unknown>): void {
    looking.catch((err: unknown) =>
      this.#watching.logger.warn({ err }, 'how sovereign this installation is is not known at the moment'),
    )
  }

  last(institutionId: string): Score | undefined {
    return this.#last.get(institutionId)
  }

  async lookAtAll(): Promise<void> {
    for (const { institutionId } of await institutions(this.#watching.platform.kernel))
      await this.look(institutionId)
  }

  isLooking(institutionId: string): boolean {
    return this.#looking.has(institutionId)
  }

  begin(institutionId: string): void {
    const age = performance.now() - (this.#endedAt.get(institutionId) ?? Number.NEGATIVE_INFINITY)
    if (age > restMs) this.#tell(this.look(institutionId))
  }

  /** One look at a time: whoever asks meanwhile is told what that one finds. */
  look(institutionId: string): Promise<Score> {
    const under = this.#looking.get(institutionId)
    if (under !== undefined) return under
    // Whoever asks, it is looked at by the platform itself: what is found is the same for everybody.
    const looking = this.#look(operatorActor(institutionId, 'platform')).finally(() => {
      this.#looking.delete(institutionId)
      this.#endedAt.set(institutionId, performance.now())
    })
    this.#looking.set(institutionId, looking)
    return looking
  }

  async #look(actor: Actor): Promise<Score> {
    const score = await sovereigntyOf(subjectOn(this.#watching.platform, actor))
    this.#last.set(actor.institutionId, score)
    const { slug = '' } =
      (await institutions(this.#watching.platform.kernel)).find(
        ({ institutionId }) => institutionId === actor.institutionId,
      ) ?? {}
    for (const { id, state } of score.results)
      for (const one of checkStates)
        this.#gauge.set({ institution: slug, check: id, state: one }, one === state ? 1 : 0)
    return score
  }
}

/** What the checks look at on a platform. */
export function subjectOn({ kernel, database, settings }: LookedAt, actor: Actor) {
  const { folder, enginesFolder } = settings
  return subjectOf({ kernel, actor, cluster: database.cluster, folder, enginesFolder, outside })
}

const outside = {
  get isGuarded() {
    return isGuarded()
  },
  get blocked() {
    return [...blockedAttempts.values()].reduce((sum, one) => sum + one, 0)
  },
}
