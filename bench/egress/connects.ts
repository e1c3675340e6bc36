/** Connects as the egress does and asks once, as often as the second parameter says; prints the median in microseconds. */
import { Agent } from 'undici'
import { connectorTo } from '../../kernel/egress/connecting.ts'
import { unguarded } from '../../kernel/egress/outbound.ts'
import { takeGuard } from '../../server/guard/guard.ts'

const [origin = '', count = '0'] = process.argv.slice(2)
const connect = connectorTo({ backendId: 'local', addresses: ['127.0.0.0/8'] }, takeGuard() ?? unguarded)
const times: number[] = []
for (let index = 0; index < Number(count); index++) {
  const before = performance.now()
  const agent = new Agent({ connect })
  await (await agent.request({ origin, path: '/', method: 'GET' })).body.text()
  times.push((performance.now() - before) * 1_000)
  await agent.close()
}
process.stdout.write(String(times.sort((a, b) => a - b)[times.length >> 1]))
