import { join } from 'node:path'
import type { Command } from 'commander'
import { registerApplication, systemsOf } from '../../kernel/register/register.ts'
import { createApplication } from '../scaffold/application.ts'
import { readSettings } from '../settings.ts'
import { type CommonOptions, printer, withContext } from './context.ts'

export function applicationCommands(program: Command): void {
  const application = program.command('application').description('makes, registers and lists applications')
  newCommand(application)
  registerCommand(application)
  listCommand(application)
}

function newCommand(application: Command): void {
  application
    .command('new')
    .description('makes the folder of a new application, complete and passing every check')
    .argument('<name>', 'id: lower-case letters, digits and dashes')
    .option('--title-en <text>', 'title in English')
    .option('--title-ur <text>', 'title in Urdu; give both or neither')
    .option('--folder <path>', "folder of applications; the product's own where left out")
    .action(async (id: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { titleEn?: string; titleUr?: string; folder?: string } =
        command.optsWithGlobals()
      const { titleEn: en, titleUr: ur } = options
      const folder = options.folder ?? readSettings(process.env).applicationFolders[0] ?? ''
      const files = await createApplication({
        applicationsFolder: folder,
        id,
        ...(en !== undefined && ur !== undefined && { title: { en, ur } }),
      })
      printer(options)({ id, files }, [
        ...files.map((file) => `made ${file}`),
        `Try it: node --test ${join(folder, id)}/ and, once it says what you mean, khudi application register ${id}`,
      ])
    })
}

function registerCommand(application: Command): void {
  application
    .command('register')
    .description('puts an application, with the digest of its code, live at the institution')
    .argument('<application>', 'id of the application')
    .action(async (id: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        await registerApplication(kernel, actor, id)
        print({ applicationId: id, state: 'live' }, [`${id} is registered with the code of today`])
      })
    })
}

function listCommand(application: Command): void {
  application
    .command('list')
    .description('installed applications and what the register says of them')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const systems = new Map(
          (await systemsOf(kernel, actor.institutionId)).map((row) => [row.applicationId, row]),
        )
        const rows = [...kernel.applications.values()].map(({ application: { id, title }, digest }) => {
          const system = systems.get(id)
          const isRegistered = system !== undefined && Buffer.from(system.applicationDigest).equals(digest)
          const state =
            system === undefined ? 'not registered' : isRegistered ? system.state : 'changed since registered'
          return { applicationId: id, title, state }
        })
        print(
          rows,
          rows.map((row) => `${row.applicationId.padEnd(24)} ${row.state.padEnd(26)} ${row.title.en}`),
        )
      })
    })
}
