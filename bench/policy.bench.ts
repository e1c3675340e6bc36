/** What it costs to ask policy: a question that was asked before, one that was not, and the throughput of deciding with it. */
import { withInstallation } from '../test/installation.ts'
import { askRows } from './policy/micro.ts'
import { throughputRows } from './policy/throughput.ts'
import type { Benchmark } from './result.ts'

export default {
  title: 'asking policy',
  run: ({ isQuick, say }) => {
    const size = isQuick ? 0.1 : 1
    return withInstallation((installation) =>
      installation.withDatabase(async () => {
        say('asking what was asked before, and what was not')
        const asked = await askRows(installation, size)
        say('deciding batches of cases, with policy and without, in turns')
        return [...asked, ...(await throughputRows(installation, size))]
      }),
    )
  },
} satisfies Benchmark
