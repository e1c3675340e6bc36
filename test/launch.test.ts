/** The commands in `bin/`, in a checkout made of the real one's files: what they install, what they run, how they end. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { root } from './files.ts'

mkdirSync(join(root, 'var'), { recursive: true })
const folder = mkdtempSync(join(root, 'var/launch-'))
after(() => rmSync(folder, { recursive: true }))

/** A Node that is not the pinned one by its path, as the machine's would be. A link, for the program is large. */
const machineNode = join(folder, 'machine-node')
linkSync(realpathSync(join(root, 'node_modules/.bin/node')), machineNode)

let checkouts = 0
/** A checkout with the real packages, whose lock file is changed by `edit`. */
function checkout(edit: (lock: string) => string = (lock) => lock): string {
  checkouts += 1
  const path = join(folder, `checkout-${checkouts}`)
  mkdirSync(join(path, 'test'), { recursive: true })
  cpSync(join(root, 'bin'), join(path, 'bin'), { recursive: true })
  cpSync(join(root, 'package.json'), join(path, 'package.json'))
  writeFileSync(join(path, 'package-lock.json'), edit(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
  return path
}

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly output: string
}

function start(
  path: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  return spawn(machineNode, [join(path, 'bin/run.mjs'), ...parameters], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    output += String(chunk)
  })
  const [code, signal]: (number | string | null)[] = await once(child, 'close')
  return {
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
    output,
  }
}

function script(path: string, text: string): string {
  writeFileSync(join(path, 'test/script.ts'), text)
  return 'test/script.ts'
}

test('a file runs under the pinned Node with its parameters, and its end is the command’s', async () => {
  const path = checkout()
  const file = script(path, 'console.log(process.execPath, process.argv.slice(2)); process.exit(7)')
  const { code, output } = await endOf(start(path, [file, 'one', '--two']))
  assert.match(output, /node_modules\/(\.bin|node-linux-\w+\/bin)\/node \[ 'one', '--two' \]/)
  assert.equal(code, 7)
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  test(`${signal} reaches the program, which ends as it likes`, async () => {
    const path = checkout()
    const file = script(
      path,
      `process.on('${signal}', () => process.exit(9)); console.log('ready'); setInterval(() => {}, 1000)`,
    )
    const child = start(path, [file])
    assert.ok(child.stdout)
    await once(child.stdout, 'data')
    child.kill(signal)
    assert.equal((await endOf(child)).code, 9)
  })

test('a program that a signal ends is reported as ended by it', async () => {
  const path = checkout()
  const { code, signal } = await endOf(start(path, [script(path, `process.kill(process.pid, 'SIGKILL')`)]))
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGKILL' })
})

test('a package’s program runs under the pinned Node', async () => {
  const { code, output } = await endOf(start(checkout(), ['--bin', 'biome', '--version']))
  assert.match(output, /^Version: \d/)
  assert.equal(code, 0)
})

test('a program that no package brings is told in one sentence', async () => {
  const { code, output } = await endOf(start(checkout(), ['--bin', 'nonesuch']))
  assert.equal(output, 'No installed package brings the program nonesuch.\n')
  assert.equal(code, 1)
})

test('packages older than the lock file are noticed, and where npm is missing one sentence says so', async () => {
  const path = checkout((lock) => lock.replace(/("node_modules\/zod": \{\s+"version": ")[^"]+/, '$10.0.1'))
  const { code, output } = await endOf(start(path, [script(path, '')], { PATH: '/nonexistent' }))
  assert.match(output, /^Installing packages \(zod is of another version\); this takes a minute once\.\n/)
  assert.match(
    output,
    /npm cannot be started \(.*\): install npm, or run npm ci elsewhere and copy node_modules\.\n$/,
  )
  assert.equal(code, 1)
})

test('without a lock file it says to fetch the checkout again', async () => {
  const path = checkout(() => '{')
  const { code, output } = await endOf(start(path, [script(path, '')]))
  assert.equal(output, 'package-lock.json is missing or damaged: fetch the checkout again.\n')
  assert.equal(code, 1)
})
