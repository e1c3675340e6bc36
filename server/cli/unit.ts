import type { Command } from 'commander'
import { unitKinds } from '../../kernel/units/kinds.ts'
import { addUnit, closeUnit, moveUnit, renameUnit, type UnitRow, unitsOf } from '../../kernel/units/units.ts'
import { type CommonOptions, withContext } from './context.ts'

export function unitCommands(program: Command): void {
  const unit = program.command('unit').description('units of the institution: a tree')
  listCommand(unit)
  addCommand(unit)
  renameCommand(unit)
  moveCommand(unit)
  closeCommand(unit)
}

function listCommand(unit: Command): void {
  unit
    .command('list')
    .description('lists the tree')
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const rows = await unitsOf(kernel, actor.institutionId)
        print(rows, rows.length === 0 ? ['There are no units.'] : treeLines(rows, null, ''))
      })
    })
}

function treeLines(rows: readonly UnitRow[], parentId: string | null, indent: string): readonly string[] {
  return rows
    .filter((row) => row.parentId === parentId)
    .flatMap((row) => [
      `${indent}${row.code}  ${row.titleEn} (${row.kind})${row.closedAt === null ? '' : ', closed'}`,
      ...treeLines(rows, row.unitId, `${indent}  `),
    ])
}

function addCommand(unit: Command): void {
  unit
    .command('add')
    .description('adds a unit')
    .argument('<code>', 'the institution’s own, as its applications name it in cases')
    .requiredOption('--kind <kind>', Object.keys(unitKinds).join(', '))
    .requiredOption('--en <title>', 'title in English')
    .requiredOption('--ur <title>', 'title in Urdu')
    .option('--parent <code>', 'the unit above it')
    .action(async (code: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { kind: string; en: string; ur: string; parent?: string } =
        command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const { kind, en, ur, parent } = options
        const row = await addUnit(kernel, actor, { code, kind, title: { en, ur }, parent })
        print(row, [`${row.code}: ${row.unitId}`])
      })
    })
}

function renameCommand(unit: Command): void {
  unit
    .command('rename')
    .description('gives a unit another title; its code stays')
    .argument('<code>')
    .requiredOption('--en <title>', 'title in English')
    .requiredOption('--ur <title>', 'title in Urdu')
    .action(async (code: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { en: string; ur: string } = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const row = await renameUnit(kernel, actor, { code, title: { en: options.en, ur: options.ur } })
        print(row, [`${row.code}: ${row.titleEn}`])
      })
    })
}

function moveCommand(unit: Command): void {
  unit
    .command('move')
    .description('moves a unit and all below it under another one, or to the top')
    .argument('<code>')
    .option('--parent <code>', 'the unit above it from now on; to the top without')
    .action(async (code: string, _options: unknown, command: Command) => {
      const options: CommonOptions & { parent?: string } = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const row = await moveUnit(kernel, actor, { code, parent: options.parent })
        print(row, [`${row.code}: under ${options.parent ?? 'the institution itself'}`])
      })
    })
}

function closeCommand(unit: Command): void {
  unit
    .command('close')
    .description('closes a unit: no case is opened there and no role granted; what is there stays')
    .argument('<code>')
    .action(async (code: string, _options: unknown, command: Command) => {
      const options: CommonOptions = command.optsWithGlobals()
      await withContext(options, async ({ kernel, actor, print }) => {
        const row = await closeUnit(kernel, actor, { code })
        print(row, [`${row.code}: closed`])
      })
    })
}
