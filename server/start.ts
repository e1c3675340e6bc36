/** `khudi start`: opens the platform, sets the demonstration up where there is nothing, serves, and stops cleanly. */
import { once } from 'node:events'
import { backendNamed } from '../kernel/backends/backends.ts'
import { stateBuiltIns } from '../kernel/backends/platform.ts'
import { Fatal, Refusal } from '../kernel/errors.ts'
import { institutions } from '../kernel/institutions/institutions.ts'
import { JobRunner } from '../kernel/jobs/runner.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { ServingKernel } from '../kernel/operation.ts'
import { authenticator } from './authenticate.ts'
import { type Demonstration, setUpDemonstration } from './demonstration.ts'
import { watchDuties } from './duty-metrics.ts'
import { watchEgress } from './egress-metrics.ts'
import { GlassWatch } from './glass-watch.ts'
import { createHttpServer } from './http/http-server.ts'
import { createHttpMetrics, type HttpMetrics } from './http/metrics.ts'
import { jobHandlers, setSchedules } from './jobs.ts'
import { createLogger } from './log.ts'
import { findOperations } from './operations.ts'
import { pages } from './pages/pages.ts'
import { sessionCookie } from './pages/session.ts'
import { openPlatform } from './platform.ts'
import { duration } from './progress.ts'
import type { Settings } from './settings.ts'
import { SovereigntyWatch } from './sovereignty/watch.ts'
import { checkLogs, type Sequencing, startSequencing } from './transparency/sequencing.ts'
import { transparency } from './transparency/transparency.ts'

export async function start(settings: Settings): Promise<void> {
  const startedAt = performance.now()
  const stopped = stopSignal()
  const logger = createLogger(settings.logLevel)
  const platform = await openPlatform({ settings, log: logger })
  const { kernel } = platform
  let fatal: Fatal | undefined
  const onFatal = (error: Fatal) => {
    fatal ??= error
    process.kill(process.pid, 'SIGTERM')
  }
  try {
    const demonstration = await begin({ settings, kernel, logger })
    const sequencing = startSequencing({ kernel, logOrigin: settings.logOrigin, logger, onFatal })
    const metrics = createHttpMetrics({ process: true })
    const glass = new GlassWatch({ kernel, logger, registry: metrics.registry })
    const sovereignty = new SovereigntyWatch({ platform, logger, registry: metrics.registry })
    try {
      const app = await serverOf({ kernel, settings, logger, sequencing, onFatal, metrics, sovereignty })
      await glass.look()
      glass.start()
      sovereignty.start()
      const address = await listen(app, settings)
      const jobs = await startJobs(kernel, logger)
      announce(address, demonstration, (performance.now() - startedAt) / 1000)
      await stopped
      process.stderr.write('Stopping…\n')
      await app.close()
      await jobs.stop()
      if (fatal !== undefined) throw fatal
    } finally {
      await glass.stop()
      await sovereignty.stop()
      await sequencing.stop()
    }
  } finally {
    await platform.close()
  }
}

/** What comes before anybody is served. */
async function begin({ settings, kernel, logger }: Pick<Serving, 'settings' | 'kernel' | 'logger'>) {
  await checkLogs(kernel)
  const { hasDemonstration, folder } = settings
  const demonstration = hasDemonstration ? await setUpDemonstration(kernel, folder) : undefined
  await stateBackends(kernel, logger)
  return demonstration
}

interface Serving {
  readonly kernel: ServingKernel
  readonly settings: Settings
  readonly logger: ReturnType<typeof createLogger>
  readonly sequencing: Sequencing
  readonly metrics: HttpMetrics
  readonly sovereignty: SovereigntyWatch
  onFatal(fatal: Fatal): void
}

async function serverOf(serving: Serving) {
  const { kernel, settings, logger, sequencing, onFatal, metrics, sovereignty } = serving
  const { isSecure, metricsToken, trustedProxies } = settings
  watchEgress(metrics.registry, kernel.egress)
  watchDuties(metrics.registry, kernel)
  return createHttpServer({
    kernel,
    operations: await findOperations(),
    authenticate: authenticator(kernel, settings),
    logger,
    metrics,
    trustedProxies,
    isSecure,
    sessionCookie: sessionCookie(isSecure),
    readiness: { database: () => reachable(kernel), log: async () => sequencing.check() },
    transparency: transparency(kernel),
    pages: pages({ kernel, isSecure, sovereignty, reporting: { logger, onFatal } }),
    onFatal,
    ...(metricsToken !== undefined && { metricsToken }),
  })
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<unknown> {
  const first = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  first.then(() => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
  })
  return first
}

async function reachable(kernel: Kernel): Promise<void> {
  if (!(await kernel.db.isReachable())) throw new Refusal('database.unavailable')
}

async function listen(app: ReturnType<typeof createHttpServer>, { host, port }: Settings): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new Fatal('server.port_in_use', { host, port }, { cause: error })
    }
    throw error
  }
}

/** Records what the installation brings, and says loudly what nobody has stated the facts of. */
async function stateBackends(kernel: Kernel, logger: ReturnType<typeof createLogger>): Promise<void> {
  for (const { institutionId, slug } of await institutions(kernel)) {
    await stateBuiltIns(kernel, institutionId)
    const { backend } = await backendNamed(kernel, institutionId, 'database')
    if (backend.jurisdiction === 'domestic') continue
    const remedy =
      'khudi backend amend database --location … --operator … --owner … --keys … --evidence … --expires …'
    logger.warn(
      { institution: slug, backend: 'database' },
      'the database counts as foreign: not all of its facts are known and domestic',
    )
    process.stderr.write(
      `WARNING: the database of ${slug} counts as foreign, for not all of its four facts are known, good and domestic.\n` +
        `Policy keeps official, personal and sensitive data out of it until they are stated: ${remedy}\n`,
    )
  }
}

async function startJobs(kernel: Kernel, logger: ReturnType<typeof createLogger>): Promise<JobRunner> {
  for (const { institutionId } of await institutions(kernel)) await setSchedules(kernel, institutionId)
  const runner = new JobRunner(kernel, {
    handlers: jobHandlers,
    institutionIds: async () => (await institutions(kernel)).map(({ institutionId }) => institutionId),
    events: {
      failed: ({ jobId, kind, attempts }, state, err) =>
        logger.error({ jobId, kind, attempts, state, err }, 'a job failed'),
      troubled: (err) => logger.warn({ err }, 'jobs wait for the database'),
    },
  })
  runner.start()
  return runner
}

function announce(address: string, demonstration: Demonstration | undefined, seconds: number): void {
  const lines = [`Khudi serves on ${address}, ready after ${duration(seconds)}.`]
  if (demonstration?.credentials !== undefined) {
    lines.push(
      `Accounts of the demonstration, printed this once and kept in ${demonstration.credentialsFile}:`,
    )
    for (const { username, password } of demonstration.credentials.accounts)
      lines.push(`  ${username.padEnd(26)} ${password}`)
    lines.push(`  ${'key for the API'.padEnd(26)} ${demonstration.credentials.key}`)
    lines.push('Begin with an examiner: sign in, open the queue, take a case.')
  } else if (demonstration !== undefined) {
    lines.push(`Accounts of the demonstration: ${demonstration.credentialsFile}`)
  }
  lines.push(`API description: ${address}/v1/openapi.json. Stop with Ctrl-C.`)
  process.stdout.write(`${lines.join('\n')}\n`)
}
