/** Break-glass at the command line: a role for an hour at most, and who has taken one. */
import { type Command, InvalidArgumentError } from 'commander'
import {
  breakGlass,
  glassesAt,
  mostMinutes,
  type ReviewedGlass,
} from '../../kernel/break-glass/break-glass.ts'
import { glassReply } from '../../kernel/break-glass/routes.ts'
import { type CommonOptions, withContext } from './context.ts'

const shownAtMost = 200

export function glassCommands(program: Command): void {
  const glass = program.command('glass').description('break-glass: a role in an emergency, loudly')
  glass
    .command('break')
    .description('takes a role for a short time; an auditor reviews it on the pages')
    .requiredOption('--role <role>', 'role to take')
    .requiredOption('--reason <text>', 'what has happened, and why it cannot wait; at least 20 characters')
    .option('--minutes <number>', `for how long, ${mostMinutes} at most`, minutes, 30)
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions & { role: string; reason: string; minutes: number } =
        command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const { role, reason } = options
        const row = await breakGlass(kernel, actor, { role, reason, minutes: options.minutes })
        const shown = { ...row, reviewedBy: null, reviewedAt: null, finding: null }
        print(glassReply(shown), [`${role} until ${row.endsAt.toISOString()}, recorded as ${row.glassId}`])
      })
    })
  glass
    .command('list')
    .description('every break-glass, newest first')
    .option('--open', 'only what no auditor has reviewed')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions & { readonly open?: boolean } = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const wanted = { isOpen: options.open === true, after: undefined, size: shownAtMost }
        const rows = await glassesAt(kernel, actor, wanted)
        print(rows.map(glassReply), rows.length > 0 ? rows.flatMap(lines) : ['The glass is whole.'])
      })
    })
}

const lines = ({ glassId, brokenBy, role, reason, brokenAt, reviewedBy, finding }: ReviewedGlass) => [
  `${brokenAt.toISOString()}  ${brokenBy}  ${role ?? 'approved alone'}  ${reviewedBy === null ? 'NOT REVIEWED' : `reviewed by ${reviewedBy}`}  ${glassId}`,
  `  ${reason}`,
  ...(finding === null ? [] : [`  found: ${finding}`]),
]

function minutes(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value)) throw new InvalidArgumentError('expected whole minutes')
  return value
}
