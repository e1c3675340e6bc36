/** What guards the keys of this node. */
import { unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import { changePassphrase } from '../../kernel/keys/change-passphrase.ts'
import {
  findPassphrase,
  keysFolderOf,
  ownPassphraseFileOf,
  readPassphrase,
} from '../../kernel/keys/passphrase.ts'
import { readSettings } from '../settings.ts'
import { type CommonOptions, printer } from './context.ts'

export function keysCommands(program: Command): void {
  program
    .command('keys')
    .description('keys that sign the log and seal personal data')
    .command('passphrase')
    .description('puts them under a new passphrase; stop the server before, and start it with the new one')
    .argument('<file>', 'a file whose first line is the new passphrase')
    .action(passphrase)
}

async function passphrase(file: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  const { folder, keys } = readSettings(process.env)
  if (keys.command !== undefined) throw new Refusal('keys.behind_command')
  const newPassphrase = await readPassphrase(file)
  const count = await changePassphrase({
    folder: keysFolderOf(folder),
    passphrase: await findPassphrase(folder, keys),
    newPassphrase,
  })
  // The one of our own choosing opens nothing any more.
  await unlink(ownPassphraseFileOf(folder)).catch(() => undefined)
  printer(options)({ keys: count }, [
    `${count.toLocaleString('en')} keys are under the new passphrase. Start with KHUDI_KEY_PASSPHRASE_FILE=${resolve(file)}`,
  ])
}
