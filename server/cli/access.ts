import { randomBytes } from 'node:crypto'
import { type Command, InvalidArgumentError } from 'commander'
import { createAccount, issueKey } from '../../kernel/access/access.ts'
import { operatorActor, roles } from '../../kernel/access/roles.ts'
import { foundInstitution } from '../../kernel/institutions/institutions.ts'
import { type CommonOptions, printer, withContext, withPlatform } from './context.ts'

const dayMs = 86_400_000

export function accessCommands(program: Command): void {
  institutionCommand(program)
  accountCommand(program)
  keyCommand(program)
}

function institutionCommand(program: Command): void {
  program
    .command('institution')
    .description('institutions of this node')
    .command('found')
    .description('founds an institution')
    .argument('<slug>', 'short name in lower-case letters, digits and dashes')
    .requiredOption('--en <title>', 'title in English')
    .requiredOption('--ur <title>', 'title in Urdu')
    .action(async (slug: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { en: string; ur: string } = command.optsWithGlobals()
      await withPlatform(async ({ kernel }) => {
        const title = { en: options.en, ur: options.ur }
        const made = await foundInstitution(kernel, operatorActor('', 'command'), { slug, title })
        printer(options)({ institutionId: made.institutionId, slug, title }, [
          `${slug}: ${made.institutionId}`,
        ])
      })
    })
}

function accountCommand(program: Command): void {
  program
    .command('account')
    .description('accounts of people')
    .command('create')
    .description('opens an account; its password is printed once')
    .argument('<username>', 'lower-case letters, digits, dots and dashes')
    .requiredOption(
      '--role <roles...>',
      `roles: ${Object.keys(roles).join(', ')}, or an application's (customs.examiner)`,
    )
    .option('--language <code>', 'language of the pages, en or ur', language, 'en')
    .action(async (username: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { role: string[]; language: 'en' | 'ur' } = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const password = randomBytes(12).toString('base64url')
        await createAccount(kernel, actor, {
          username,
          password,
          roles: options.role,
          language: options.language,
        })
        print({ username, password, roles: options.role }, [`${username}  ${password}`])
      })
    })
}

function language(text: string): 'en' | 'ur' {
  if (text !== 'en' && text !== 'ur') throw new InvalidArgumentError('expected en or ur')
  return text
}

function keyCommand(program: Command): void {
  program
    .command('key')
    .description('keys of connected systems')
    .command('issue')
    .description('issues a key; it is printed once')
    .argument('<label>', 'what the key is for')
    .option('--role <roles...>', 'roles', ['machine'])
    .option('--application <id>', 'bind the key to one application')
    .option('--days <number>', 'days until it expires', days, 365)
    .action(async (label: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { role: string[]; application?: string; days: number } =
        command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const expiresAt = new Date(kernel.clock().getTime() + options.days * dayMs)
        const key = await issueKey(kernel, actor, {
          label,
          roles: options.role,
          applicationId: options.application,
          expiresAt,
        })
        print({ label, key, expiresAt }, [key])
      })
    })
}

function days(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 3_650)
    throw new InvalidArgumentError('expected 1 to 3650 days')
  return value
}
