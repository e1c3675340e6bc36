import type { Command } from 'commander'
import { modelsOf, originOf } from '../../kernel/models/models.ts'
import { promotionOf } from '../../kernel/models/promotion.ts'
import { modelReply } from '../../kernel/models/routes.ts'
import { propose, proposeAlone } from '../../kernel/proposals/proposals.ts'
import { proposalReply } from '../../kernel/proposals/routes.ts'
import { type CommonOptions, withContext } from './context.ts'
import { application, modelOf } from './model-choice.ts'
import { compareCommand, evaluateCommand } from './model-evaluate.ts'
import { exportCommand, importCommand } from './model-exchange.ts'
import { explainCommand } from './model-explain.ts'
import { searchCommand, trainCommand } from './model-train.ts'
import { type AloneOptions, alone, proposalLines } from './proposal.ts'

export function modelCommands(program: Command): void {
  const model = program.command('model').description('trains, promotes, measures and explains models')
  trainCommand(model)
  searchCommand(model)
  promoteCommand(model)
  listCommand(model)
  evaluateCommand(model)
  compareCommand(model)
  explainCommand(model)
  importCommand(model)
  exportCommand(model)
}

function promoteCommand(model: Command): void {
  model
    .command('promote')
    .description('proposes to make a model the live one; another person approves')
    .argument(...application)
    .argument('<digest>', 'digest of the model, or how it begins')
    .addOption(alone())
    .action(async (applicationId: string, digest: string, _options: unknown, command: Command) => {
      const options: CommonOptions & AloneOptions = command.optsWithGlobals()
      await withContext(options, async (context) => {
        const { kernel, actor, print } = context
        const row = await modelOf(context, applicationId, digest)
        const given = await promotionOf(kernel, actor, { applicationId, digest: row.modelDigest })
        const reason = options.breakGlass
        const made =
          reason === undefined
            ? await propose(kernel, actor, given)
            : await proposeAlone(kernel, actor, { ...given, reason })
        print(proposalReply(made), proposalLines(made))
      })
    })
}

function listCommand(model: Command): void {
  model
    .command('list')
    .description('models of an application, newest first')
    .argument(...application)
    .action(async (applicationId: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const models = await modelsOf(kernel, actor, applicationId)
        const lines = models.map((row) => {
          const { modelDigest, modelName, state } = modelReply(row)
          const { isImported, training } = originOf(row)
          const from = isImported
            ? `taken in, file ${training.file.slice(0, 12)}`
            : `${training.from} to ${training.to}, ${training.examples.toLocaleString('en')} cases`
          return `${modelDigest.slice(0, 12)}  ${state.padEnd(7)}  ${modelName}  ${from}`
        })
        print(
          models.map(modelReply),
          lines.length > 0 ? lines : [`No models yet: khudi model train ${applicationId}`],
        )
      })
    })
}
