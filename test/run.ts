/**
 * Runs every check: types, lint and format, then the tests on our own PostgreSQL, then those that use a database once more
 * on the machine's own PostgreSQL. Fails if anything fails; says what it skipped.
 *
 * `--check` leaves the second round out, `--long` adds `*.long.test.ts`, other words choose test files by their path.
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { openOwnServer } from './database.ts'
import { recordRun } from './evidence.ts'
import { root, testFiles, usingDatabase } from './files.ts'
import { machineBinaries, startMachinePostgres } from './machine-postgres.ts'
import { countConnections, countsFile } from './network/counts.ts'
import { inNamespace, namespaceWords } from './network/namespace.ts'

interface Counts {
  readonly tests: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Tests share two cores with the database; a hanging file must not hang the run. */
const CONCURRENCY = 2
const FILE_TIMEOUT_MS = 5 * 60_000

await goWithoutNetwork()

const flags = new Set(process.argv.slice(2).filter((word) => word.startsWith('--')))
const under = process.argv.slice(2).filter((word) => !word.startsWith('--'))
for (const flag of flags) if (flag !== '--check' && flag !== '--long') fail(`unknown option ${flag}`)

const skipped: string[] = []
const missing = process.env[inNamespace]
if (missing !== '')
  skipped.push(
    `the network namespace without a route: this machine does not allow it (${missing}); the counter counts all the same`,
  )
if (!existsSync(join(root, '../shared/data')))
  skipped.push('all that reads real files: ../shared/data is absent')
if (!existsSync('/usr/bin/chromium')) skipped.push('browser journeys: /usr/bin/chromium is absent')
const machine = machineBinaries()
if (machine === undefined)
  skipped.push('the second round: this machine has no PostgreSQL (15 or later) of its own')
else if (flags.has('--check'))
  skipped.push("the second round on the machine's own PostgreSQL: not part of --check")
if (!flags.has('--long')) skipped.push('*.long.test.ts: run with --long')

const results: string[] = []
/** How long each file took, in either round. */
const took: { readonly file: string; readonly tookMs: number }[] = []
let isRed = false

/** Ctrl-C ends the tests; the servers are then stopped on the way out, as after any run. */
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    isRed = true
    stop.abort()
  })

check('types', ['tsc', '--noEmit', '-p', root])
check('lint and format', ['biome', 'check', '--error-on-warnings', root])

const connections = join(mkdtempSync(join(tmpdir(), 'khudi-connections-')), 'attempts')
process.env[countsFile] = connections
process.env.NODE_OPTIONS =
  `${process.env.NODE_OPTIONS ?? ''} --import=${new URL('./network/preload.mjs', import.meta.url).href}`.trim()

const files = await testFiles(flags.has('--long'), under)
const own = await onOwnServer(files)
note('tests on our own PostgreSQL', own)
const again =
  machine === undefined || flags.has('--check') ? undefined : await onMachineServer(machine, files)

report()

/** Runs a program of an installed package on the whole checkout. */
function check(what: string, [program = '', ...parameters]: readonly string[]): void {
  heading(what)
  const { status } = spawnSync(join(root, 'node_modules/.bin', program), parameters, {
    cwd: root,
    stdio: 'inherit',
  })
  results.push(`${status === 0 ? 'ok    ' : 'FAILED'}  ${what}`)
  isRed ||= status !== 0
}

async function onOwnServer(all: readonly string[]): Promise<Counts> {
  heading('tests on our own PostgreSQL')
  const server = await openOwnServer()
  try {
    process.env.KHUDI_TEST_DATABASE = `socket:${server.connection('khudi', 'postgres').host}`
    return await runTests(all)
  } finally {
    await server.close()
  }
}

async function onMachineServer(binaries: string, all: readonly string[]): Promise<Counts> {
  const server = await startMachinePostgres(binaries)
  const what = `tests on this machine's PostgreSQL ${server.version}, through DATABASE_URL`
  heading(what)
  try {
    process.env.KHUDI_TEST_DATABASE = server.url
    process.env.KHUDI_DATABASE_SECRET = randomBytes(32).toString('hex')
    const counts = await runTests(await usingDatabase(all))
    note(what, counts)
    return counts
  } finally {
    await server.close()
  }
}

async function runTests(chosen: readonly string[]): Promise<Counts> {
  let counts: Counts = { tests: 0, passed: 0, failed: 0, skipped: 0 }
  if (chosen.length === 0) return counts
  const stream = run({
    files: [...chosen],
    concurrency: CONCURRENCY,
    timeout: FILE_TIMEOUT_MS,
    cwd: root,
    signal: stop.signal,
  })
  stream.on('test:summary', ({ file, duration_ms: tookMs, counts: seen }) => {
    if (file !== undefined) {
      took.push({ file: relative(root, file), tookMs })
      return
    }
    const { tests, passed, skipped: left, todo } = seen
    counts = { tests, passed, failed: tests - passed - left - todo, skipped: left }
  })
  stream.on('test:fail', () => {
    isRed = true
  })
  stream.on('test:pass', ({ name, skip, file }) => {
    if (skip === undefined || skip === false) return
    const where = file === undefined ? '' : `${relative(root, file)}: `
    skipped.push(`${where}${name}${typeof skip === 'string' ? ` (${skip})` : ''}`)
  })
  const printed = stream.compose(new spec())
  printed.pipe(process.stdout, { end: false })
  await new Promise((resolve, reject) => printed.on('end', resolve).on('error', reject))
  isRed ||= counts.failed > 0 || counts.tests === 0
  return counts
}

function note(what: string, { tests, passed, failed, skipped: left }: Counts): void {
  const isOk = failed === 0 && tests > 0
  results.push(
    `${isOk ? 'ok    ' : 'FAILED'}  ${what}: ${tests} tests, ${passed} passed, ${failed} failed, ${left} skipped`,
  )
}

/** The last lines are in the form of Node's own reporter, and about all rounds together. */
function report(): void {
  heading('summary')
  for (const line of new Set(skipped)) console.log(`SKIPPED  ${line}`)
  const { outside, provoked } = countConnections(connections)
  isRed ||= outside.length > 0
  for (const one of outside) results.push(`FAILED  outside connection: ${one}`)
  for (const line of results) console.log(line)
  const slowest = took.toSorted((one, other) => other.tookMs - one.tookMs).slice(0, 10)
  if (took.length > slowest.length)
    for (const { file, tookMs } of slowest) console.log(`slow    ${(tookMs / 1_000).toFixed(1)} s  ${file}`)
  console.log(
    `outside connections attempted: ${outside.length} (and ${provoked} on purpose, by children that the guard is tried on)`,
  )
  const sum = (pick: (counts: Counts) => number): number =>
    pick(own) + (again === undefined ? 0 : pick(again))
  console.log(`ℹ tests ${sum((counts) => counts.tests)}`)
  console.log(`ℹ pass ${sum((counts) => counts.passed)}`)
  console.log(`ℹ fail ${sum((counts) => counts.failed)}`)
  console.log(`ℹ skipped ${sum((counts) => counts.skipped)}`)
  // Only the whole suite, where there is no route, shows that the product works alone.
  if (missing === '' && under.length === 0) {
    const [runs, failures] = [sum((counts) => counts.tests), sum((counts) => counts.failed)]
    recordRun({ kind: 'suite-without-network', runs, failures, breaches: outside.length })
  }
  process.exitCode = isRed ? 1 : 0
}

/**
 * Goes on in a network namespace without a route, in a child that takes our place; here where the machine allows none, or where
 * we are there already.
 */
async function goWithoutNetwork(): Promise<void> {
  if (process.env[inNamespace] !== undefined) return
  const words = namespaceWords()
  process.env[inNamespace] = typeof words === 'string' ? words : ''
  if (typeof words === 'string') return
  const [program = '', ...parameters] = words
  const child = spawn(program, [...parameters, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
  })
  // A terminal sends Ctrl-C to the child as well.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  const [status] = await once(child, 'exit')
  process.exit(typeof status === 'number' ? status : 1)
}

function heading(text: string): void {
  console.log(`\n== ${text}`)
}

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(2)
}
