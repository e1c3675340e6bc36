/** The command line. Usage errors end with 2, refusals with 1, interruptions with 130. */
import { Command, CommanderError } from 'commander'
import { Refusal } from '../kernel/errors.ts'
import { accessCommands } from './cli/access.ts'
import { applicationCommands } from './cli/application.ts'
import { backendCommands } from './cli/backend.ts'
import { backupCommands } from './cli/backup.ts'
import { breachCommands } from './cli/breach.ts'
import { caseCommands } from './cli/case.ts'
import { consentCommands } from './cli/consent.ts'
import { Interrupted } from './cli/context.ts'
import { decideCommand } from './cli/decide.ts'
import { doctorCommand } from './cli/doctor.ts'
import { glassCommands } from './cli/glass.ts'
import { importCommand } from './cli/import.ts'
import { keysCommands } from './cli/keys.ts'
import { logCommands } from './cli/log.ts'
import { modelCommands } from './cli/model.ts'
import { personCommands } from './cli/person.ts'
import { policyCommands } from './cli/policy.ts'
import { proposalCommands } from './cli/proposal.ts'
import { receiptCommands } from './cli/receipt.ts'
import { rightsCommands } from './cli/rights.ts'
import { signInCommands } from './cli/sign-in.ts'
import { sovereigntyCommands } from './cli/sovereignty.ts'
import { unitCommands } from './cli/unit.ts'
import { vaultCommands } from './cli/vault.ts'
import { witnessCommands } from './cli/witness.ts'
import { readSettings } from './settings.ts'
import { start } from './start.ts'
import { productVersion } from './version.ts'

/** Every command, with what it takes. */
export function commandLine(): Command {
  const program = new Command('khudi')
    .description('A self-hosted sovereign AI platform for public institutions')
    .version(productVersion)
    .option('--json', 'print results and refusals as JSON')
    .option('--institution <slug>', 'which institution, where the node has several')
    .showHelpAfterError('(khudi --help lists the commands)')
    .showSuggestionAfterError()
    .exitOverride()
  program
    .command('start')
    .description('serves the platform; sets up a demonstration where there is no institution')
    .option('--port <number>', 'port to listen on (KHUDI_PORT, 8080)')
    .action(async ({ port }: { port?: string }) => {
      await start(readSettings({ ...process.env, ...(port !== undefined && { KHUDI_PORT: port }) }))
    })
  for (const add of commands) add(program)
  return program
}

/** In the order in which help lists them. */
const commands: readonly ((program: Command) => void)[] = [
  importCommand,
  decideCommand,
  modelCommands,
  caseCommands,
  applicationCommands,
  accessCommands,
  signInCommands,
  unitCommands,
  personCommands,
  consentCommands,
  policyCommands,
  proposalCommands,
  glassCommands,
  rightsCommands,
  breachCommands,
  vaultCommands,
  receiptCommands,
  logCommands,
  witnessCommands,
  keysCommands,
  backendCommands,
  backupCommands,
  sovereigntyCommands,
  doctorCommand,
]

/** Runs one command line; resolves with the exit status. */
export async function runCommandLine(parameters: readonly string[]): Promise<number> {
  const program = commandLine()
  try {
    await program.parseAsync([...parameters], { from: 'user' })
    // Set by a command that did its work and found that something is wrong.
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return report(error, program.opts().json === true)
  }
}

function report(error: unknown, isJson: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof Interrupted) {
    process.stderr.write('Interrupted. What was committed stays; the same command goes on with the rest.\n')
    return 130
  }
  if (error instanceof Refusal) {
    if (isJson) process.stdout.write(`${JSON.stringify(problemOf(error), null, 2)}\n`)
    else process.stderr.write(`${error.title('en')}.\n${error.remedy('en')}\n${problemLines(error)}`)
    return 1
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 70
}

function problemOf(refusal: Refusal) {
  return {
    code: refusal.code,
    title: { en: refusal.title('en'), ur: refusal.title('ur') },
    remedy: { en: refusal.remedy('en'), ur: refusal.remedy('ur') },
    problems: refusal.problems,
  }
}

function problemLines({ problems }: Refusal): string {
  return problems.map(({ field, message }) => `  ${field}: ${message.en}\n`).join('')
}

// The launcher imports this file in the place of its own.
if (process.argv[1] === import.meta.filename) {
  // The launcher has loaded it before anything else; whoever runs this file by itself is guarded from here on.
  await import('./guard/preload.ts')
  const status = await runCommandLine(process.argv.slice(2))
  // A command that did its work and found something wrong has set a status of its own.
  if (status !== 0) process.exitCode = status
}
