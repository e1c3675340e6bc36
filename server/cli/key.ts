/** Keys of connected systems. */
import { type Command, InvalidArgumentError } from 'commander'
import { issueKey, keysOf, revokeKey, type UsedKeyRow } from '../../kernel/access-keys/access-keys.ts'
import { keyReply } from '../../kernel/access-keys/routes.ts'
import { Refusal } from '../../kernel/errors.ts'
import { type CommandContext, type CommonOptions, withContext } from './context.ts'

const dayMs = 86_400_000

export function keyCommands(program: Command): void {
  const key = program.command('key').description('keys of connected systems')
  issueCommand(key)
  key
    .command('list')
    .description('every key, newest first, with its bonds and its last use')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const rows = await keysOf(kernel, actor)
        const at = kernel.clock()
        print(rows.map(keyReply), rows.length > 0 ? rows.flatMap((row) => lines(row, at)) : ['No keys yet.'])
      })
    })
  key
    .command('revoke')
    .description('revokes a key; servers that run refuse it within a second')
    .argument('<id>', 'identifier of the key, or how it begins')
    .action(async (id: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async (context) => {
        const { keyId, label } = await named(context, id)
        const { revokedAt } = await revokeKey(context.kernel, context.actor, keyId)
        context.print({ keyId, label, revokedAt }, [`revoked: ${label}  ${keyId.slice(0, 12)}`])
      })
    })
}

interface IssueOptions extends CommonOptions {
  readonly role: string[]
  readonly application?: string
  readonly purpose?: string[]
  readonly from?: string[]
  readonly days: number
}

function issueCommand(key: Command): void {
  key
    .command('issue')
    .description('issues a key; it is printed once')
    .argument('<label>', 'what the key is for')
    .option('--role <roles...>', 'roles', ['machine'])
    .option('--application <id>', 'bind the key to one application')
    .option('--purpose <purposes...>', 'bind it to purposes of reading sealed data')
    .option('--from <networks...>', 'bind it to networks, 10.1.0.0/16 or 2001:db8::/32')
    .option('--days <number>', 'days until it expires, a year at most', days, 365)
    .action(async (label: string, _options: unknown, command: Command) => {
      const options: IssueOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const expiresAt = new Date(kernel.clock().getTime() + options.days * dayMs)
        const issued = await issueKey(kernel, actor, {
          label,
          roles: options.role,
          applicationId: options.application,
          purposes: options.purpose,
          addresses: options.from,
          expiresAt,
        })
        print({ label, key: issued, expiresAt }, [issued])
      })
    })
}

async function named({ kernel, actor }: CommandContext, id: string): Promise<ReturnType<typeof keyReply>> {
  const found = (await keysOf(kernel, actor)).map(keyReply).filter(({ keyId }) => keyId.startsWith(id))
  const [one, another] = found
  if (one === undefined) throw new Refusal('key.not_found')
  if (another !== undefined) throw new Refusal('command.digest_ambiguous', { digest: id })
  return one
}

function lines(row: UsedKeyRow, at: Date): readonly string[] {
  const { keyId, label, roles, applicationId, purposes, addresses, usedAt } = keyReply(row)
  const state = row.revokedAt !== null ? 'revoked' : row.expiresAt <= at ? 'expired' : 'good'
  return [
    `${keyId.slice(0, 12)}  ${state.padEnd(7)}  ${label}  until ${row.expiresAt.toISOString().slice(0, 10)}, last used ${usedAt?.slice(0, 16) ?? 'never'}`,
    `  ${roles.join(' ')}; application: ${applicationId ?? 'any'}; purposes: ${purposes?.join(' ') ?? 'any'}; from: ${addresses?.join(' ') ?? 'anywhere'}`,
  ]
}

function days(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 366)
    throw new InvalidArgumentError('expected 1 to 366 days')
  return value
}
