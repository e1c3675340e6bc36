import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { z } from 'zod'

const folder = mkdtempSync(join(tmpdir(), 'khudi-guard-'))
const here = (file: string) => new URL(file, import.meta.url)
const server = http.createServer((_request, reply) => reply.end('here')).listen(0, '127.0.0.1')
const local = net.createServer((socket) => socket.end()).listen(join(folder, 's'))
await Promise.all([once(server, 'listening'), once(local, 'listening')])
after(() => {
  server.close()
  local.close()
  rmSync(folder, { recursive: true })
})
const { port }: AddressInfo = Object(server.address())

const Said = z.strictObject({ came: z.record(z.string(), z.string()), reported: z.array(z.string()) })

async function attemptsIn(parameters: readonly string[]): Promise<z.infer<typeof Said>> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...parameters, here('./sample/attempts.ts').pathname, String(port), String(local.address())],
    { env: { ...process.env, KHUDI_TEST_PROVOKES: '1' } },
  )
  return Said.parse(JSON.parse(stdout))
}

const { came, reported } = await attemptsIn([`--import=${here('./preload.ts').href}`])

test('whatever way it takes, nothing gets out past the guard', () => {
  const ways = Object.entries(came).slice(0, Object.keys(came).indexOf('with a permit'))
  const through = ways.filter(([, said]) => said === 'through').map(([way]) => way)
  assert.deepEqual(through, ['a Unix socket'])
  assert.ok(ways.length >= 20)
})
test('it says why, also through libraries', () => {
  for (const way of [
    'net.connect by address',
    'tls.connect',
    'fetch',
    'undici',
    'http2.connect',
    'dns.lookup',
    'a resolver',
    'a datagram',
    'a worker',
  ])
    assert.equal(came[way], 'egress.blocked', way)
})
test('a permit is for one connection to one address', () => {
  assert.equal(came['with a permit'], 'through')
  assert.equal(came['with a permit, elsewhere'], 'egress.blocked')
  assert.equal(came['with a permit, a second time'], 'egress.blocked')
  assert.equal(came['after a permit'], 'egress.blocked')
})
test('the egress gets through, and only to the addresses of the backend', () => {
  assert.equal(came['through the egress'], 'through')
  assert.equal(came['through the egress, to an address of another'], 'egress.address_refused')
})
test('only the first who asks may open doors, and a door is one host and port', () => {
  assert.equal(came['taken twice'], 'nothing')
  assert.equal(came['through a door'], 'through')
  assert.equal(came['beside a door'], 'egress.blocked')
})
test('what was blocked is reported with who asked for it', () => {
  assert.ok(reported.length >= 20, reported.join())
  assert.ok(reported.filter((one) => one.endsWith('true')).length >= 10, reported.join())
  for (const kind of ['connect', 'datagram', 'lookup'])
    assert.ok(reported.some((one) => one.startsWith(kind)))
})
test('without the guard the same attempts get through: the test would see it', async () => {
  const { came: open } = await attemptsIn([])
  for (const way of [
    'net.connect by address',
    'net.connect by name',
    'an early reference',
    'a host that changes',
    'http.get',
    'fetch',
    'undici',
    'a datagram',
    'a worker',
  ])
    assert.equal(open[way], 'through', way)
})
