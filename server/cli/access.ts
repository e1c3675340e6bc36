import { randomBytes } from 'node:crypto'
import { type Command, InvalidArgumentError } from 'commander'
import { createAccount } from '../../kernel/access/access.ts'
import { operatorActor, roles } from '../../kernel/access/roles.ts'
import { foundInstitution } from '../../kernel/institutions/institutions.ts'
import { accountCommands } from './account.ts'
import { type CommonOptions, printer, withContext, withPlatform } from './context.ts'
import { keyCommands } from './key.ts'
import { lostAndFoundCommands } from './sign-in.ts'

export function accessCommands(program: Command): void {
  institutionCommand(program)
  accountCommand(program)
  keyCommands(program)
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
  const account = program.command('account').description('accounts of people')
  accountCommands(account)
  lostAndFoundCommands(account)
  account
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
