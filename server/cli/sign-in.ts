/** How people sign in: whether a second factor is required, issuers, and what was lost set anew. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { Refusal } from '../../kernel/errors.ts'
import { ClaimRules } from '../../kernel/sign-in/claims.ts'
import { resetFactors } from '../../kernel/sign-in/factors.ts'
import { addIssuer, issuersOf, removeIssuer } from '../../kernel/sign-in/issuers.ts'
import { resetPassword } from '../../kernel/sign-in/passwords.ts'
import { type SecondFactor, secondFactorOf, setSecondFactor } from '../../kernel/sign-in/rules.ts'
import { accountNamed } from './account.ts'
import { type CommonOptions, withContext } from './context.ts'

export function signInCommands(program: Command): void {
  const signIn = program.command('sign-in').description('how people sign in')
  statusCommand(signIn)
  for (const rule of ['required', 'optional'] as const) ruleCommand(signIn, rule)
  const issuer = program.command('issuer').description('OpenID Connect issuers that people sign in with')
  addCommand(issuer)
  listCommand(issuer)
  removeCommand(issuer)
}

function statusCommand(signIn: Command): void {
  signIn
    .command('status')
    .description('says whether a second factor is required')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const secondFactor = await secondFactorOf(kernel, actor.institutionId)
        print({ secondFactor }, [`A second factor is ${secondFactor}.`])
      })
    })
}

function ruleCommand(signIn: Command, secondFactor: SecondFactor): void {
  const name = secondFactor === 'required' ? 'require' : 'optional'
  signIn
    .command(name)
    .description(
      secondFactor === 'required'
        ? 'requires a second factor of everybody, from their next signing in on'
        : 'leaves a second factor to each person; for trying things out',
    )
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        await setSecondFactor(kernel, actor, secondFactor)
        print({ secondFactor }, [`A second factor is ${secondFactor} now.`])
      })
    })
}

interface AddOptions extends CommonOptions {
  readonly client: string
  readonly secretFile?: string
  readonly backend: string
  readonly en: string
  readonly ur: string
  readonly rules: string
  readonly trustFactor?: boolean
}

function addCommand(issuer: Command): void {
  issuer
    .command('add')
    .description('adds an issuer')
    .argument('<issuer>', 'its address as it names itself')
    .requiredOption('--client <id>', 'what it knows this platform by')
    .option('--secret-file <path>', 'file with the secret of that client; without, it is a public one')
    .requiredOption('--backend <id>', 'the registered backend, of the kind identity, that answers there')
    .requiredOption('--en <title>', 'title in English')
    .requiredOption('--ur <title>', 'title in Urdu')
    .requiredOption('--rules <path>', 'file of JSON: [{ "claim", "operator", "value", "role", "unit" }]')
    .option('--trust-factor', 'the second factor of the issuer counts as ours')
    .action(async (address: string, _options: unknown, command: Command) => {
      const options: AddOptions = command.optsWithGlobals()
      const rules = await readRules(options.rules)
      const secret =
        options.secretFile === undefined ? undefined : (await readFile(options.secretFile, 'utf8')).trim()
      await withContext(options, async ({ kernel, actor, print }) => {
        const title = { en: options.en, ur: options.ur }
        await addIssuer(kernel, actor, {
          issuer: address,
          clientId: options.client,
          secret,
          title,
          backendId: options.backend,
          isFactorTrusted: options.trustFactor === true,
          rules,
        })
        print({ issuer: address, title }, [`${address}: people may sign in with it`])
      })
    })
}

/** @throws Refusal `issuer.rules_invalid` */
async function readRules(path: string): Promise<z.infer<typeof ClaimRules>> {
  const text = await readFile(path, 'utf8')
  try {
    return ClaimRules.parse(JSON.parse(text))
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined
    const place = issue === undefined ? '' : issue.path.join('.')
    throw new Refusal('issuer.rules_invalid', { place: place === '' ? '-' : place }, { cause })
  }
}

function listCommand(issuer: Command): void {
  issuer
    .command('list')
    .description('lists the issuers in use')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const found = await issuersOf(kernel, actor.institutionId)
        const lines = found.map(({ issuer: address, title, rules }) => {
          return `${address}  ${title.en}, ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`
        })
        print(found, lines.length === 0 ? ['People sign in with local accounts alone.'] : lines)
      })
    })
}

function removeCommand(issuer: Command): void {
  issuer
    .command('remove')
    .description('removes an issuer: nobody signs in with it any more')
    .argument('<issuer>', 'its address')
    .action(async (address: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const found = (await issuersOf(kernel, actor.institutionId)).find((one) => one.issuer === address)
        if (found === undefined) throw new Refusal('issuer.not_found')
        await removeIssuer(kernel, actor, found.issuerId)
        print({ issuer: address, issuerId: found.issuerId }, [`${address}: removed`])
      })
    })
}

/** Of `khudi account`: what somebody lost, set anew. */
export function lostAndFoundCommands(account: Command): void {
  account
    .command('reset-factors')
    .description('takes the second factors of an account away and ends its sessions; its holder enrols anew')
    .argument('<username>')
    .action(async (username: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const { accountId } = (await accountNamed(kernel, actor.institutionId, username)).row
        await resetFactors(kernel, actor, accountId)
        print({ username, accountId }, [`${username}: no second factor, no session`])
      })
    })
  account
    .command('password')
    .description('sets a new password and ends the sessions; it is printed once')
    .argument('<username>')
    .action(async (username: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const { accountId } = (await accountNamed(kernel, actor.institutionId, username)).row
        const password = await resetPassword(kernel, actor, accountId)
        print({ username, password }, [`${username}  ${password}`])
      })
    })
}
