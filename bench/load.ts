/**
 * A closed loop of HTTP requests: so many connections, each sending its next request when the last was answered. By `wrk`
 * where the machine has it, which takes least from the cores that it shares with the server; else by undici.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'undici'
import { z } from 'zod'
import { ended } from '../test/installation.ts'

export interface Load {
  readonly url: URL
  readonly connections: number
  readonly seconds: number
  readonly headers: Readonly<Record<string, string>>
  /** POSTs these; each body is its `start`, a number that no other request has, and its `rest`. Without them it GETs. */
  readonly bodies?: { readonly start: string; readonly rests: readonly string[] }
  /** Folder for the generator's own files. */
  readonly scratch: string
  /** Tells two loads on one server apart: it begins the numbers of the bodies. */
  readonly label: string
}

export interface LoadResult {
  readonly generator: string
  readonly requests: number
  readonly seconds: number
  /** Not connected, not answered, or answered with a status from 400 on. */
  readonly failed: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const wrk = '/usr/bin/wrk'

export function runLoad(load: Load): Promise<LoadResult> {
  return existsSync(wrk) ? runWrk(load) : runUndici(load)
}

const Summary = z.object({
  requests: z.number(),
  seconds: z.number(),
  failed: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
})

async function runWrk(load: Load): Promise<LoadResult> {
  const { url, connections, seconds, scratch, bodies } = load
  const script = join(scratch, 'load.lua')
  const rests = join(scratch, 'load.bodies')
  writeFileSync(rests, bodies === undefined ? '' : `${bodies.rests.join('\n')}\n`)
  writeFileSync(script, luaOf(load, rests))
  const given = [
    '-t1',
    `-c${connections}`,
    `-d${Math.ceil(seconds)}s`,
    '--timeout',
    '30s',
    '-s',
    script,
    url.href,
  ]
  const { status, output, errors } = await ended(spawn(wrk, given, { stdio: ['ignore', 'pipe', 'pipe'] }))
  const summary = /^summary (.*)$/m.exec(output)?.[1]
  if (status !== 0 || summary === undefined) throw new Error(`wrk failed: ${errors}${output}`)
  return { ...Summary.parse(JSON.parse(summary)), generator: versionOfWrk() }
}

function versionOfWrk(): string {
  // It has no option for it alone, and prints it above its usage.
  return /^(wrk \S+)/m.exec(spawnSync(wrk, ['-v'], { encoding: 'utf8' }).stdout)?.[1] ?? 'wrk'
}

/** One thread, so one counter; lines of bodies are kept in memory. Lua's long strings need no escapes. */
function luaOf({ headers, bodies, label }: Load, rests: string): string {
  const given = Object.entries(headers).map(([name, value]) => `[ [==[${name}]==] ] = [==[${value}]==]`)
  return `
wrk.headers = { ${given.join(', ')} }
local rests = {}
for line in io.lines([==[${rests}]==]) do rests[#rests + 1] = line end
local number = 0
if #rests > 0 then
  request = function()
    number = number + 1
    local body = [==[${bodies?.start ?? ''}]==] .. [==[${label}-]==] .. number .. rests[number % #rests + 1]
    return wrk.format('POST', nil, nil, body)
  end
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('summary {"requests":%d,"seconds":%f,"failed":%d,"p50Ms":%f,"p99Ms":%f}\\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
`
}

async function runUndici(load: Load): Promise<LoadResult> {
  const { url, connections, seconds, headers, bodies, label } = load
  const latencies: number[] = []
  let failed = 0
  let number = 0
  const startedAt = performance.now()
  const isOver = () => performance.now() - startedAt >= seconds * 1000
  const nextBody = () => {
    if (bodies === undefined) return undefined
    number += 1
    return `${bodies.start}${label}-${number}${bodies.rests[number % bodies.rests.length] ?? ''}`
  }
  const loop = async () => {
    const client = new Client(url.origin, { pipelining: 1 })
    while (!isOver()) {
      const sentAt = performance.now()
      const body = nextBody()
      const method = body === undefined ? 'GET' : 'POST'
      const given = { path: url.pathname, method, headers: { ...headers }, body: body ?? null } as const
      const isAnswered = await client.request(given).then(
        async ({ statusCode, body: answer }) => {
          await answer.dump()
          return statusCode < 400
        },
        () => false,
      )
      if (isAnswered) latencies.push(performance.now() - sentAt)
      else failed += 1
    }
    await client.close()
  }
  await Promise.all(Array.from({ length: connections }, loop))
  const measuredS = (performance.now() - startedAt) / 1000
  latencies.sort((a, b) => a - b)
  const percentile = (share: number) => latencies[Math.ceil(share * latencies.length) - 1] ?? Number.NaN
  return {
    generator: 'undici in one process',
    requests: latencies.length,
    seconds: measuredS,
    failed,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
  }
}
