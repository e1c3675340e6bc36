/** `khudi model import` and `khudi model export`. */
import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { writeNew } from '../../kernel/durable-files.ts'
import { Refusal } from '../../kernel/errors.ts'
import { exportModel, importModel } from '../../kernel/models/exchange.ts'
import { modelReply } from '../../kernel/models/routes.ts'
import { type CommonOptions, withContext } from './context.ts'
import { application, hexOf, modelNameOf, modelOf } from './model-choice.ts'

interface ImportOptions extends CommonOptions {
  readonly name?: string
  readonly inputs?: string
  readonly rounds?: 'all' | 'best'
}

export function importCommand(model: Command): void {
  model
    .command('import')
    .description(
      'takes in a model of XGBoost (JSON, UBJSON), LightGBM (text) or ONNX as a draft; two persons make it live',
    )
    .argument(...application)
    .argument('<file>', "the model's file")
    .option('--name <model>', 'which model it is to be; may be left out where the application declares one')
    .option(
      '--inputs <names>',
      "features in the order of the file's inputs, by commas, where it does not say",
    )
    .addOption(whichRounds())
    .action(async (applicationId: string, file: string, _options: unknown, command: Command) => {
      const options: ImportOptions = command.optsWithGlobals()
      await withContext(options, async (context) => {
        const { kernel, actor, print } = context
        const said = modelReply(
          await importModel(kernel, actor, {
            applicationId,
            modelName: modelNameOf(context, applicationId, options.name),
            bytes: await bytesOf(file),
            inputs: options.inputs?.split(',').map((one) => one.trim()),
            rounds: options.rounds,
          }),
        )
        print(said, [
          `${said.state} model ${said.modelDigest}, taken in`,
          ...Object.entries(said.training.summary).map(([name, value]) => `  ${name}: ${value}`),
          `Measure it first: khudi model evaluate ${applicationId} --model ${said.modelDigest.slice(0, 12)}`,
        ])
      })
    })
}

const whichRounds = () =>
  new Option(
    '--rounds <which>',
    'of a model whose training was stopped early: all its rounds, or those to the best',
  ).choices(['all', 'best'])

interface ExportOptions extends CommonOptions {
  readonly onnx?: boolean
}

export function exportCommand(model: Command): void {
  model
    .command('export')
    .description("writes a model's file: in the platform's own format, or as ONNX")
    .argument(...application)
    .argument('<digest>', 'digest of the model, or how it begins')
    .argument('<file>', 'the file to write; one that is there already stays as it is')
    .option('--onnx', 'as ONNX (ai.onnx.ml), for other programs')
    .action(
      async (applicationId: string, digest: string, file: string, _options: unknown, command: Command) => {
        const options: ExportOptions = command.optsWithGlobals()
        await withContext(options, async (context) => {
          const row = await modelOf(context, applicationId, digest)
          const format = options.onnx === true ? 'onnx' : undefined
          const bytes = await exportModel(context.kernel, row, format)
          if (!(await writeNew(file, bytes))) throw new Refusal('command.file_exists', { file })
          const said = { modelDigest: hexOf(row), file, bytes: bytes.length }
          context.print(said, [
            `${file}: ${bytes.length.toLocaleString('en')} bytes of model ${hexOf(row).slice(0, 12)}`,
            'It holds values of the cases that it learned from: as confidential as they are.',
          ])
        })
      },
    )
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new Refusal('command.file_missing', { file }, { cause })
  }
}
