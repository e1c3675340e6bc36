/** What it costs to seal personal data: each step by itself, and the throughput of deciding with it and without. */
import { withInstallation } from '../test/installation.ts'
import type { Benchmark } from './result.ts'
import { holderRows, sealRows } from './vault/micro.ts'
import { throughputRows } from './vault/throughput.ts'

export default {
  title: 'sealing of personal data',
  run: ({ isQuick, say }) => {
    const size = isQuick ? 0.1 : 1
    say('sealing and unsealing')
    const sealing = sealRows(size)
    return withInstallation(async (installation) => {
      say('making and finding data keys')
      const holders = await installation.withDatabase(() => holderRows(installation, size))
      const throughput = await withInstallation((another) =>
        throughputRows({ installation: another, say, streamed: 30_000 * size, taken: 20_000 * size }),
      )
      return [...throughput, ...sealing, ...holders]
    })
  },
} satisfies Benchmark
