/** The institution's policies: shown, checked, proposed, and their versions. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import { checkPolicies } from '../../kernel/policy/check.ts'
import { digestOfFiles, readPolicyFolder } from '../../kernel/policy/files.ts'
import type { PolicyFile } from '../../kernel/policy/policy.ts'
import { replacementOf } from '../../kernel/policy/replace.ts'
import { policyVersions } from '../../kernel/policy/versions.ts'
import { propose, proposeAlone } from '../../kernel/proposals/proposals.ts'
import { proposalReply } from '../../kernel/proposals/routes.ts'
import { policiesFolder } from '../platform.ts'
import { type CommonOptions, printer, withContext } from './context.ts'
import { type AloneOptions, alone, proposalLines } from './proposal.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

export function policyCommands(program: Command): void {
  const policy = program.command('policy').description('what may be done with which data, by whom and where')
  policy.command('show').description('the policies in force, each by what it says').action(show)
  policy
    .command('check')
    .description('whether policies could be put in force; needs no database')
    .argument('<file...>', 'files in the Cedar language')
    .action(check)
  policy
    .command('propose')
    .description('proposes policies in the place of those in force; another person approves')
    .argument('<file...>', 'files in the Cedar language: all that are to be in force')
    .addOption(alone())
    .action(proposeFiles)
  policy.command('versions').description('every version, newest first').action(versions)
}

async function show(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const { version, digest, policies, files } = await kernel.policies.inForce(actor.institutionId)
    print({ version, digest: hex(digest), policies, files }, [
      `version ${version}, ${hex(digest)}`,
      ...policies.map(({ effect, id, sentence }) => `${effect.padEnd(6)}  ${id.padEnd(30)}  ${sentence.en}`),
    ])
  })
}

async function check(paths: readonly string[], _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  const files = await filesAt(paths)
  const { policies } = await checkPolicies({ files, schema: readPolicyFolder(policiesFolder).schema })
  const digest = hex(digestOfFiles(files))
  printer(options)({ digest, policies: [...policies.values()] }, [
    `${policies.size} policies that could be put in force, ${digest}`,
  ])
}

async function proposeFiles(paths: readonly string[], _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & AloneOptions = command.optsWithGlobals()
  const files = await filesAt(paths)
  await withContext(options, async ({ kernel, actor, print }) => {
    const given = replacementOf(await kernel.policies.inForce(actor.institutionId), files)
    const reason = options.breakGlass
    const made =
      reason === undefined
        ? await propose(kernel, actor, given)
        : await proposeAlone(kernel, actor, { ...given, reason })
    print(proposalReply(made), proposalLines(made))
  })
}

async function versions(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const rows = await policyVersions(kernel.db, actor.institutionId)
    const shown = rows.map(({ digest, files: _files, ...rest }) => ({ ...rest, digest: hex(digest) }))
    print(
      shown,
      shown.map(
        ({ version, digest, setAt, proposedBy, approvedBy }) =>
          `${String(version).padStart(4)}  ${digest.slice(0, 12)}  ${setAt.toISOString()}  ${proposedBy}, approved by ${approvedBy ?? 'nobody: the first'}`,
      ),
    )
  })
}

/** @throws Refusal `command.file_missing` */
function filesAt(paths: readonly string[]): Promise<readonly PolicyFile[]> {
  return Promise.all(
    paths.map(async (file) => {
      try {
        return { name: basename(file), text: await readFile(file, 'utf8') }
      } catch (cause) {
        throw new Refusal('command.file_missing', { file }, { cause })
      }
    }),
  )
}
