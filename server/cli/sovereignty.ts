/** How sovereign this installation is, and what it is made of. */
import type { Command } from 'commander'
import { billOfMaterials } from '../../kernel/sovereignty/bill-of-materials.ts'
import { type CheckResult, sovereigntyOf } from '../../kernel/sovereignty/score.ts'
import { subjectOn } from '../sovereignty/watch.ts'
import { productVersion } from '../version.ts'
import { type CommonOptions, withContext } from './context.ts'

export function sovereigntyCommands(program: Command): void {
  const sovereignty = program
    .command('sovereignty')
    .description('how sovereign this installation is, and what it is made of')
  sovereignty
    .command('check', { isDefault: true })
    .description('makes the eleven checks of sovereignty; status 1 where one is not fulfilled')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ platform, actor, print }) => {
        const score = await sovereigntyOf(subjectOn(platform, actor))
        const { green, results } = score
        print(score, [...results.flatMap(linesOf), `${green} of ${results.length} fulfilled`])
        if (green < results.length) process.exitCode = 1
      })
    })
  sovereignty
    .command('bom')
    .description('what runs, as a CycloneDX document: packages, applications and models by their digests')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ platform, actor }) => {
        const { kernel, productFolder, productDigest } = subjectOn(platform, actor)
        const bill = await billOfMaterials({ kernel, actor, productFolder, productDigest, productVersion })
        process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`)
      })
    })
}

const marks = { green: 'green  ', red: 'RED    ', not_yet: 'not yet' } as const

function linesOf({ number, state, title, says, remedy }: CheckResult): readonly string[] {
  const first = `${String(number).padStart(2)}  ${marks[state]}  ${title.en}: ${says.en}`
  return state === 'green' ? [first] : [first, `             ${remedy.en}`]
}
