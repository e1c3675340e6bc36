/** Hostile applications: each attack is stopped, the cases beside it are decided, the server goes on. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { root } from '../../test/files.ts'
import { attacks, endings } from '../../test/hostile/applications/saboteur/attacks.ts'
import { freshFolder } from '../../test/kernel.ts'
import { Workers } from '../decisions/workers.ts'
import { loadApplications } from '../register/applications.ts'
import { type Caps, usualCaps } from './caps.ts'
import { flagsOf } from './launch.ts'

const hostile = join(root, 'test/hostile/applications')
const enginesFolder = join(root, 'engines')
const folder = join(hostile, 'saboteur')
const found = await loadApplications([], [hostile])
const caps: Caps = { ...usualCaps, memoryMib: 128, stallMs: 5000, wallMs: 20_000, outputBytes: 4 * 2 ** 20 }

const seen = { connections: 0, datagrams: 0, signals: 0 }
const server = createServer((_, response) => response.end('served'))
const datagrams = createSocket('udp4')
const files = freshFolder('hostile')
let port = 0

before(async () => {
  process.env.KHUDI_TEST_SECRET = 'the secret of the server'
  process.on('SIGCONT', () => {
    seen.signals += 1
  })
  server.on('connection', () => {
    seen.connections += 1
  })
  datagrams.on('message', () => {
    seen.datagrams += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  await new Promise<void>((resolve) => datagrams.bind(port, '127.0.0.1', resolve))
})

after(() => {
  server.closeAllConnections()
  server.close()
  datagrams.close()
})

/** Workers that hold the hostile application only, in a process of its own. */
function workers(): Workers {
  const foreign = [...found].map(([applicationId, one]) => ({ applicationId, ...one, caps }))
  const made = new Workers({ applications: {}, enginesFolder, foreign }, 1)
  after(() => made.close())
  return made
}

/** What is told of the case before the attack, of the attack and of the case after it. */
async function tried(pool: Workers, attack: string, aim: object) {
  const cases = ['nothing', attack, 'nothing'].map((name, index) =>
    JSON.stringify({ number: `${attack} ${index}`, filedOn: '2026-01-01', attack: name, ...aim }),
  )
  const answers = await pool.run({ kind: 'decide', applicationId: 'saboteur', payloads: cases, models: {} })
  return answers.map((answer) => (answer.ok ? answer.decided?.recommendation : 'refused'))
}

const aimAt = (attack: string) => ({ port, file: join(files, attack), seconds: 30, megabytes: 700 })

describe('an attack of a confined application is stopped, and the cases beside it are decided', () => {
  for (const attack of [...Object.keys(attacks), ...Object.keys(endings)]) {
    test(attack, async () => {
      const before = { ...seen }
      assert.deepEqual(await tried(workers(), attack, aimAt(attack)), ['nothing', null, 'nothing'])
      assert.deepEqual(seen, before)
      assert.equal(existsSync(join(files, attack)), false)
      assert.equal(Reflect.get({}, 'polluted'), undefined)
    })
  }
})

/** Runs the attack in a process of Node with these flags alone; its proof, or nothing. */
function unconfined(attack: string, flags: readonly string[]): Promise<string> {
  const aim = JSON.stringify({ port, file: join(files, `${attack}-unconfined`), seconds: 1, megabytes: 300 })
  const program = [...flags, '--no-warnings', join(folder, 'unconfined.ts'), attack, aim]
  const env = { KHUDI_TEST_SECRET: 'the secret of the server' }
  return new Promise((resolve) => {
    execFile(process.execPath, program, { env, timeout: 60_000 }, (error, proof) =>
      resolve(error === null ? proof : ''),
    )
  })
}

describe('the same attack gets through where nothing confines it', () => {
  for (const attack of Object.keys(attacks)) {
    test(attack, async () => assert.notEqual(await unconfined(attack, []), ''))
  }
})

/** What the permission model leaves, and `child.ts` or the limits of the system take away. */
const leftByNode = [
  'reads_the_environment',
  'signals_the_server',
  'changes_its_title',
  'sets_flags',
  'opens_a_database',
  'imports_from_text',
  'imports_the_kernel',
  'eats_memory_outside_the_heap',
  'bombs_with_webassembly',
  'spins',
  'backtracks',
  'floods_its_answer',
]

describe("Node's permission model alone stops", () => {
  const flags = flagsOf({ folder, enginesFolder }, caps)
  for (const attack of Object.keys(attacks).filter((name) => !leftByNode.includes(name))) {
    test(attack, async () => assert.equal(await unconfined(attack, flags), ''))
  }
  test('and leaves signals, which is why the process object is taken away', async () =>
    assert.equal(await unconfined('signals_the_server', flags), 'true'))
})

test('a reference that tells what is sealed is not kept', async () => {
  const payloads = [
    JSON.stringify({ number: 'T', filedOn: '2026-01-01', attack: 'tells', holder: '35202-1234567-1' }),
  ]
  const task = { kind: 'decide', applicationId: 'saboteur', payloads, models: {} } as const
  const [answer] = await workers().run(task)
  assert.deepEqual(answer?.ok === false && answer.problems.map(({ code }) => code), ['field.not_nameable'])
})

for (const [name, why] of [
  ['reads', /imports the SDK and its own files only/],
  ['spins', /it (did not answer|used more processor)/],
] as const) {
  test(`an application that ${name} when it is loaded is not loaded, and the server goes on`, async () => {
    const parent = freshFolder(`at-import-${name}`)
    const { cpSync } = await import('node:fs')
    cpSync(join(root, 'test/hostile/at-import', name), join(parent, name), { recursive: true })
    await assert.rejects(loadApplications([], [parent]), why)
  })
}
