/** Requests of data subjects, holds, and how long cases are kept, at the command line. */
import { open } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { BilingualText } from '@khudi/sdk'
import { classifications } from '@khudi/sdk'
import { type Command, Option } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import { correctCase } from '../../kernel/rights/correct.ts'
import { deadlineRule, setDeadline } from '../../kernel/rights/deadline.ts'
import { executeRequest, exportRequested } from '../../kernel/rights/execute.ts'
import { addHold, findHolds, HoldKind, liftHold } from '../../kernel/rights/holds.ts'
import { receiptsOfRequest } from '../../kernel/rights/receipts.ts'
import {
  decideRequest,
  findRequests,
  getRequest,
  openRequest,
  RequestKind,
  RequestVerdict,
  type RightsRequest,
  receiveRequest,
} from '../../kernel/rights/requests.ts'
import {
  planRetention,
  RetentionAfter,
  RetentionRule,
  runRetention,
  setRetention,
} from '../../kernel/rights/retention.ts'
import { personName } from '../../kernel/vault/person-name.ts'
import { personNamed } from '../../kernel/vault/persons.ts'
import { type CommandContext, type CommonOptions, withContext } from './context.ts'

const how = `
The person is named as scheme:identifier (cnic:35202-1234567-1) on the first line of standard input; what they wrote follows on
the others, how to answer them on --contact. Nothing of it is kept in clear.`

export function rightsCommands(program: Command): void {
  const request = program.command('request').description('requests of data subjects')
  requestCommands(request)
  holdCommands(program.command('hold').description('what must not be erased, or may not be used'))
  retentionCommands(program.command('retention').description('how long cases are kept, and what follows'))
}

function requestCommands(request: Command): void {
  intakeCommands(request)
  answerCommands(request)
  request
    .command('deadline')
    .description('shows until when requests are to be answered, or sets it')
    .option('--days <number>', 'calendar days')
    .option('--law-en <text>', 'the law that says so, in English')
    .option('--law-ur <text>', 'the same in Urdu')
    .option('--time-zone <name>', 'of the institution, such as Asia/Karachi')
    .action(deadline)
}

function intakeCommands(request: Command): void {
  request
    .command('receive')
    .description('takes a request in, from standard input')
    .addOption(
      new Option('--kind <kind>', 'what is asked').choices(RequestKind.options).makeOptionMandatory(),
    )
    .option('--contact <text>', 'how to answer')
    .option('--received-on <day>', 'when it reached the institution (YYYY-MM-DD); today unless given')
    .addHelpText('after', how)
    .action(receive)
  request
    .command('list')
    .description('requests that wait for an answer, newest first')
    .option('--all', 'those that were answered too')
    .action(list)
  request
    .command('show')
    .argument('<request>')
    .description('how a request stands')
    .option('--open', 'opens what the person wrote; the read is recorded')
    .action(show)
}

function answerCommands(request: Command): void {
  request
    .command('decide')
    .argument('<request>')
    .description('grants or refuses a request')
    .addOption(new Option('--verdict <verdict>').choices(RequestVerdict.options).makeOptionMandatory())
    .requiredOption('--reason <text>', 'for the person')
    .option('--ground <law>', 'the law that permits what is refused')
    .action(decide)
  request
    .command('execute')
    .argument('<request>')
    .description('carries out what was granted')
    .option('--out <file>', 'of an export: the archive to write; it must not exist')
    .action(execute)
  request
    .command('correct')
    .argument('<request>')
    .requiredOption('--case <case>', 'which case of the person')
    .description('corrects personal fields of a case; {"field": value, …} from standard input')
    .requiredOption('--statement <text>', 'what was wrong, and how that is known')
    .action(correct)
  request
    .command('receipts')
    .argument('<request>')
    .description('proofs of each step, for the person')
    .action(receipts)
}

function holdCommands(command: Command): void {
  command
    .command('add')
    .description('adds a hold: of the person on standard input, or of an application')
    .addOption(new Option('--kind <kind>').choices(HoldKind.options).default('legal'))
    .option('--application <id>', 'of all cases of this application, instead of a person')
    .requiredOption('--basis <text>', 'the law or order; it stands in clear, so it names nobody')
    .action(add)
  command
    .command('lift')
    .argument('<hold>')
    .description('lifts a hold')
    .requiredOption('--basis <text>', 'why')
    .action(lift)
  command.command('list').description('holds in force').action(holds)
}

function retentionCommands(command: Command): void {
  command.command('plan').description('what a run would do now; nothing is changed').action(plan)
  command
    .command('run')
    .description('takes out what need not be kept any more; a job does it every night')
    .requiredOption('--yes', 'confirms that nothing brings the data back')
    .action(run)
  command
    .command('set')
    .description('sets the rule of a classification, for applications whose declaration says nothing')
    .addOption(new Option('--classification <class>').choices(classifications).makeOptionMandatory())
    .requiredOption('--years <number>')
    .addOption(new Option('--after <what>').choices(RetentionAfter.options).makeOptionMandatory())
    .requiredOption('--law-en <text>', 'the law or rule that says so')
    .requiredOption('--law-ur <text>', 'the same in Urdu')
    .action(set)
}

const line = ({ requestId, kind, state, receivedOn, dueOn, daysLeft }: RightsRequest) =>
  `${requestId}  ${kind}, ${state}: received ${receivedOn}, due ${dueOn}${
    daysLeft === null ? '' : daysLeft < 0 ? `, LATE by ${-daysLeft} days` : `, ${daysLeft} days left`
  }`

async function receive(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { kind: RequestKind; contact?: string; receivedOn?: string } =
    command.optsWithGlobals()
  const [name = '', ...words] = (await text(process.stdin)).split('\n')
  await withContext(options, async ({ kernel, actor, print }) => {
    const request = await receiveRequest(kernel, actor, {
      kind: options.kind,
      name: personName(name),
      contact: options.contact ?? null,
      words: words.join('\n'),
      receivedOn: options.receivedOn,
      channel: 'command_line',
    })
    print(request, [line(request), `  ${request.deadline.law.en}`])
  })
}

const mostListed = 1_000

async function list(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { all?: boolean } = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const filter = { isOpen: options.all !== true, after: undefined, size: mostListed }
    const found = await findRequests(kernel, actor, filter)
    print({ requests: found }, found.length === 0 ? ['none'] : found.map(line))
    if (found.some(({ daysLeft }) => (daysLeft ?? 0) < 0)) process.exitCode = 1
  })
}

async function show(requestId: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { open?: boolean } = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const request = await getRequest(kernel, actor, requestId)
    const words = options.open === true ? await openRequest(kernel, actor, requestId) : null
    const said =
      words === null ? [] : Object.entries(words).map(([name, value]) => `  ${name}: ${value ?? '–'}`)
    print({ ...request, words }, [line(request), `  ${request.deadline.law.en}`, ...said])
  })
}

/** The request as it stands: whoever types a command has just looked. */
async function seen({ kernel, actor }: CommandContext, requestId: string) {
  const { version, kind } = await getRequest(kernel, actor, requestId)
  return { requestId, version, kind }
}

async function decide(requestId: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { verdict: RequestVerdict; reason: string; ground?: string } =
    command.optsWithGlobals()
  await withContext(options, async (context) => {
    const { kernel, actor, print } = context
    const { version } = await seen(context, requestId)
    const { verdict, reason, ground = null } = options
    const decided = await decideRequest(kernel, actor, { requestId, version, verdict, reason, ground })
    print(decided, [line(decided)])
  })
}

async function execute(requestId: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { out?: string } = command.optsWithGlobals()
  await withContext(options, async (context) => {
    const { kernel, actor, print } = context
    const { kind, version } = await seen(context, requestId)
    if (kind === 'export') await writeArchive(context, { requestId, version, out: options.out })
    else await executeRequest(kernel, actor, { requestId, version })
    const done = await getRequest(kernel, actor, requestId)
    print(done, [
      line(done),
      ...Object.entries(done.done ?? {}).map(([what, value]) => `  ${what}: ${value}`),
    ])
  })
}

async function writeArchive(
  { platform, actor, signal }: CommandContext,
  given: { readonly requestId: string; readonly version: number; readonly out: string | undefined },
): Promise<void> {
  const { out } = given
  if (out === undefined) throw new Refusal('backup.unwritable', { path: '--out', detail: 'missing' })
  const file = await open(out, 'wx', 0o600).catch((cause: unknown) => {
    throw new Refusal('backup.destination_exists', { path: out }, { cause })
  })
  const pages = platform.kernel.exportPages
  const { chunks } = await exportRequested(platform.kernel, actor, { ...given, pages })
  await pipeline(chunks, file.createWriteStream(), { signal })
}

async function correct(requestId: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { statement: string; case: string } = command.optsWithGlobals()
  const caseId = options.case
  const given: unknown = JSON.parse(await text(process.stdin))
  const fields = Object.entries(Object(given)).map(([field, value]) => ({ field, value }))
  await withContext(options, async (context) => {
    const { kernel, actor, print } = context
    const { version } = await seen(context, requestId)
    const { statement } = options
    const done = await correctCase(kernel, actor, { requestId, version, caseId, fields, statement })
    const again = done.isDecidedAgain ? 'decided again, and waits for an officer' : 'its decision stands'
    print(done, [`${caseId}: corrected, ${again}`])
  })
}

async function receipts(requestId: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const found = await receiptsOfRequest(kernel, actor, requestId)
    const shown = found.map(({ entry, state, text }) => ({ kind: entry.kind, state, receipt: text }))
    print(
      { receipts: shown },
      shown.flatMap(({ kind, state, receipt }) => [`${kind}: ${state}`, receipt ?? '']),
    )
  })
}

async function deadline(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { days?: string; lawEn?: string; lawUr?: string; timeZone?: string } =
    command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const known = await kernel.db.transaction(actor.institutionId, deadlineRule, { isReadOnly: true })
    const { days, lawEn, lawUr, timeZone } = options
    const isSet = days !== undefined || lawEn !== undefined || lawUr !== undefined || timeZone !== undefined
    const law: BilingualText = { en: lawEn ?? known.law.en, ur: lawUr ?? known.law.ur }
    const wanted = { days: Number(days ?? known.days), law, timeZone: timeZone ?? known.timeZone }
    const rule = isSet ? await setDeadline(kernel, actor, wanted) : known
    print(rule, [`${rule.days} calendar days in ${rule.timeZone}`, rule.law.en, rule.law.ur])
  })
}

async function add(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { kind: HoldKind; application?: string; basis: string } =
    command.optsWithGlobals()
  const { kind, application: applicationId = null, basis } = options
  const name = applicationId === null ? personName(await text(process.stdin)) : undefined
  await withContext(options, async ({ kernel, actor, print }) => {
    const holderId = name === undefined ? null : await personNamed(kernel, actor.institutionId, name)
    const hold = await addHold(kernel, actor, { kind, holderId, applicationId, basis })
    print(hold, [hold.holdId])
  })
}

async function lift(holdId: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { basis: string } = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    await liftHold(kernel, actor, { holdId, basis: options.basis })
    print({ holdId }, [`lifted ${holdId}`])
  })
}

async function holds(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const found = await findHolds(kernel, actor)
    const lines = found.map(
      ({ holdId, kind, holderId, applicationId, basis }) =>
        `${holdId}  ${kind} of ${holderId ?? applicationId}: ${basis}`,
    )
    print({ holds: found }, lines.length === 0 ? ['none'] : lines)
  })
}

async function plan(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const found = await planRetention(kernel, actor)
    const lines = found.map(({ applicationId, years, after, upTo, due, held, underWay }) => {
      const name = applicationId.padEnd(20)
      if (years === null) return `${name} kept: nothing says how long`
      if (upTo === null) return `${name} ${years} years, then kept`
      return `${name} ${years} years, then ${after}: ${due} cases up to ${upTo} are due, ${held} held, ${underWay} under way`
    })
    print({ applications: found }, lines)
  })
}

async function run(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print, signal }) => {
    const done = (await Array.fromAsync(runRetention(kernel, actor, { signal }))).at(-1)
    if (done === undefined) throw new Error('a run tells at least how it ended')
    print(done, [
      `${done.cases} cases, ${done.texts} sealed texts taken out, ${done.persons} keys destroyed`,
      'Backups made before still hold them: khudi vault rotate --destroy-old makes those of destroyed keys useless.',
    ])
  })
}

async function set(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & Record<string, string> = command.optsWithGlobals()
  const rule = RetentionRule.safeParse({
    classification: options.classification,
    years: Number(options.years),
    after: options.after,
    law: { en: options.lawEn, ur: options.lawUr },
  })
  if (!rule.success) throw new Refusal('right.retention_rule_wrong')
  await withContext(options, async ({ kernel, actor, print }) => {
    await setRetention(kernel, actor, rule.data)
    const { classification, years, after } = rule.data
    print(rule.data, [`${classification}: ${years} years, then ${after}`])
  })
}
