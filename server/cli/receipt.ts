/** Receipts at the terminal. Nothing is opened and nobody is asked, so both commands work on any machine. */
import { readFile } from 'node:fs/promises'
import {
  type Failure,
  NotProven,
  type Policy,
  parsePolicy,
  type ReceiptFacts,
  verifyReceipt,
} from '@khudi/sdk/verify'
import type { Command } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import { verifyPage } from '../pages/verify/verify-page.ts'
import { type CommonOptions, printer } from './context.ts'

interface ReceiptOptions extends CommonOptions {
  readonly policy?: string
}

const policyHelp = 'which logs and witnesses to trust (c2sp.org/tlog-policy)'

export function receiptCommands(program: Command): void {
  const receipt = program.command('receipt').description('proves receipts, without asking anybody')
  receipt
    .command('verify')
    .description('says what a receipt proves; ends with 1 where it does not hold')
    .argument('<file>', 'the receipt, a .tlog-proof file')
    .option('--policy <file>', policyHelp)
    .action(async (file: string, _options: unknown, command: Command) => {
      const options: ReceiptOptions = command.optsWithGlobals()
      if (options.policy === undefined) throw new Refusal('receipt.policy_needed')
      const policy = await policyIn(options.policy)
      const result = await verifyReceipt(await bytesOf(file), { policy })
      if (result.verdict !== 'valid') throw notProven(refusals[result.verdict], result.failure)
      printer(options)(result, linesOf(result.facts))
    })
  receipt
    .command('page')
    .description('writes a web page that proves receipts by itself, to be kept, handed out or served')
    .option('--policy <file>', policyHelp)
    .action(async (_options: unknown, command: Command) => {
      const { policy: file }: ReceiptOptions = command.optsWithGlobals()
      const policy = file === undefined ? undefined : await policyTextIn(file)
      process.stdout.write((await verifyPage(policy === undefined ? {} : { policy })).html)
    })
}

const refusals = {
  invalid: 'receipt.not_valid',
  unreadable: 'receipt.unreadable',
  unchecked: 'receipt.unchecked',
} as const

type ReceiptRefusal = (typeof refusals)[keyof typeof refusals] | 'receipt.policy_unreadable'

function notProven(refusal: ReceiptRefusal, { code, en, ur, about }: Failure): Refusal {
  const said = (sentence: string) => (about === '' ? sentence : `${sentence}: ${about}`)
  return new Refusal(
    refusal,
    {},
    { problems: [{ field: code, code, message: { en: said(en), ur: said(ur) } }] },
  )
}

async function bytesOf(file: string): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw new Refusal('command.file_missing', { file }, { cause })
  })
}

async function policyIn(file: string): Promise<Policy> {
  const bytes = await bytesOf(file)
  try {
    return await parsePolicy(bytes)
  } catch (cause) {
    if (!(cause instanceof NotProven)) throw cause
    throw notProven('receipt.policy_unreadable', cause.failure)
  }
}

/** As text, for the page; read once before, so that no page is written around a policy that cannot be used. */
async function policyTextIn(file: string): Promise<string> {
  await policyIn(file)
  return (await bytesOf(file)).toString()
}

function linesOf(facts: ReceiptFacts): readonly string[] {
  const { witnesses, unsupportedWitnesses } = facts
  return [
    'VALID',
    `  what       ${facts.kind}${facts.said === '' ? '' : `: ${facts.said}`}`,
    `  when       ${facts.recordedAt.toISOString()}`,
    `  case       ${facts.caseId ?? 'none'}`,
    `  log        ${facts.origin}`,
    `  entry      ${facts.index.toLocaleString('en')} of ${facts.treeSize.toLocaleString('en')}`,
    ...witnesses.map(
      ({ name, keyName, cosignedAt }) =>
        `  witness    ${name} (${keyName}), ${cosignedAt?.toISOString() ?? 'without a time'}`,
    ),
    ...unsupportedWitnesses.map((name) => `  unchecked  ${name}: a kind of signature that is not known here`),
    ...(witnesses.length === 0 ? ['  witness    none: the policy asks for none'] : []),
    `  stated     ${facts.statedPolicy} (what the institution says of its witnesses; not proven)`,
  ]
}
