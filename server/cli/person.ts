/** What is held on a person: found, shown who read it, exported, erased. */
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { type Command, Option } from 'commander'
import { everywhere } from '../../kernel/access/roles.ts'
import { casesHeldOn } from '../../kernel/cases/held.ts'
import { Refusal } from '../../kernel/errors.ts'
import { readsOfPerson } from '../../kernel/vault/disclosure.ts'
import { erasePerson } from '../../kernel/vault/erase.ts'
import { exportPerson } from '../../kernel/vault/export.ts'
import { ErasureGround } from '../../kernel/vault/grounds.ts'
import { personName } from '../../kernel/vault/person-name.ts'
import { personNamed } from '../../kernel/vault/persons.ts'
import type { ReadRow } from '../../kernel/vault/reads.ts'
import { type CommandContext, type CommonOptions, withContext } from './context.ts'

export interface PersonOptions extends CommonOptions {
  readonly identifier?: string
}

/** How a person is named on the command line. */
export const how = `
The person is named as scheme:identifier (cnic:35202-1234567-1, ntn:1234567-8; case:<application>:<reference> for a case
that names nobody). It is read from standard input: type it and end with Enter and Ctrl-D, or give a file with "< FILE".

Whatever stands on a command line is seen by every user of the machine in the list of processes, and stays in the shell's
history: --identifier is for machines that nobody else uses.`

export function personCommands(program: Command): void {
  const person = program.command('person').description('personal data of one person')
  const withName = (command: Command) =>
    command
      .option('--identifier <name>', 'scheme:identifier, instead of standard input (see below)')
      .addHelpText('after', how)
  withName(person.command('find').description('how many cases are held on a person')).action(find)
  withName(person.command('reads').description('who opened what of a person, newest first')).action(reads)
  withName(
    person.command('export').description('everything held on a person, as a tar file with pages to read'),
  )
    .requiredOption('--out <file>', 'the archive to write; it must not exist')
    .action(exportTo)
  withName(person.command('erase').description("destroys the key of a person's data, for good"))
    .addOption(new Option('--ground <ground>', 'why').choices(ErasureGround.options).makeOptionMandatory())
    .requiredOption('--yes', 'confirms that nothing brings the data back')
    .action(erase)
}

/** The name in the form that applications know it by. */
export async function nameFrom({ identifier }: PersonOptions): Promise<string> {
  return personName(identifier ?? (await text(process.stdin)))
}

async function find(_options: unknown, command: Command): Promise<void> {
  const options: PersonOptions = command.optsWithGlobals()
  const name = await nameFrom(options)
  await withContext(options, async (context) => {
    const { kernel, actor, print } = context
    const holderId = await personNamed(kernel, actor.institutionId, name)
    const held = await kernel.db.transaction(actor.institutionId, (tx) => casesHeldOn(tx, holderId), {
      isReadOnly: true,
      units: everywhere,
    })
    print({ holderId, held }, [
      `${holderId}`,
      ...held.map(
        ({ applicationId, cases, lastOccurredOn }) =>
          `  ${applicationId.padEnd(20)} ${cases.toLocaleString('en')} cases, the last of ${lastOccurredOn}`,
      ),
    ])
  })
}

const page = 1_000

async function reads(_options: unknown, command: Command): Promise<void> {
  const options: PersonOptions = command.optsWithGlobals()
  const name = await nameFrom(options)
  await withContext(options, async ({ kernel, actor, print }) => {
    const holderId = await personNamed(kernel, actor.institutionId, name)
    const found: ReadRow[] = []
    for (let after: string | undefined; ; after = found.at(-1)?.readId) {
      const rows = await readsOfPerson(kernel, actor.institutionId, { holderId, after, size: page })
      if (rows.length === 0) break
      found.push(...rows)
    }
    print(
      { holderId, reads: found },
      found.map(
        ({ readAt, role, purpose, applicationId, caseId, cases, holderId: whose }) =>
          `${readAt.toISOString()}  ${role}, ${purpose}: ${
            whose === null
              ? `a batch of ${cases} cases of ${applicationId}`
              : (caseId ?? `everything, ${cases} cases`)
          }`,
      ),
    )
  })
}

async function exportTo(_options: unknown, command: Command): Promise<void> {
  const options: PersonOptions & { readonly out: string } = command.optsWithGlobals()
  const name = await nameFrom(options)
  await withContext(options, async ({ platform: { kernel }, actor, print, signal }) => {
    const file = await newFile(options.out)
    try {
      const request = { name, purpose: 'subject_request', pages: kernel.exportPages } as const
      const archive = await exportPerson(kernel, actor, request)
      await pipeline(archive, file.createWriteStream(), { signal })
    } catch (error) {
      // Half an archive must not be taken for a whole one.
      await unlink(options.out)
      throw error
    }
    print({ file: options.out }, [options.out])
  })
}

/** @throws Refusal `backup.destination_exists`, `backup.unwritable` */
async function newFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EEXIST') throw new Refusal('backup.destination_exists', { path })
    throw new Refusal('backup.unwritable', { path, detail: code }, { cause: error })
  }
}

async function erase(_options: unknown, command: Command): Promise<void> {
  const options: PersonOptions & { readonly ground: ErasureGround } = command.optsWithGlobals()
  const name = await nameFrom(options)
  await withContext(options, async ({ kernel, actor, print }: CommandContext) => {
    const erased = await erasePerson(kernel, actor, { name, ground: options.ground })
    print(erased, [
      `Erased ${erased.holderId}: ${erased.cases.toLocaleString('en')} cases, ${erased.refusedRows.toLocaleString('en')} refused rows of imports.`,
      'Backups made before still hold the wrapped key: khudi vault rotate --destroy-old makes them useless too.',
    ])
  })
}
