/** Our own server's life: made, shared, killed, orphaned, damaged. Each test has a folder of its own. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openServer, type Server } from './server.ts'

const isRoot = process.getuid?.() === 0
const log = { info: () => undefined, warn: () => undefined }
const root = mkdtempSync(join(tmpdir(), 'khudi-server-'))
// The server's user passes through, as it does through an ordinary /srv.
chmodSync(root, 0o755)
after(() => rmSync(root, { recursive: true, force: true }))

let folders = 0
function newFolder(): string {
  folders += 1
  return join(root, `var-${folders}`)
}

const open = (folder: string): Promise<Server> => openServer({ folder, durable: false, log })

async function ask(server: Server, sql: string): Promise<unknown> {
  const client = new pg.Client(server.connection('khudi', 'postgres'))
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

function pidOf(server: Server): number {
  return Number(readFileSync(join(server.dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0])
}

function isRunning(server: Server): boolean {
  try {
    return process.kill(pidOf(server), 0)
  } catch {
    return false
  }
}

/** A process of its own that opens the server of a folder, says so, and stays until it is killed or told to leave. */
async function openElsewhere(folder: string, options: { readonly uid?: number } = {}): Promise<ChildProcess> {
  const program = `
    import { openServer } from ${JSON.stringify(fileURLToPath(new URL('server.ts', import.meta.url)))}
    const log = { info() {}, warn() {} }
    const server = await openServer({ folder: ${JSON.stringify(folder)}, durable: false, log })
    console.log(server.attached ? 'attached' : 'started')
    process.stdin.on('data', async () => { await server.close(); process.exit() })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  })
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => ['it ended without a word']),
  ])
  said.set(child, String(line).trim())
  return child
}
const said = new WeakMap<ChildProcess, string>()

async function ended(child: ChildProcess, how: 'kill' | 'leave'): Promise<void> {
  const exit = once(child, 'exit')
  if (how === 'kill') child.kill('SIGKILL')
  else child.stdin?.write('leave\n')
  await exit
}

test('a new folder gets a server with checksums, UTF-8 and no door but its socket', async () => {
  const server = await open(newFolder())
  assert.equal(server.attached, false)
  assert.equal(await ask(server, `select current_setting('data_checksums')`), 'on')
  assert.equal(
    await ask(server, `select pg_encoding_to_char(encoding) from pg_database where datname = 'postgres'`),
    'UTF8',
  )
  assert.equal(await ask(server, `select current_setting('listen_addresses')`), '')
  assert.equal(await ask(server, `select 'ا' < 'ب' and upper('é') = 'É'`), true)
  await server.close()
})

test('who closes last stops the server, and what was stored is there at the next start', async () => {
  const folder = newFolder()
  const first = await open(folder)
  const second = await open(folder)
  assert.equal(second.attached, true)
  await ask(first, 'create table kept as select 42 as answer')
  await first.close()
  assert.equal(isRunning(second), true)
  await second.close()
  assert.equal(isRunning(second), false)
  const third = await open(folder)
  assert.equal(await ask(third, 'select answer from kept'), 42)
  await third.close()
})

test('a killed server is brought back by whoever is present', async () => {
  const server = await open(newFolder())
  const killed = pidOf(server)
  process.kill(killed, 'SIGKILL')
  await until(() =>
    ask(server, 'select 1').then(
      (one) => one === 1 && pidOf(server) !== killed,
      () => false,
    ),
  )
  await server.close()
  assert.equal(isRunning(server), false)
})

test('the server of a killed process is found and used by the next', async () => {
  const folder = newFolder()
  const killed = await openElsewhere(folder)
  assert.equal(said.get(killed), 'started')
  await ended(killed, 'kill')
  const server = await open(folder)
  assert.equal(server.attached, true)
  await server.close()
  assert.equal(isRunning(server), false)
})

test('of several processes that come at once one starts the server and all use it', async () => {
  const folder = newFolder()
  const children = await Promise.all([1, 2, 3].map(() => openElsewhere(folder)))
  assert.deepEqual(children.map((child) => said.get(child)).sort(), ['attached', 'attached', 'started'])
  await Promise.all(children.map((child) => ended(child, 'leave')))
  const server = await open(folder)
  assert.equal(server.attached, false)
  await server.close()
})

test('a kill while the folder was being made leaves nothing in the way', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'postgres.new/base'), { recursive: true })
  writeFileSync(join(folder, 'postgres.new/PG_VERSION'), '18\n')
  if (isRoot) chmodSync(folder, 0o711)
  const server = await open(folder)
  assert.equal(await ask(server, 'select 1'), 1)
  assert.equal(existsSync(join(folder, 'postgres.new')), false)
  await server.close()
})

test('a number of a process that is left over from before a reboot does not stop the start', async () => {
  const folder = newFolder()
  const server = await open(folder)
  await server.close()
  writeFileSync(
    join(server.dataFolder, 'postmaster.pid'),
    `${process.pid}\n${server.dataFolder}\n1700000000\n5432\n${server.dataFolder}\n\n`,
  )
  const again = await open(folder)
  assert.equal(again.attached, false)
  await again.close()
})

test('a start right after the server was killed waits for what the dead server left running', async () => {
  const folder = newFolder()
  const killed = await openElsewhere(folder)
  const pid = Number(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
  await ended(killed, 'kill')
  process.kill(pid, 'SIGKILL')
  const server = await open(folder)
  assert.equal(await ask(server, 'select 1'), 1)
  await server.close()
})

test('a damaged folder is told in one sentence, and nothing is left running', async () => {
  const folder = newFolder()
  const server = await open(folder)
  await server.close()
  truncateSync(join(server.dataFolder, 'global/pg_control'), 100)
  await assert.rejects(open(folder), { name: 'Fatal', code: 'database.folder_damaged' })
  assert.equal(isRunning(server), false)
  rmSync(join(server.dataFolder, 'PG_VERSION'))
  await assert.rejects(open(folder), { code: 'database.folder_damaged', message: /PG_VERSION is missing/ })
})

test('a folder of another version of PostgreSQL is told in one sentence', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'postgres'), { recursive: true })
  writeFileSync(join(folder, 'postgres/PG_VERSION'), '16\n')
  await assert.rejects(open(folder), {
    code: 'database.version_mismatch',
    parameters: { folder: join(folder, 'postgres'), found: '16', expected: '18' },
  })
})

test('a folder that cannot be made is told in one sentence', async () => {
  const file = join(root, 'a-file')
  writeFileSync(file, '')
  await assert.rejects(open(join(file, 'var')), { code: 'database.folder_unwritable' })
})

test('a folder whose path is too long for a socket gets a short one', async () => {
  const folder = join(root, 'long-'.padEnd(90, 'x'), 'var')
  mkdirSync(folder, { recursive: true })
  const server = await open(folder)
  const { host } = server.connection('khudi', 'postgres')
  assert.notEqual(host, server.dataFolder)
  assert.equal(await ask(server, 'select 1'), 1)
  await server.close()
  if (host !== undefined) rmSync(host, { recursive: true })
})

test('under root, a folder that others cannot enter keeps its data elsewhere and says where', {
  skip: !isRoot && 'needs root',
}, async () => {
  const closed = join(root, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const folder = join(closed, 'var')
  const server = await open(folder)
  assert.match(server.dataFolder, /^\/var\/lib\/khudi\/closed-[0-9a-f]{8}$/)
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'postgres.json'), 'utf8')), {
    data: server.dataFolder,
  })
  await ask(server, 'create table kept as select 42 as answer')
  await server.close()
  const again = await open(folder)
  assert.equal(await ask(again, 'select answer from kept'), 42)
  await again.close()
  rmSync(server.dataFolder, { recursive: true })
})

const nobody = 65_534
/** Whether the user `nobody` can run the pinned Node where this checkout lies. */
const isOpenToNobody =
  isRoot && spawnSync(process.execPath, ['--version'], { uid: nobody, gid: nobody }).status === 0

test('an ordinary user runs it alone, and root after it as that user', {
  skip: !isOpenToNobody && 'needs root, and a checkout that others can enter',
}, async () => {
  const folder = newFolder()
  mkdirSync(folder, { mode: 0o700 })
  chownSync(folder, nobody, nobody)
  const child = await openElsewhere(folder, { uid: nobody })
  assert.equal(said.get(child), 'started')
  await ended(child, 'leave')
  const server = await open(folder)
  assert.equal(dirname(server.dataFolder), folder)
  await server.close()
})

/** Waits for something that takes its time, at most half a minute. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 30_000
  while (!(await holds())) {
    assert.ok(performance.now() < giveUpAt, 'it did not come about')
    await sleep(20)
  }
}
