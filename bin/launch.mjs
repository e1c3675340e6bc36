/**
 * What both commands do first: install what the lock file names, then go on under the Node that it pins.
 *
 * Plain JavaScript for the machine's Node (20 or later) and without dependencies, for it runs before any is installed.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import * as module from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const NODE_MAJOR = 26
/** Loaded before anything else where the network is guarded. */
const guard = pathToFileURL(join(root, 'server', 'guard', 'preload.ts')).href

/**
 * Runs a TypeScript file of the checkout under the pinned Node.
 *
 * @param {string} file relative to the root of the checkout
 * @param {readonly string[]} parameters
 * @param {{ development: boolean, guarded?: boolean }} needs whether packages that only checks and benchmarks use must be there;
 *   whether nothing may reach the network but through the way out that the platform keeps
 */
export async function launch(file, parameters, needs) {
  install(needs)
  const target = join(root, file)
  // Stripping types and compiling are done once for each version of a file. The variable reaches workers and children.
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'khudi')
  const node = pinnedNode()
  if (node === undefined || realpathSync(node) === realpathSync(process.execPath)) {
    process.argv = [process.execPath, target, ...parameters]
    module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
    if (needs.guarded) await import(guard)
    await import(pathToFileURL(target).href)
    return
  }
  // Node calls ML-DSA in Web Crypto experimental; that it may change is for us to follow, not for whoever runs a command.
  const first = needs.guarded ? [`--import=${guard}`] : []
  follow(node, ['--disable-warning=ExperimentalWarning', ...first, target, ...parameters])
}

/** Runs a program of an installed package, `biome` for one. */
export function launchBin(name, parameters) {
  install({ development: true })
  const program = join(bin, name)
  if (!existsSync(program)) stop(`No installed package brings the program ${name}.`)
  follow(program, parameters)
}

/** The Node among the packages; undefined where they bring none and the one that runs us is new enough. */
function pinnedNode() {
  const node = join(bin, 'node')
  if (existsSync(node)) return node
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return undefined
  return stop(
    `Khudi needs Node ${NODE_MAJOR} and its packages bring none for ${process.platform} ${process.arch}: ` +
      `install Node ${NODE_MAJOR} and run the command under it (this is ${process.version}).`,
  )
}

function install(needs) {
  const reason = whatIsMissing(needs)
  if (reason === undefined) return
  console.error(`Installing packages (${reason}); this takes a minute once.`)
  const { status, error } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      // Standard output stays clean for those who read the command's own.
      stdio: ['ignore', 2, 2],
    },
  )
  if (error !== undefined)
    stop(
      `npm cannot be started (${error.message}): install npm, or run npm ci elsewhere and copy node_modules.`,
    )
  if (status !== 0)
    stop(
      'npm ci failed, for the reason above: check the connection to the package registry and run the command again.',
    )
}

/** Compares the lock file with the one that npm leaves in node_modules as the last act of an installation. */
function whatIsMissing({ development }) {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  if (wanted === undefined) return stop('package-lock.json is missing or damaged: fetch the checkout again.')
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return 'none are installed'
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') || (entry.dev && !development)) continue
    const found = installed[path]
    // An optional package of another platform is rightly absent, of another version never right.
    if (found === undefined && (entry.optional || entry.devOptional)) continue
    if (found === undefined) return `${path.slice('node_modules/'.length)} is missing`
    if (found.version !== entry.version) return `${path.slice('node_modules/'.length)} is of another version`
  }
  return undefined
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Runs a child in our place: its input and output are ours, signals go to it, its end is our end. */
function follow(program, parameters) {
  const child = spawn(program, parameters, {
    stdio: 'inherit',
    // Programs of packages begin with `#!/usr/bin/env node`: let that be the pinned one.
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well; a second one would tell it to hurry.
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    })
  child.on('error', (error) => stop(`${program} cannot be run: ${error.message}.`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/** @returns {never} */
function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}
