/** Rows as a table for a terminal, with what is to be said of them below it. */
import { noPeer, type Row } from './result.ts'

const columns = ['', 'value', 'reference', 'ratio', 'bar', 'holds', 'against'] as const

export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    `${shown(row.value)} ${row.unit}`.trim(),
    row.reference == null ? '–' : shown(row.reference.value),
    row.ratio === null ? '–' : shown(row.ratio),
    row.bar ?? '–',
    row.holds === null ? '–' : row.holds ? 'yes' : 'NO',
    row.reference?.what ?? noPeer,
  ])
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...cells.map((line) => line[index]?.length ?? 0)),
  )
  const line = (parts: readonly string[]) =>
    parts
      .map((part, index) => part.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  const rules = widths.map((width) => '─'.repeat(width))
  const notes = rows.flatMap(({ what, note = '' }) => {
    // The column says it already.
    const rest = note === noPeer ? '' : note.replace(new RegExp(`; ${noPeer}$`), '')
    return rest === '' ? [] : [`  ${what}: ${rest}`]
  })
  return [line(columns), line(rules), ...cells.map(line), ...notes].join('\n')
}

function shown(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: value >= 1_000 ? 21 : 4 })
}
