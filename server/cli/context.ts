/** What every command stands on: the platform opened, one institution, the operator who acts, and how to print. */
import { userInfo } from 'node:os'
import { type Actor, operatorActor } from '../../kernel/access/roles.ts'
import { glassesOf, underGlass } from '../../kernel/break-glass/break-glass.ts'
import { Refusal } from '../../kernel/errors.ts'
import { institutionNamed, institutions } from '../../kernel/institutions/institutions.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { ProposingKernel } from '../../kernel/proposals/kinds.ts'
import { openPlatform, type Platform } from '../platform.ts'
import { readSettings } from '../settings.ts'

/** Options of every command. */
export interface CommonOptions {
  readonly json?: boolean
  readonly institution?: string
}

export interface CommandContext {
  readonly platform: Platform
  readonly kernel: ProposingKernel
  readonly actor: Actor
  /** Aborted by Ctrl-C; a second one ends the process at once. */
  readonly signal: AbortSignal
  /** Prints JSON under `--json`, else the lines. */
  print(value: unknown, lines: readonly string[]): void
}

/** Opens the platform for one command and closes it whatever happens. */
export async function withContext(
  options: CommonOptions,
  command: (context: CommandContext) => Promise<void>,
): Promise<void> {
  await withPlatform(async (platform, signal) => {
    const institutionId = await chooseInstitution(platform.kernel, options.institution)
    const operator = operatorActor(institutionId, userInfo().username)
    const { kernel } = platform
    const actor = underGlass(operator, await glassesOf(kernel, operator), kernel.clock())
    await command({ platform, kernel: platform.kernel, actor, signal, print: printer(options) })
  })
}

/** The same without an institution, for commands about the node. */
export async function withPlatform(
  command: (platform: Platform, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const interrupted = interruption()
  const platform = await openPlatform({ settings: readSettings(process.env), log: quietLog })
  try {
    await command(platform, interrupted)
  } finally {
    await platform.close()
  }
}

export function printer(options: CommonOptions): CommandContext['print'] {
  return (value, lines) => {
    if (options.json === true) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    else for (const line of lines) process.stdout.write(`${line}\n`)
  }
}

/** A command prints its result; only what needs attention of the database reaches the terminal. */
const quietLog = {
  info: () => undefined,
  warn: (_fields: object, message: string) => process.stderr.write(`${message}\n`),
}

function interruption(): AbortSignal {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(new Interrupted())
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}

/** Thrown by work that was told to stop; whatever was committed stays, and the same command goes on with the rest. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

async function chooseInstitution(kernel: Kernel, slug: string | undefined): Promise<string> {
  if (slug !== undefined) return (await institutionNamed(kernel, slug)).institutionId
  const all = await institutions(kernel)
  const [only, another] = all
  if (only === undefined) throw new Refusal('command.institution_none')
  if (another !== undefined) {
    throw new Refusal('command.institution_needed', { institutions: all.map((one) => one.slug).join(', ') })
  }
  return only.institutionId
}
