/** What is done to accounts that are there: their roles, and their end. */
import type { Command } from 'commander'
import {
  type Account,
  disableAccount,
  findAccounts,
  grantRole,
  revokeRole,
} from '../../kernel/access/grants.ts'
import { Refusal } from '../../kernel/errors.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { unitsOf } from '../../kernel/units/units.ts'
import { type CommonOptions, withContext } from './context.ts'

/** More than an institution has people. */
const most = 100_000

export function accountCommands(account: Command): void {
  listCommand(account)
  grantCommand(account)
  revokeCommand(account)
  disableCommand(account)
}

function listCommand(account: Command): void {
  account
    .command('list')
    .description('lists accounts with their roles')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const { institutionId } = actor
        const accounts = await findAccounts(kernel, institutionId, { after: undefined, size: most })
        const units = await unitsOf(kernel, institutionId)
        const codes = new Map(units.map(({ unitId, code }) => [unitId, code]))
        const listed = accounts.map(({ row, grants }) => ({
          accountId: row.accountId,
          username: row.username,
          disabledAt: row.disabledAt,
          roles: grants.map(({ role, unitId }) => ({ role, unit: unitId && (codes.get(unitId) ?? unitId) })),
        }))
        print(
          listed,
          listed.map(({ username, disabledAt, roles }) => {
            const held = roles.map(({ role, unit }) => (unit === null ? role : `${role} at ${unit}`))
            return `${username}${disabledAt === null ? '' : ' (disabled)'}  ${held.join(', ')}`
          }),
        )
      })
    })
}

function grantCommand(account: Command): void {
  account
    .command('grant')
    .description('grants a role to an account, in the whole institution or at a unit and all below it')
    .argument('<username>')
    .argument('<role>', 'of the institution (officer) or of an application (customs.examiner)')
    .option('--unit <code>', 'the unit where it holds')
    .action(async (username: string, role: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { unit?: string } = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const { row } = await accountNamed(kernel, actor.institutionId, username)
        const grant = await grantRole(kernel, actor, { accountId: row.accountId, role, unit: options.unit })
        print(grant, [`${username}: ${role}${options.unit === undefined ? '' : ` at ${options.unit}`}`])
      })
    })
}

function revokeCommand(account: Command): void {
  account
    .command('revoke')
    .description('takes a role back from an account')
    .argument('<username>')
    .argument('<role>')
    .option('--unit <code>', 'the unit where it holds; without, in the whole institution')
    .action(async (username: string, role: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { unit?: string } = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const { institutionId } = actor
        const { row, grants } = await accountNamed(kernel, institutionId, username)
        const unitId = await unitIdOf(kernel, institutionId, options.unit)
        const grant = grants.find((one) => one.role === role && one.unitId === unitId)
        if (grant === undefined) throw new Refusal('grant.not_found')
        await revokeRole(kernel, actor, { accountId: row.accountId, grantId: grant.grantId })
        print({ username, role, grantId: grant.grantId }, [`${username}: ${role} revoked`])
      })
    })
}

function disableCommand(account: Command): void {
  account
    .command('disable')
    .description('disables an account for good; its sessions end now')
    .argument('<username>')
    .action(async (username: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const { row } = await accountNamed(kernel, actor.institutionId, username)
        await disableAccount(kernel, actor, row)
        print({ username, accountId: row.accountId }, [`${username}: disabled`])
      })
    })
}

/** @throws Refusal `access.account_unknown` */
export async function accountNamed(
  kernel: Kernel,
  institutionId: string,
  username: string,
): Promise<Account> {
  const accounts = await findAccounts(kernel, institutionId, { after: undefined, size: most })
  const found = accounts.find(({ row }) => row.username === username)
  if (found === undefined) throw new Refusal('access.account_unknown')
  return found
}

/** @throws Refusal `unit.not_found` */
async function unitIdOf(
  kernel: Kernel,
  institutionId: string,
  code: string | undefined,
): Promise<string | null> {
  if (code === undefined) return null
  const found = (await unitsOf(kernel, institutionId)).find((unit) => unit.code === code)
  if (found === undefined) throw new Refusal('unit.not_found')
  return found.unitId
}
