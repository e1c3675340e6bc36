import type { Command } from 'commander'
import { backup } from '../../kernel/backup/backup.ts'
import { restore } from '../../kernel/backup/restore.ts'
import { migrationsOf } from '../platform.ts'
import { progress } from '../progress.ts'
import { productVersion } from '../version.ts'
import { type CommonOptions, printer, withPlatform } from './context.ts'

export function backupCommands(program: Command): void {
  backupCommand(program)
  restoreCommand(program)
}

function backupCommand(program: Command): void {
  program
    .command('backup')
    .description('writes everything, as of one instant, into one file; work goes on meanwhile')
    .argument('<file>', 'file to be made')
    .action(async (destination: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withPlatform(async ({ kernel, database, objectsFolder }) => {
        const shown = progress('Backing up')
        const summary = await backup({
          cluster: database.cluster,
          objectsFolder,
          destination,
          productVersion,
          now: kernel.clock(),
          progress: (done, total) => shown.update(done, total),
        })
        shown.end()
        const { rows, objects, bytes } = summary
        printer(options)(summary, [
          `${destination}: ${rows.toLocaleString('en')} rows, ${objects.toLocaleString('en')} files, ${(bytes / 1e6).toFixed(1)} MB`,
          'It holds what the database holds: keep it where only those may read it who may read that.',
        ])
      })
    })
}

function restoreCommand(program: Command): void {
  program
    .command('restore')
    .description('fills an empty database from a backup, all of it or nothing')
    .argument('<file>', 'file that khudi backup made')
    .action(async (source: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withPlatform(async ({ kernel, database, objectsFolder }) => {
        const shown = progress('Restoring')
        const { rows } = await restore({
          cluster: database.cluster,
          objectsFolder,
          source,
          applications: migrationsOf(kernel.applications),
          progress: (done, total) => shown.update(done, total),
        })
        shown.end()
        printer(options)({ source, rows }, [`${rows.toLocaleString('en')} rows restored`])
      })
    })
}
