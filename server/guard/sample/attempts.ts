/**
 * Runs guarded and tries every way out that Node has; prints what came of each as JSON. The parameter is a port of this machine
 * that answers, so that whatever is let through succeeds.
 */

import dgram from 'node:dgram'
import { lookup, Resolver } from 'node:dns'
import dns from 'node:dns/promises'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import tls from 'node:tls'
import { Worker } from 'node:worker_threads'
import { Agent, request } from 'undici'
import { connectorTo } from '../../../kernel/egress/connecting.ts'
import { takeGuard } from '../guard.ts'

const port = Number(process.argv[2])
const socketPath = process.argv[3] ?? ''
const url = `http://127.0.0.1:${port}/`
/** As a dependency that was loaded early would have kept it. */
const early = net.createConnection

/** `through`, or the code of the error. */
async function outcome(attempt: () => unknown): Promise<string> {
  try {
    await attempt()
    return 'through'
  } catch (error) {
    const causes = [error instanceof Error ? error.cause : undefined, error]
    const codes = causes.map((one) => String(Object(one).code ?? one))
    return codes.find((code) => code !== 'undefined') ?? 'an error'
  }
}

const connected = (socket: net.Socket) =>
  once(socket, socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect').finally(() => socket.destroy())

async function inWorker(): Promise<string> {
  const code = `import net from 'node:net'; import { parentPort } from 'node:worker_threads'
    net.connect(${port}, '127.0.0.1').on('connect', function () { this.destroy(); parentPort.postMessage('through') })
      .on('error', ({ code }) => parentPort.postMessage(code))`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
  const [said] = await once(worker, 'message')
  await worker.terminate()
  return String(said)
}

/** Says one host to whoever looks and another to whoever connects. */
function changing(): net.TcpNetConnectOpts {
  let asked = 0
  return {
    port,
    get host() {
      asked += 1
      return asked === 1 ? 'localhost' : '127.0.0.1'
    },
  }
}

const attempts: Readonly<Record<string, () => unknown>> = {
  'net.connect by address': () => connected(net.connect(port, '127.0.0.1')),
  'net.connect by name': () => connected(net.connect({ port, host: 'localhost' })),
  'net.connect without a host': () => connected(net.connect(port)),
  'a socket of its own': () => connected(new net.Socket().connect({ port, host: '127.0.0.1' })),
  'an early reference': () => connected(early(port, '127.0.0.1')),
  'a host that changes': () => connected(net.connect(changing())),
  'tls.connect': () => connected(tls.connect({ port, host: '127.0.0.1' })),
  'http.get': () => once(http.get(url), 'response'),
  'http2.connect': () =>
    new Promise((done, fail) => {
      // It calls itself connected when its socket was destroyed, too; the error comes a moment later.
      const session = http2.connect(url).on('error', fail)
      session.on('connect', () => setTimeout(done, 100))
    }),
  fetch: () => fetch(url),
  undici: () => request(url),
  WebSocket: () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
      socket.onopen = resolve
      socket.onerror = () => reject(new Error('egress.blocked'))
    }),
  'a datagram': () => dgram.createSocket('udp4').send('x', port, '127.0.0.1'),
  'a bound datagram socket': () => dgram.createSocket('udp4').bind(0),
  'dns.lookup': () =>
    new Promise((done, fail) => lookup('example.com', (error) => (error ? fail(error) : done(0)))),
  'dns.promises.lookup': () => dns.lookup('example.com'),
  'dns.promises.resolve': () => dns.resolve4('example.com'),
  'a resolver': () =>
    new Promise((done, fail) =>
      new Resolver().resolve4('example.com', (error) => (error ? fail(error) : done(0))),
    ),
  'a resolver of promises': () => new dns.Resolver().resolveTxt('example.com'),
  'the handle itself': () => Reflect.apply(Reflect.get(process, 'binding'), process, ['tcp_wrap']),
  'a Unix socket': () => connected(net.connect(socketPath)),
}

const came: Record<string, string> = {}
for (const [what, attempt] of Object.entries(attempts)) came[what] = await outcome(attempt)
came['a worker'] = await inWorker()

const guard = takeGuard()
const target = { address: '127.0.0.1', port }
const permitted = (connect: () => net.Socket) =>
  connected(guard?.permit(target, connect) ?? net.connect(port))
came['with a permit'] = await outcome(() => permitted(() => net.connect(port, '127.0.0.1')))
came['with a permit, elsewhere'] = await outcome(() => permitted(() => net.connect(port, '127.0.0.2')))
came['with a permit, a second time'] = await outcome(async () => {
  const sockets =
    guard?.permit(target, () => [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')]) ?? []
  await Promise.all(sockets.map(connected))
})
came['after a permit'] = await outcome(() => connected(net.connect(port, '127.0.0.1')))
came['taken twice'] = takeGuard() === undefined ? 'nothing' : 'the guard'
if (guard !== undefined) {
  const connect = connectorTo({ backendId: 'here', addresses: ['127.0.0.0/8'] }, guard)
  const dispatcher = new Agent({ connect })
  came['through the egress'] = await outcome(() => request(`http://localhost:${port}/`, { dispatcher }))
  const elsewhere = new Agent({ connect: connectorTo({ backendId: 'elsewhere', addresses: [] }, guard) })
  came['through the egress, to an address of another'] = await outcome(() =>
    request(url, { dispatcher: elsewhere }),
  )
}
guard?.openDoor({ host: 'localhost', port })
came['through a door'] = await outcome(() => connected(net.connect(port, 'localhost')))
came['beside a door'] = await outcome(() => connected(net.connect(port, '127.0.0.2')))
const reported: string[] = []
guard?.onBlocked(({ kind, stack }) => reported.push(`${kind} ${stack.includes('attempts.ts')}`))
await new Promise((resolve) => setTimeout(resolve, 50))

process.stdout.write(JSON.stringify({ came, reported }))
process.exit()
