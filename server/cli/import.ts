import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { mkdir, open, readdir, rename, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import { type ImportRow, refusedFile, runImport } from '../../kernel/imports/imports.ts'
import { type Mapping, readMapping } from '../../kernel/imports/mapping.ts'
import { installed } from '../../kernel/register/register.ts'
import { type Progress, progress } from '../progress.ts'
import { type CommandContext, type CommonOptions, withContext } from './context.ts'

interface ImportOptions extends CommonOptions {
  readonly mapping: string
  readonly decide?: boolean
}

export function importCommand(program: Command): void {
  program
    .command('import')
    .description(
      'takes cases and outcomes in from files, through a mapping; a rerun goes on where it stopped',
    )
    .argument('<application>', 'id of the application')
    .argument('<files...>', 'CSV files, plain or gzip')
    .requiredOption('--mapping <name>', "one of the application's mappings, or the path of a mapping file")
    .option('--decide', 'decide each case as it comes in, instead of only taking it in')
    .action(async (application: string, files: string[], _options: unknown, command: Command) => {
      const options: ImportOptions = command.optsWithGlobals()
      await withContext(options, async (context) => {
        const { folder } = installed(context.kernel, application)
        const mapping = await findMapping(application, folder, options.mapping)
        const results: ImportResult[] = []
        for (const file of files) {
          results.push(
            await importFile(context, { application, mapping, file, isDecided: options.decide === true }),
          )
        }
        context.print(results, results.flatMap(resultLines))
      })
    })
}

async function findMapping(application: string, folder: string, name: string): Promise<Mapping> {
  const own = join(folder, 'mappings', `${name}.json`)
  const path = /^[a-z0-9-]+$/.test(name) && existsSync(own) ? own : name
  if (!existsSync(path)) {
    const known = await readdir(join(folder, 'mappings')).catch((): string[] => [])
    const names = known
      .filter((file) => /^[a-z0-9-]+\.json$/.test(file))
      .map((file) => basename(file, '.json'))
    throw new Refusal('command.mapping_missing', {
      application,
      mapping: name,
      known: names.join(', ') || '–',
    })
  }
  return readMapping(parseMapping(path))
}

function parseMapping(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Refusal('import.mapping_invalid', { detail: `${path} is not JSON` }, { cause })
  }
}

interface ImportResult {
  readonly file: string
  readonly records: number
  readonly accepted: number
  readonly unchanged: number
  readonly refused: number
  readonly outcomes: number
  /** Records that an earlier run had taken. */
  readonly resumedAt: number
  readonly refusedFile: string | null
}

interface FileToImport {
  readonly application: string
  readonly mapping: Mapping
  readonly file: string
  readonly isDecided: boolean
}

async function importFile(context: CommandContext, given: FileToImport): Promise<ImportResult> {
  const { file } = given
  const shown = progress(`Importing ${basename(file)}`)
  const { state, resumedAt } = await runWithProgress(context, given, shown)
  shown.end(resumedAt === undefined ? 'was taken in before; nothing changed' : undefined)
  const { records, opened, unchanged, refused, outcomes } = state
  return {
    file,
    records,
    accepted: opened,
    unchanged,
    refused,
    outcomes,
    resumedAt: resumedAt ?? records,
    refusedFile: await writeRefused(context, state),
  }
}

/** Runs the import; `resumedAt` is `undefined` where an earlier run had ended it. */
async function runWithProgress(
  { kernel, actor, signal }: CommandContext,
  { application, mapping, file, isDecided }: FileToImport,
  shown: Progress,
): Promise<{ readonly state: ImportRow; readonly resumedAt: number | undefined }> {
  const size = await sizeOf(file)
  let bytesRead = 0
  let resumedAt: number | undefined
  const state = await runImport(kernel, actor, {
    applicationId: application,
    mapping,
    sourceName: basename(file),
    isDecided,
    signal,
    open: () => {
      bytesRead = 0
      const stream = createReadStream(file)
      stream.on('data', (chunk) => {
        bytesRead += chunk.length
      })
      return stream
    },
    onProgress: (now, from) => {
      resumedAt = from
      // How many records the file has is known only at its end; until then its read part tells.
      shown.update(now.records, bytesRead > 0 ? Math.round((now.records * size) / bytesRead) : undefined)
    },
  })
  return { state, resumedAt }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (cause) {
    throw new Refusal('command.file_missing', { file }, { cause })
  }
}

/** Writes the file of refused rows, whole or not at all; only the owner may read it. */
async function writeRefused(
  { kernel, actor, platform }: CommandContext,
  state: ImportRow,
): Promise<string | null> {
  if (state.refused === 0) return null
  const folder = join(platform.settings.folder, 'imports')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(
    folder,
    `${basename(state.sourceName).replace(/\.gz$/, '')}.${state.importId.slice(-8)}.refused.csv`,
  )
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    for await (const text of refusedFile(kernel, actor, state)) await file.write(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  return path
}

function resultLines(result: ImportResult): string[] {
  const { file, records, accepted, unchanged, refused, outcomes } = result
  const count = (value: number) => value.toLocaleString('en')
  const lines = [
    `${file}: ${count(records)} records = ${count(accepted)} accepted + ${count(unchanged)} unchanged + ${count(refused)} refused; ${count(outcomes)} with an outcome`,
  ]
  if (result.refusedFile !== null)
    lines.push(`  Refused rows, to be mended and imported again: ${result.refusedFile}`)
  return lines
}
