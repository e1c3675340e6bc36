/** What keeps the logs of a node going while it serves: the check at the start, the sequencer, and asking witnesses. */
import type { FastifyBaseLogger } from 'fastify'
import type { Fatal } from '../../kernel/errors.ts'
import { institutions } from '../../kernel/institutions/institutions.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { Cosigning, compareWithWitnesses } from '../../kernel/log/cosigning.ts'
import { signerOf } from '../../kernel/log/log-keys.ts'
import { logOf } from '../../kernel/log/published.ts'
import { Sequencer } from '../../kernel/log/sequencer.ts'
import { standingOf } from '../../kernel/log/standing.ts'

/**
 * Compares every log with what this node and its witnesses know to have been signed. Nothing is to be served on top of a log
 * that was rolled back or rewritten: whatever were added would hide it.
 *
 * @throws Fatal `log.rolled_back`, `log.diverged`, `log.key_other`, `keys.missing`
 */
export async function checkLogs(kernel: Kernel): Promise<void> {
  for (const { institutionId } of await institutions(kernel)) {
    const place = await logOf(kernel, institutionId)
    if (place === undefined) continue
    await standingOf(place)
    // A node without the log's keys would find that out at its first checkpoint only.
    await signerOf(kernel, place)
  }
  const [fatal] = (await compareWithWitnesses(kernel)).values()
  if (fatal !== undefined) throw fatal
}

export interface SequencingOptions {
  readonly kernel: Kernel
  /** What origins of new logs begin with. */
  readonly logOrigin: string
  readonly logger: Pick<FastifyBaseLogger, 'error' | 'warn' | 'fatal'>
  /** Told once a log cannot be gone on with. */
  onFatal(fatal: Fatal): void
}

export interface Sequencing {
  /** @throws unknown what the last attempt failed on; for readiness */
  check(): void
  stop(): Promise<void>
}

export function startSequencing({ kernel, logOrigin, logger, onFatal }: SequencingOptions): Sequencing {
  const failed = (institutionId: string, fatal: Fatal) => {
    logger.fatal({ institutionId, code: fatal.code, err: fatal }, fatal.title('en'))
    onFatal(fatal)
  }
  const cosigning = new Cosigning({
    ...kernel,
    onFatal: failed,
    onFault: (err) => logger.warn({ err }, 'asking witnesses failed'),
  })
  const sequencer = new Sequencer({
    ...kernel,
    originOf: ({ slug }) => `${logOrigin}/${slug}`,
    signerFor: (log) => signerOf(kernel, log),
    onPublished: ({ institutionId }) => cosigning.published(institutionId),
    onFatal: failed,
    onDamage: (institutionId, path) =>
      logger.error({ institutionId, path }, 'a damaged file of the log was made again from the database'),
    onFault: (err) => logger.warn({ err }, 'sequencing waits'),
  })
  sequencer.start()
  return {
    check: () => {
      const { fault, stopped } = sequencer.health()
      const [fatal] = stopped.values()
      if (fatal !== undefined) throw fatal
      if (fault !== undefined) throw fault
    },
    stop: async () => {
      await sequencer.stop()
      await cosigning.stop()
    },
  }
}
