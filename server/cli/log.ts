/** The institution's log: its keys, its witnesses, how it stands. */
import { readFile } from 'node:fs/promises'
import { NotProven, verifyHandover } from '@khudi/sdk/verify'
import type { Command } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import { type Cosigned, latestCosigned, type WitnessState, witnessStates } from '../../kernel/log/cosign.ts'
import { type LogKeyRow, logKeysOf, rotateLogKey } from '../../kernel/log/log-keys.ts'
import { policyOf, policyStatement, setPolicy } from '../../kernel/log/policy.ts'
import { logOf, publishedCheckpoint } from '../../kernel/log/published.ts'
import { type CommonOptions, withContext } from './context.ts'
import { logAuditCommand } from './log-audit.ts'

export function logCommands(program: Command): void {
  const log = program.command('log').description('the log of what was done')
  log
    .command('status')
    .description('how large it is, how much of it enough witnesses know, and how each witness does')
    .action(status)
  log
    .command('keys')
    .description('the keys that sign it, with the handovers from each to the next (--json)')
    .action(keys)
  log
    .command('rotate-key')
    .description('puts new keys in the place of those that sign it; witnesses must be given them')
    .action(rotateKey)
  log
    .command('policy')
    .description('shows the policy in force: which witnesses are asked, and how many are enough; or sets it')
    .argument('[file]', 'a policy (c2sp.org/tlog-policy) in which every witness has its URL')
    .action(policy)
  logAuditCommand(log)
}

async function status(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor: { institutionId }, print }) => {
    const place = await logOf(kernel, institutionId)
    if (place === undefined) throw new Refusal('log.keys_none')
    const published = await publishedCheckpoint(place, kernel.clock())
    const cosigned = await latestCosigned(kernel, institutionId)
    const statement = policyStatement(await policyOf(kernel, institutionId))
    const witnesses = await witnessStates(kernel, institutionId)
    const shown = {
      origin: place.origin,
      size: published?.size ?? 0,
      root: Buffer.from(published?.rootHash ?? []).toString('base64'),
      policy: statement,
      cosignedSize: cosigned?.size ?? null,
      witnesses,
    }
    print(shown, [
      place.origin,
      `${count(shown.size)} entries under the last checkpoint, root ${shown.root}`,
      `policy ${statement}: ${saysCosigned(cosigned)}`,
      ...witnesses.map(witnessLine),
    ])
    if (witnesses.some(({ failure }) => failure !== null)) process.exitCode = 1
  })
}

const count = (value: number) => value.toLocaleString('en')

const saysCosigned = (cosigned: Cosigned | undefined) =>
  cosigned === undefined ? 'not reached by any checkpoint yet' : `${count(cosigned.size)} entries`

function witnessLine({ url, names, size, failure, detail, failingSince }: WitnessState): string {
  const known = `${names.join(', ')} at ${url} knows ${count(size)}`
  return failure === null
    ? `good   ${known}`
    : `WRONG  ${known}: ${failure} (${detail}) since ${failingSince?.toISOString()}`
}

async function keys(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const log = await logKeysOf(kernel, actor.institutionId)
    const broken = await breakIn(log.keys)
    print({ ...log, isUnbroken: broken === undefined }, [
      ...log.keys.map(({ algorithm, keyNumber, createdAt, retiredAt }) =>
        [
          `${algorithm} ${keyNumber} of ${createdAt.toISOString()}`,
          retiredAt === null ? 'in use' : `retired ${retiredAt.toISOString()}`,
        ].join(', '),
      ),
      broken ?? 'Each but the first was handed over to by the one before.',
      'Lines for policies and witnesses:',
      ...inUse(log.keys).map(({ vkey }) => `log ${vkey}`),
    ])
    if (broken !== undefined) process.exitCode = 1
  })
}

const inUse = (all: readonly LogKeyRow[]) => all.filter(({ retiredAt }) => retiredAt === null)

/** Where the chain of handovers does not hold; `undefined` where it leads from the first key to those in use. */
async function breakIn(all: readonly LogKeyRow[]): Promise<string | undefined> {
  const trusted = new Map(
    all.filter(({ algorithm }) => algorithm === 'ed25519').map(({ keyNumber, vkey }) => [keyNumber, vkey]),
  )
  for (const { algorithm, keyNumber, vkey, handover } of all.filter((one) => one.keyNumber > 1)) {
    const named = await successor(handover ?? '', trusted.get(keyNumber - 1) ?? '')
    if (named !== vkey) return `WRONG: nothing hands over to ${algorithm} ${keyNumber}`
  }
  return undefined
}

async function successor(handover: string, trusted: string): Promise<string | undefined> {
  try {
    return (await verifyHandover(handover, trusted)).vkey
  } catch (error) {
    if (error instanceof NotProven) return undefined
    throw error
  }
}

async function rotateKey(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const made = inUse(await rotateLogKey(kernel, actor))
    print(made, [
      'The next checkpoint is signed by these keys; until the witnesses trust them they do not cosign:',
      ...made.map(({ vkey }) => `log ${vkey}`),
    ])
  })
}

async function policy(file: string | undefined, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const given =
      file === undefined
        ? await policyOf(kernel, actor.institutionId)
        : await setPolicy(kernel, actor, await textOf(file))
    const statement = policyStatement(given)
    print({ policy: given.text, statement }, [given.text.trimEnd(), `# ${statement}`])
  })
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new Refusal('command.file_missing', { file }, { cause })
  }
}
