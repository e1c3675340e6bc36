/** The register of breaches at the command line: entered, assessed, told, and how long there is. */
import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import {
  assessBreach,
  type Breach,
  BreachRisk,
  findBreaches,
  getBreach,
  informPersons,
  notifyAuthority,
  OpenedBreach,
  openBreach,
} from '../../kernel/breaches/breaches.ts'
import { Refusal } from '../../kernel/errors.ts'
import { type CommonOptions, withContext } from './context.ts'

const form = `
The file holds JSON, in numbers and kinds and without names:
  { "what": "…", "foundAt": "2026-03-02T06:00:00Z", "happenedAt": null, "consequences": "…", "measures": "…",
    "cells": [{ "category": "Addresses", "persons": 40, "records": 55 }] }`

export function breachCommands(program: Command): void {
  const breach = program.command('breach').description('breaches of personal data, and the clock of 72 hours')
  breach
    .command('open')
    .argument('<file>')
    .description('enters a breach')
    .addHelpText('after', form)
    .action(open)
  breach.command('list').description('breaches, newest first').action(list)
  breach
    .command('assess')
    .argument('<breach>')
    .description('says how great the risk for the persons is')
    .addOption(new Option('--risk <risk>').choices(BreachRisk.options).makeOptionMandatory())
    .requiredOption('--why <text>')
    .action(assess)
  breach
    .command('notify')
    .argument('<breach>')
    .description('records that the authority was told')
    .requiredOption('--authority <name>')
    .requiredOption('--reference <text>', "the authority's number, or how it was sent")
    .option('--at <instant>', 'when (2026-03-02T06:00:00Z); now unless given')
    .option('--late-reason <text>', 'why later than 72 hours')
    .action(notify)
  breach
    .command('inform')
    .argument('<breach>')
    .description('records that the persons were told, or why not')
    .option('--persons <number>', 'how many', '0')
    .option('--how <text>')
    .option('--why-not <text>')
    .action(inform)
}

const line = ({ breachId, stage, hoursLeft, dueAt }: Breach) =>
  `${breachId}  ${stage}${
    hoursLeft === null
      ? ''
      : hoursLeft < 0
        ? `, LATE: the authority was to be told by ${dueAt.toISOString()}`
        : `, ${hoursLeft} hours left to tell the authority`
  }`

async function open(file: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  const given = OpenedBreach.safeParse(JSON.parse(await readFile(file, 'utf8')))
  if (!given.success) {
    const problems = given.error.issues.map(({ path, message }) => ({
      field: path.join('.'),
      code: 'field.invalid',
      message: { en: message, ur: message },
    }))
    throw new Refusal('breach.invalid', {}, { problems })
  }
  await withContext(options, async ({ kernel, actor, print }) => {
    const breach = await openBreach(kernel, actor, given.data)
    print(breach, [line(breach)])
  })
}

const mostListed = 1_000

async function list(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const found = await findBreaches(kernel, actor, { after: undefined, size: mostListed })
    print({ breaches: found }, found.length === 0 ? ['none'] : found.map(line))
    if (found.some(({ hoursLeft }) => (hoursLeft ?? 0) < 0)) process.exitCode = 1
  })
}

async function assess(breachId: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { risk: BreachRisk; why: string } = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const { version } = await getBreach(kernel, actor, breachId)
    const { risk, why } = options
    const breach = await assessBreach(kernel, actor, { breachId, version, risk, why })
    print(breach, [line(breach)])
  })
}

async function notify(breachId: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { authority: string; reference: string; at?: string; lateReason?: string } =
    command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const { version } = await getBreach(kernel, actor, breachId)
    const { authority, reference, at, lateReason = null } = options
    const notifiedAt = at ?? kernel.clock().toISOString()
    const notice = { authority, reference, notifiedAt, lateReason }
    const breach = await notifyAuthority(kernel, actor, { breachId, version, ...notice })
    print(breach, [line(breach)])
  })
}

async function inform(breachId: string, _options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { persons: string; how?: string; whyNot?: string } =
    command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const { version } = await getBreach(kernel, actor, breachId)
    const { persons, how = null, whyNot = null } = options
    const said = { persons: Number(persons), how, whyNot }
    const breach = await informPersons(kernel, actor, { breachId, version, ...said })
    print(breach, [line(breach)])
  })
}
