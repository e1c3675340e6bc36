/** What one person proposes and another approves. */
import { type Command, Option } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import {
  approve,
  approveAlone,
  type Proposal,
  proposalNamed,
  proposalsOf,
  reject,
  withdraw,
} from '../../kernel/proposals/proposals.ts'
import { proposalReply } from '../../kernel/proposals/routes.ts'
import { type CommandContext, type CommonOptions, withContext } from './context.ts'

export interface AloneOptions {
  readonly breakGlass?: string
}

/** Does without a second person, openly. */
export const alone = () =>
  new Option(
    '--break-glass <reason>',
    'let it through without a second person, where there is none: said loudly in the log and on auditors’ pages until reviewed',
  )

const shownOfList = 200

export function proposalCommands(program: Command): void {
  const proposal = program.command('proposal').description('what one person proposes and another approves')
  proposal
    .command('list')
    .description('proposals that are open, newest first')
    .option('--all', 'those that have ended too')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions & { readonly all?: boolean } = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const wanted = { isOpen: options.all !== true, after: undefined, size: shownOfList }
        const found = await proposalsOf(kernel, actor, wanted)
        print(found.map(proposalReply), found.length > 0 ? found.map(line) : ['Nothing is proposed.'])
      })
    })
  onOne(proposal, 'show', 'a proposal in full')((context, id) => named(context, id))
  endingCommands(proposal)
  onOne(
    proposal,
    'withdraw',
    'takes a proposal of your own back',
  )(async (context, id) => {
    const { proposalId } = await named(context, id)
    return withdraw(context.kernel, context.actor, proposalId)
  })
}

/** What another person does with it. */
function endingCommands(proposal: Command): void {
  proposal
    .command('approve')
    .description('approves a proposal of somebody else, and does what it says')
    .argument('<id>', 'identifier of the proposal, or how it ends')
    .addOption(alone())
    .action(async (id: string, _options: unknown, command: Command) => {
      const options: CommonOptions & AloneOptions = command.optsWithGlobals()
      await withContext(options, async (context) => {
        const { kernel, actor, print } = context
        const { proposalId } = await named(context, id)
        const reason = options.breakGlass
        const ended =
          reason === undefined
            ? await approve(kernel, actor, proposalId)
            : await approveAlone(kernel, actor, { proposalId, reason })
        print(proposalReply(ended), proposalLines(ended))
      })
    })
  proposal
    .command('reject')
    .description('rejects a proposal of somebody else')
    .argument('<id>', 'identifier of the proposal, or how it ends')
    .requiredOption('--reason <text>', 'why')
    .action(async (id: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { readonly reason: string } = command.optsWithGlobals()
      await withContext(options, async (context) => {
        const { proposalId } = await named(context, id)
        const given = { proposalId, reason: options.reason }
        const ended = await reject(context.kernel, context.actor, given)
        context.print(proposalReply(ended), proposalLines(ended))
      })
    })
}

/** A command that takes a proposal and prints it. */
function onOne(proposal: Command, name: string, description: string) {
  return (act: (context: CommandContext, id: string) => Promise<Proposal>) =>
    proposal
      .command(name)
      .description(description)
      .argument('<id>', 'identifier of the proposal, or how it ends')
      .action(async (id: string, _options: unknown, command: Command) => {
        const options: CommonOptions = command.optsWithGlobals()
        await withContext(options, async (context) => {
          const one = await act(context, id)
          context.print(proposalReply(one), proposalLines(one))
        })
      })
}

/** Identifiers of one time begin alike, so that their ends tell them apart. */
async function named({ kernel, actor }: CommandContext, id: string): Promise<Proposal> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return proposalNamed(kernel, actor, id)
  const all = await proposalsOf(kernel, actor, { isOpen: false, after: undefined, size: shownOfList })
  const [found, another] = all.filter(({ proposalId }) => id.length >= 4 && proposalId.endsWith(id))
  if (found === undefined) throw new Refusal('proposal.not_found')
  if (another !== undefined) throw new Refusal('command.digest_ambiguous', { digest: id })
  return found
}

const line = ({ proposalId, state, description, proposedBy }: Proposal) =>
  `${proposalId.slice(-12)}  ${state.padEnd(9)}  ${description.en} (${proposedBy})`

export function proposalLines(one: Proposal): readonly string[] {
  const { proposalId, state, description, proposedBy, endedBy, endedAt, reason, glassId } = one
  const ended = endedBy === null ? [] : [`  ${state} by ${endedBy}, ${endedAt?.toISOString() ?? ''}`]
  return [
    `${state}: ${description.en}`,
    `  proposal ${proposalId}, by ${proposedBy}, ${one.proposedAt.toISOString()}`,
    ...ended,
    ...(reason === null ? [] : [`  because: ${reason}`]),
    ...(glassId === null ? [] : [`  break-glass ${glassId}, to be reviewed by an auditor`]),
    ...(state === 'proposed'
      ? [
          `Another person approves it until ${one.expiresAt.toISOString()}: khudi proposal approve ${proposalId.slice(-12)}`,
        ]
      : []),
  ]
}
