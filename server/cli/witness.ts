/** This institution as a witness for the logs of others. */
import type { Command } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import { institutions } from '../../kernel/institutions/institutions.ts'
import { enableWitness, findWitnessOf } from '../../kernel/witness/keys.ts'
import {
  addWitnessedLog,
  removeWitnessedLog,
  type WitnessedLog,
  type WitnessRow,
  witnessedLogs,
} from '../../kernel/witness/witness.ts'
import { type CommandContext, type CommonOptions, withContext } from './context.ts'

export function witnessCommands(program: Command): void {
  const witness = program.command('witness').description('being a witness for the logs of others')
  witness
    .command('enable')
    .description('makes the keys that this institution cosigns with')
    .argument('[name]', 'the name that others trust them under, such as example.gov.pk/witness; it stays')
    .action(enable)
  witness.command('key').description('prints these keys as lines of a policy').action(key)
  witness
    .command('add')
    .description('cosigns for a log from now on, or trusts further keys of it')
    .argument('<vkey...>', 'keys of one log, as khudi log keys prints them')
    .action(add)
  witness
    .command('remove')
    .description('cosigns no more for a log; what is known of it stays')
    .argument('<origin>', 'the name of the log')
    .action(remove)
  witness.command('list').description('the logs, and the last tree that was cosigned of each').action(list)
}

async function enable(name: string | undefined, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async (context) => {
    const { kernel, actor, print, platform } = context
    const slug = await slugOf(context)
    const usual = `${platform.settings.logOrigin.replace(/\/log$/, '')}/witness/${slug}`
    const witness = await enableWitness(kernel, actor, name ?? usual)
    print(witness, policyLines(witness, slug))
  })
}

async function key(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async (context) => {
    const witness = await findWitnessOf(context.kernel, context.actor.institutionId)
    if (witness === undefined) throw new Refusal('witness.not_enabled')
    context.print(witness, policyLines(witness, await slugOf(context)))
  })
}

async function slugOf({ kernel, actor }: CommandContext): Promise<string> {
  const found = (await institutions(kernel)).find((one) => one.institutionId === actor.institutionId)
  return found?.slug ?? ''
}

/** Ed25519 for receipts; ML-DSA-44 for policies that can do with 3 kB a signature. */
function policyLines({ vkeys }: WitnessRow, slug: string): readonly string[] {
  const [ed25519, mlDsa] = vkeys.split(' ')
  const url = `https://<this server>/witness/${slug}`
  return [
    'Lines for the policies of logs that are to be cosigned here:',
    `witness ${slug} ${ed25519} ${url}`,
    `witness ${slug}-ml-dsa-44 ${mlDsa} ${url}`,
  ]
}

async function add(vkeys: readonly string[], _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const log = await addWitnessedLog(kernel, actor, vkeys)
    print(shown(log), [lineOf(log)])
  })
}

async function remove(origin: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    await removeWitnessedLog(kernel, actor, origin)
    print({ origin }, [`${origin}: cosigned no more`])
  })
}

async function list(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const all = await witnessedLogs(kernel, actor.institutionId)
    print(all.map(shown), all.length === 0 ? ['none'] : all.map(lineOf))
  })
}

function shown({ rootHash, vkeys, ...log }: WitnessedLog) {
  const root = rootHash === null ? null : Buffer.from(rootHash).toString('base64')
  return { ...log, vkeys: vkeys === '' ? [] : vkeys.split(' '), root }
}

function lineOf({ origin, vkeys, treeSize, cosignedAt }: WitnessedLog): string {
  const seen =
    cosignedAt === null
      ? 'nothing cosigned yet'
      : `${treeSize.toLocaleString('en')} entries at ${cosignedAt.toISOString()}`
  return `${origin}: ${seen}${vkeys === '' ? ', cosigned no more' : ''}`
}
