/** What the way out adds to a request to a server on this machine, and what the guard adds to a connection. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Agent } from 'undici'
import { registerBackend } from '../kernel/backends/backends.ts'
import { withInstallation } from '../test/installation.ts'
import { backendBody } from '../test/institution-backends.ts'
import { withPlace } from './policy/place.ts'
import type { Benchmark, Measurement } from './result.ts'

const here = (path: string) => new URL(path, import.meta.url)

export default {
  title: 'the way out',
  run: ({ isQuick, say }) => {
    const count = isQuick ? 200 : 2_000
    return withInstallation((installation) =>
      installation.withDatabase(async () => {
        say('asking a server on this machine, through the egress and directly, in turns')
        const asked = await withPlace(installation, 'egress', (place) => askRow(place, count))
        say('connecting to it, with the guard and without')
        return [asked, await guardRow(count)]
      }),
    )
  },
} satisfies Benchmark

type Place = Parameters<Parameters<typeof withPlace>[2]>[0]

async function askRow({ kernel, operator, institutionId }: Place, count: number): Promise<Measurement> {
  const { server, origin } = await serve()
  const local = { addresses: ['127.0.0.0/8'], ownerLaw: 'PK', kind: 'witness' as const }
  await registerBackend(kernel, operator, { ...backendBody('local'), ...local, endpoint: origin })
  const outgoing = {
    institutionId,
    backendId: 'local',
    classification: 'open',
    purpose: 'witnessing',
    isRedacted: false,
  } as const
  const agent = new Agent()
  const egress = async () => (await kernel.egress.fetch(outgoing, '/')).text()
  const direct = async () => (await agent.request({ origin, path: '/', method: 'GET' })).body.text()
  const times: Record<'egress' | 'direct', number[]> = { egress: [], direct: [] }
  for (let index = 0; index < count; index++)
    for (const [what, ask] of [
      ['egress', egress],
      ['direct', direct],
    ] as const) {
      const before = performance.now()
      await ask()
      // The first ones warm up.
      if (index > count / 10) times[what].push((performance.now() - before) * 1_000)
    }
  await Promise.all([kernel.egress.close(), agent.close()])
  server.close()
  return {
    what: 'a request to a server on this machine, through the egress',
    value: median(times.egress),
    unit: 'µs',
    reference: { what: 'undici alone, over a kept connection', value: median(times.direct) },
    note: `median of ${times.egress.length}; a read of the register and a question to policy each time`,
  }
}

async function guardRow(count: number): Promise<Measurement> {
  const { server, origin } = await serve()
  const connects = async (parameters: readonly string[]): Promise<number> => {
    const script = fileURLToPath(here('egress/connects.ts'))
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...parameters,
      script,
      origin,
      String(count),
    ])
    return Number(stdout)
  }
  const [bare, guarded] = [
    await connects([]),
    await connects([`--import=${here('../server/guard/preload.ts').href}`]),
  ]
  server.close()
  return {
    what: 'a connection of the egress and a request on it, guarded',
    value: guarded,
    unit: 'µs',
    reference: { what: 'the same without the guard', value: bare },
    note: `median of ${count}`,
  }
}

async function serve() {
  const server = http.createServer((_request, reply) => reply.end('ok')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port }: AddressInfo = Object(server.address())
  return { server, origin: `http://127.0.0.1:${port}` }
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
