/** A running server of an installation, as its users start it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { root } from '../test/files.ts'
import type { Installation } from '../test/installation.ts'

export interface RunningServer {
  /** `http://127.0.0.1:54321` */
  readonly address: string
  /** The process that was started; the server itself may be its child. */
  readonly pid: number
  /** From the start of the process to the first answer 200 of the first page, in seconds. */
  readonly firstPageS: number
  /** Stops it as Ctrl-C does; resolves with the seconds that took. */
  stop(): Promise<number>
}

const giveUpAfterMs = 5 * 60_000

/** Starts `khudi start` and waits for its first page. */
export async function startServer(
  installation: Installation,
  environment: NodeJS.ProcessEnv = {},
): Promise<RunningServer> {
  const address = `http://127.0.0.1:${await freePort()}`
  const startedAt = performance.now()
  const child = spawn(installedNode(), [join(root, 'bin/khudi.mjs'), 'start'], {
    env: { ...installation.environment, KHUDI_PORT: new URL(address).port, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (text) => {
    errors = `${errors}${text}`.slice(-4_000)
  })
  await firstPage(child, address, () => errors)
  const firstPageS = (performance.now() - startedAt) / 1000
  return { address, pid: child.pid ?? 0, firstPageS, stop: () => stop(child) }
}

/** The Node of the machine where it has one, as `npm start` would take it, and ours where not. */
function installedNode(): string {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
  const found = folders.map((folder) => join(folder, 'node')).find((file) => existsSync(file))
  return found ?? process.execPath
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}

async function firstPage(child: ChildProcess, address: string, errors: () => string): Promise<void> {
  const giveUpAt = performance.now() + giveUpAfterMs
  while (performance.now() < giveUpAt) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended: ${errors()}`)
    if ((await statusOf(new URL('/', address))) === 200) return
    await sleep(20)
  }
  child.kill('SIGTERM')
  throw new Error(`the server showed no page: ${errors()}`)
}

/** Follows at most five redirections, as a browser would; undefined while nobody listens. */
async function statusOf(page: URL): Promise<number | undefined> {
  let url = page
  for (let hop = 0; hop <= 5; hop++) {
    const answer = await request(url).catch(() => undefined)
    if (answer === undefined) return undefined
    await answer.body.dump()
    const { location } = answer.headers
    if (answer.statusCode < 300 || answer.statusCode >= 400 || typeof location !== 'string')
      return answer.statusCode
    url = new URL(location, url)
  }
  return undefined
}

async function stop(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return 0
  const startedAt = performance.now()
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
  return (performance.now() - startedAt) / 1000
}
