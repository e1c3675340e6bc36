/** The register of everything that processes or stores. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { classifications } from '@khudi/sdk'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { z } from 'zod'
import {
  amendBackend,
  backendNamed,
  backendsOf,
  homeCountryOf,
  registerBackend,
  renewBackend,
  type StandingBackend,
  setHomeCountry,
  withdrawBackend,
} from '../../kernel/backends/backends.ts'
import { BackendKind, type Evidence } from '../../kernel/backends/facts.ts'
import { backendReply } from '../../kernel/backends/routes.ts'
import { Amendment, BackendSpec } from '../../kernel/backends/spec.ts'
import { Refusal } from '../../kernel/errors.ts'
import { type CommonOptions, withContext } from './context.ts'

interface Given {
  readonly kind?: string
  readonly endpoint?: string
  readonly en?: string
  readonly ur?: string
  readonly location?: string
  readonly operator?: string
  readonly owner?: string
  readonly keys?: string
  readonly evidence?: string
  readonly document?: string
  readonly expires?: string
  readonly for?: string[]
  readonly address?: string[]
}
type Options = CommonOptions & Given

export function backendCommands(program: Command): void {
  const backend = program
    .command('backend')
    .description('everything that processes or stores, and the facts about it')
  backend.command('list').description('all of them, with what follows from their facts').action(list)
  backend.command('show').description('one of them, with its versions').argument('<id>').action(show)
  withFacts(
    backend.command('add').description('registers one that is reached over a network').argument('<id>'),
  )
    .addOption(
      new Option('--kind <kind>', 'what it is used for').choices(BackendKind.options).makeOptionMandatory(),
    )
    .requiredOption('--endpoint <url>', 'scheme, host and port: https://sms.example.gov.pk')
    .action(add)
  withFacts(
    backend
      .command('amend')
      .description('states other facts about one; what is not named stays')
      .argument('<id>'),
  ).action(amend)
  backend
    .command('renew')
    .description('says that the facts still hold, on what evidence and until when')
    .argument('<id>')
    .requiredOption('--evidence <text>', 'what the facts rest on')
    .option('--document <file>', 'the document; its SHA-256 is recorded')
    .requiredOption('--expires <date>', 'until when it holds, YYYY-MM-DD', day)
    .action(renew)
  backend.command('withdraw').description('takes one out of use').argument('<id>').action(withdraw)
  backend
    .command('home')
    .description("prints or sets the country whose law counts as the institution's own")
    .argument('[country]', 'ISO 3166-1 alpha-2, such as PK')
    .action(home)
}

function withFacts(command: Command): Command {
  return command
    .option('--en <title>', 'title in English')
    .option('--ur <title>', 'title in Urdu')
    .option('--location <country>', 'where it stands, such as PK, or unknown')
    .option('--operator <country>', 'whose law its operator is under')
    .option('--owner <country>', "whose law its operator's ultimate owner is under")
    .option('--keys <holder>', 'who holds the keys: institution, a country, or unknown')
    .option('--evidence <text>', 'what the facts rest on')
    .option('--document <file>', 'the document; its SHA-256 is recorded')
    .option('--expires <date>', 'until when the facts hold, YYYY-MM-DD', day)
    .addOption(
      new Option('--for <classes...>', 'classifications that it is meant for').choices(classifications),
    )
    .option('--address <ranges...>', 'ranges that are its own although they are not public: 10.2.0.0/16')
}

/** The end of that day, UTC. */
function day(text: string): string {
  try {
    return `${Temporal.PlainDate.from(text, { overflow: 'reject' }).add({ days: 1 })}T00:00:00.000Z`
  } catch {
    throw new InvalidArgumentError('expected a day that exists, YYYY-MM-DD')
  }
}

/** @throws Refusal `backend.invalid` with the options that cannot be read */
function readAs<T>(schema: z.ZodType<T>, given: unknown): T {
  const read = schema.safeParse(given)
  if (read.success) return read.data
  const fields = [...new Set(read.error.issues.map(({ path }) => path.join('.')))]
  throw new Refusal('backend.invalid', { fields: fields.join(', ') })
}

async function evidenceOf({ evidence, document }: Options): Promise<Evidence | undefined> {
  if (evidence === undefined) return undefined
  const bytes = document === undefined ? undefined : await readFile(document)
  return {
    text: evidence,
    documentDigest: bytes === undefined ? null : createHash('sha256').update(bytes).digest('hex'),
  }
}

async function statedBy(options: Options) {
  const { en, ur, location, operator, owner, keys, expires, address } = options
  const evidence = await evidenceOf(options)
  return {
    ...((en !== undefined || ur !== undefined) && { title: { en, ur } }),
    ...(location !== undefined && { location }),
    ...(operator !== undefined && { operatorLaw: operator }),
    ...(owner !== undefined && { ownerLaw: owner }),
    ...(keys !== undefined && { keyHolder: keys }),
    ...(evidence !== undefined && { evidence }),
    ...(expires !== undefined && { expiresAt: expires }),
    ...(options.for !== undefined && { classifications: options.for }),
    ...(address !== undefined && { addresses: address }),
  }
}

/** What was not said of a new one is unknown, and what it is meant for is nothing but open data. */
const unsaid = {
  location: 'unknown',
  operatorLaw: 'unknown',
  ownerLaw: 'unknown',
  keyHolder: 'unknown',
  classifications: ['open'],
  addresses: [],
}

async function add(backendId: string, _options: unknown, command: Command): Promise<void> {
  const options: Options = command.optsWithGlobals()
  const { kind, endpoint } = options
  const given = {
    title: { en: backendId, ur: backendId },
    ...unsaid,
    ...(await statedBy(options)),
    backendId,
    kind,
    endpoint,
  }
  await withContext(options, async ({ kernel, actor, print }) => {
    const made = await registerBackend(kernel, actor, readAs(BackendSpec, given))
    print(backendReply(made), [lineOf(made)])
  })
}

async function amend(backendId: string, _options: unknown, command: Command): Promise<void> {
  const options: Options = command.optsWithGlobals()
  const amendment = readAs(Amendment, await statedBy(options))
  await withContext(options, async ({ kernel, actor, print }) => {
    const made = await amendBackend(kernel, actor, { ...amendment, backendId })
    print(backendReply(made), [lineOf(made)])
  })
}

async function renew(backendId: string, _options: unknown, command: Command): Promise<void> {
  const options: Options = command.optsWithGlobals()
  const evidence = await evidenceOf(options)
  await withContext(options, async ({ kernel, actor, print }) => {
    if (evidence === undefined || options.expires === undefined) throw new Error('both are required')
    const made = await renewBackend(kernel, actor, { backendId, evidence, expiresAt: options.expires })
    print(backendReply(made), [lineOf(made)])
  })
}

async function withdraw(backendId: string, _options: unknown, command: Command): Promise<void> {
  const options: Options = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const made = await withdrawBackend(kernel, actor, backendId)
    print(backendReply(made), [lineOf(made)])
  })
}

async function list(_options: unknown, command: Command): Promise<void> {
  const options: Options = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const all = await backendsOf(kernel, actor.institutionId)
    const homeCountry = await homeCountryOf(kernel, actor.institutionId)
    print({ homeCountry, backends: all.map(backendReply) }, [
      `home country: ${homeCountry}`,
      ...all.map(lineOf),
    ])
  })
}

async function show(backendId: string, _options: unknown, command: Command): Promise<void> {
  const options: Options = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const { backend, versions } = await backendNamed(kernel, actor.institutionId, backendId)
    print(backendReply(backend), [
      lineOf(backend),
      ...versions.map(
        ({ version, changedAt, facts, isWithdrawn }) =>
          `  version ${version}, ${changedAt?.toISOString()}: ${isWithdrawn ? 'withdrawn' : facts.evidence.text}`,
      ),
    ])
  })
}

async function home(country: string | undefined, _options: unknown, command: Command): Promise<void> {
  const options: Options = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    if (country !== undefined) await setHomeCountry(kernel, actor, country)
    const now = await homeCountryOf(kernel, actor.institutionId)
    print({ country: now }, [now])
  })
}

function lineOf(backend: StandingBackend): string {
  const { backendId, kind, isWithdrawn, jurisdiction } = backend
  const { endpoint, location, operatorLaw, ownerLaw, keyHolder, expiresAt } = backendReply(backend)
  const facts = `stands ${location}, operator ${operatorLaw}, owner ${ownerLaw}, keys ${keyHolder}`
  const until = expiresAt === null ? 'while installed' : `until ${expiresAt}`
  const state = isWithdrawn ? 'withdrawn' : jurisdiction
  return `${state.padEnd(10)} ${backendId.padEnd(22)} ${kind.padEnd(14)} ${facts}; ${until}; ${endpoint ?? 'this machine'}`
}
