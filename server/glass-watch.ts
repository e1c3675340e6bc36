/** Says break-glass aloud in the server's own log and metrics, whichever process of the node it was broken in. */
import { Gauge, type Registry } from 'prom-client'
import { glassesIn } from '../kernel/break-glass/break-glass.ts'
import { institutions } from '../kernel/institutions/institutions.ts'
import type { Kernel } from '../kernel/kernel.ts'

const everyMs = 5_000
/** An institution that has more than this unreviewed is told of these first. */
const mostTold = 100

export interface GlassWatching {
  readonly kernel: Kernel
  readonly logger: { warn(fields: object, message: string): void }
  readonly registry: Registry
}

export class GlassWatch {
  readonly #watching: GlassWatching
  readonly #unreviewed: Gauge
  /** What this process has warned of. */
  readonly #told = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(watching: GlassWatching) {
    this.#watching = watching
    this.#unreviewed = new Gauge({
      name: 'khudi_glass_unreviewed',
      help: 'Break-glass that no auditor has reviewed',
      registers: [watching.registry],
    })
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.look().catch((err: unknown) =>
        this.#watching.logger.warn({ err }, 'whether the glass was broken is not known at the moment'),
      )
    }, everyMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  /** Warns of what is new since the last look, and counts what is not reviewed. The reason stays in the database. */
  async look(): Promise<void> {
    const { kernel, logger } = this.#watching
    let count = 0
    for (const { institutionId, slug } of await institutions(kernel)) {
      const wanted = { isOpen: true, after: undefined, size: mostTold }
      for (const { glassId, brokenBy, role, brokenAt, endsAt } of await glassesIn(
        kernel,
        institutionId,
        wanted,
      )) {
        count += 1
        if (this.#told.has(glassId)) continue
        this.#told.add(glassId)
        const what = role ?? 'an approval without a second person'
        logger.warn(
          { institution: slug, glassId, brokenBy, role, brokenAt, endsAt },
          `the glass is broken: ${what}`,
        )
      }
    }
    this.#unreviewed.set(count)
  }
}
