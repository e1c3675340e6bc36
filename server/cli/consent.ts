/** What persons agreed and objected to: recorded at the counter, shown on request. */
import { type Command, Option } from 'commander'
import { consentsOf, record } from '../../kernel/consents/consents.ts'
import { ConsentChannel, ConsentEvent, ConsentUse } from '../../kernel/consents/events.ts'
import { personNamed } from '../../kernel/vault/persons.ts'
import { type CommonOptions, withContext } from './context.ts'
import { how, nameFrom, type PersonOptions } from './person.ts'

interface ConsentOptions extends PersonOptions {
  readonly use: ConsentUse
  readonly channel: ConsentChannel
  readonly evidence: string
}

/** What each command says of the person. */
const commands: Readonly<Record<ConsentEvent, readonly [name: string, description: string]>> = {
  given: ['give', 'records that a person consents'],
  withdrawn: ['withdraw', 'records that a person takes consent back, or says no'],
  objected: ['object', 'records that a person objects'],
  lifted: ['lift', 'records that a person takes an objection back'],
}

export function consentCommands(program: Command): void {
  const consent = program.command('consent').description('what persons agreed and objected to')
  const withName = (command: Command) =>
    command
      .option('--identifier <name>', 'scheme:identifier, instead of standard input (see below)')
      .addHelpText('after', how)
  for (const event of ConsentEvent.options) {
    const [name, description] = commands[event]
    withName(
      consent.command(name).description(description).argument('<application>', 'id of the application'),
    )
      .addOption(
        new Option('--use <use>', 'what it is about').choices(ConsentUse.options).default('decision'),
      )
      .addOption(
        new Option('--channel <channel>', 'how it was said')
          .choices(ConsentChannel.options)
          .makeOptionMandatory(),
      )
      .requiredOption('--evidence <text>', "where the evidence is; sealed under the person's key")
      .action((applicationId: string, _options: unknown, command: Command) =>
        say(event, applicationId, command),
      )
  }
  withName(consent.command('show').description('all that a person said, oldest first')).action(show)
}

async function say(event: ConsentEvent, applicationId: string, command: Command): Promise<void> {
  const options: ConsentOptions = command.optsWithGlobals()
  const { use, channel, evidence } = options
  const name = await nameFrom(options)
  await withContext(options, async ({ kernel, actor, print }) => {
    const row = await record(kernel, actor, { name, applicationId, use, channel, evidence, event })
    const { consentId, recordedAt } = row
    print({ consentId, applicationId, use, event, channel, recordedAt }, [
      `${event}: ${applicationId}, ${use}, ${recordedAt.toISOString()}`,
    ])
  })
}

async function show(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & PersonOptions = command.optsWithGlobals()
  const name = await nameFrom(options)
  await withContext(options, async ({ kernel, actor: { institutionId }, print }) => {
    const holderId = await personNamed(kernel, institutionId, name)
    const rows = await consentsOf(kernel, institutionId, holderId)
    const consents = rows.map(({ sealed: _sealed, ...rest }) => rest)
    print(
      { holderId, consents },
      consents.length === 0
        ? ['The person has said nothing so far.']
        : consents.map(
            ({ recordedAt, event, applicationId, use, channel }) =>
              `${recordedAt.toISOString()}  ${event}: ${applicationId}, ${use}, ${channel}`,
          ),
    )
  })
}
