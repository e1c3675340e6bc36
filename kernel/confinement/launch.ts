/** How a confined process is started: Node's permission model, the operating system's limits, and nothing handed on. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Caps } from './caps.ts'

export interface Launch {
  readonly applicationId: string
  /** Folder of the application. */
  readonly folder: string
  readonly digest: Uint8Array
  readonly enginesFolder: string
  /** What is started; tests put a program of their own in its place. */
  readonly entry?: string
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Limits of the operating system for the process and all it could start: no dump of its memory, no file written, and so much
 * private memory, which counts array buffers and WebAssembly too (the engine's own limit counts its heap only). It ends with
 * whoever started it, also where that was killed: an application that spins would spin on (PR_SET_PDEATHSIG, prctl(2), by util-linux'
 * setpriv, which every distribution has; without it a killed server leaves such a process behind). Then it becomes Node.
 */
const limited =
  'ulimit -c 0; ulimit -f 0; ulimit -d "$1" || exit 97; shift; ' +
  'if setpriv --pdeathsig KILL true 2>/dev/null; then exec setpriv --pdeathsig KILL "$@"; else exec "$@"; fi'

/** Private memory that Node itself sets aside before any application: 572 MiB with Node 26, of which it touches a seventh. */
const ownMib = 640

/** Flags of Node: reads named folders, and nothing else of the machine. */
export function flagsOf({ folder, enginesFolder }: Pick<Launch, 'folder' | 'enginesFolder'>, caps: Caps) {
  // The SDK is found by its name in our modules, where it is a link to its folder.
  const sdk = [here('../../sdk'), here('../../node_modules/@khudi')]
  const libraries = ['zod', 'canonicalize'].map(libraryFolder)
  const readable = [realpathSync(folder), enginesFolder, here('../'), ...sdk, ...libraries]
  return [
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    '--no-addons',
    '--disable-sigusr1',
    '--frozen-intrinsics',
    '--disable-proto=delete',
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${caps.memoryMib}`,
    '--no-warnings',
  ]
}

/** Where a library lies that the SDK or the worker's program imports. */
function libraryFolder(name: string): string {
  const entry = realpathSync(fileURLToPath(import.meta.resolve(name)))
  const place = `/node_modules/${name}`
  return entry.slice(0, entry.lastIndexOf(`${place}/`) + place.length)
}

export type ConfinedChild = ChildProcessByStdio<Writable, Readable, Readable>

/** Standard input and output are the conversation; no variable of the environment and no other file is handed on. */
export function launch(given: Launch, caps: Caps): ConfinedChild {
  const entry = given.entry ?? here('child.ts')
  const memoryKib = (caps.memoryMib + ownMib) * 1024
  return spawn(
    '/bin/sh',
    ['-c', limited, 'sh', String(memoryKib), process.execPath, ...flagsOf(given, caps), entry],
    { cwd: '/', env: { TZ: 'UTC' }, stdio: ['pipe', 'pipe', 'pipe'] },
  )
}
