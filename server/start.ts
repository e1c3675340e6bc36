/** `khudi start`: opens the platform, sets the demonstration up where there is nothing, serves, and stops cleanly. */
import { once } from 'node:events'
import { Fatal, Refusal } from '../kernel/errors.ts'
import { institutions } from '../kernel/institutions/institutions.ts'
import { JobRunner } from '../kernel/jobs/runner.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { ServingKernel } from '../kernel/operation.ts'
import { authenticator } from './authenticate.ts'
import { type Demonstration, setUpDemonstration } from './demonstration.ts'
import { createHttpServer } from './http/http-server.ts'
import { createHttpMetrics } from './http/metrics.ts'
import { jobHandlers, setSchedules } from './jobs.ts'
import { createLogger } from './log.ts'
import { findOperations } from './operations.ts'
import { pages } from './pages/pages.ts'
import { sessionCookie } from './pages/session.ts'
import { openPlatform } from './platform.ts'
import { duration } from './progress.ts'
import type { Settings } from './settings.ts'
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
    await checkLogs(kernel)
    const demonstration = settings.hasDemonstration
      ? await setUpDemonstration(kernel, settings.folder)
      : undefined
    const sequencing = startSequencing({ kernel, logOrigin: settings.logOrigin, logger, onFatal })
    try {
      const app = await serverOf({ kernel, settings, logger, sequencing, onFatal })
      const address = await listen(app, settings)
      const jobs = await startJobs(kernel, logger)
      announce(address, demonstration, (performance.now() - startedAt) / 1000)
      await stopped
      process.stderr.write('Stopping…\n')
      await app.close()
      await jobs.stop()
      if (fatal !== undefined) throw fatal
    } finally {
      await sequencing.stop()
    }
  } finally {
    await platform.close()
  }
}

interface Serving {
  readonly kernel: ServingKernel
  readonly settings: Settings
  readonly logger: ReturnType<typeof createLogger>
  readonly sequencing: Sequencing
  onFatal(fatal: Fatal): void
}

async function serverOf({ kernel, settings, logger, sequencing, onFatal }: Serving) {
  const { isSecure, metricsToken, trustedProxies } = settings
  return createHttpServer({
    kernel,
    operations: await findOperations(),
    authenticate: authenticator(kernel, settings),
    logger,
    metrics: createHttpMetrics({ process: true }),
    trustedProxies,
    isSecure,
    sessionCookie: sessionCookie(isSecure),
    readiness: { database: () => reachable(kernel), log: async () => sequencing.check() },
    transparency: transparency(kernel),
    pages: pages({ kernel, isSecure, reporting: { logger, onFatal } }),
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
