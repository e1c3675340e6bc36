/**
 * From a submitted case to a durable decision with its reasons and log entries, on our own PostgreSQL with fsync on: as a
 * stream, as single requests, from the backlog, and how fast files are taken in.
 *
 * Whoever sends shares the cores with the server, which a customs house's own systems do not: the figures are low by it.
 */
import { foundCustoms } from '../test/customs-institution.ts'
import { withInstallation } from '../test/installation.ts'
import { decideBacklog, fileRows } from './decide/files.ts'
import type { Place } from './decide/place.ts'
import { decideSingly, singleRows } from './decide/singles.ts'
import { decideStream, streamRows } from './decide/stream.ts'
import type { Benchmark, Measurement } from './result.ts'
import { startServer } from './server.ts'

export default {
  title: 'from a case to a durable decision with reasons and log entry',
  run: ({ isQuick, say }) =>
    withInstallation((installation) => {
      const size = isQuick ? 0.1 : 1
      return measure({ installation, say, streamed: 60_000 * size, taken: 20_000 * size, seconds: 15 * size })
    }),
} satisfies Benchmark

async function measure(place: Place): Promise<readonly Measurement[]> {
  const { installation, say, taken, streamed } = place
  say(`taking in ${taken} declarations with outcomes, learning from them`)
  const { key } = await foundCustoms(installation, taken)
  return installation.withDatabase(async () => {
    say(`deciding a backlog of ${taken}`)
    const backlog = await decideBacklog(place)
    const server = await startServer(installation)
    try {
      say(`deciding a stream of ${streamed}`)
      const stream = await decideStream(place, { server, key })
      say('deciding single requests')
      const singles = await decideSingly(place, { server, key })
      return [...streamRows(stream), ...singleRows(singles), ...(await fileRows(place, backlog, stream.raw))]
    } finally {
      await server.stop()
    }
  })
}
