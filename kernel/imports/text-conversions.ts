/** Conversions of cells that stay texts, or become one of a listed set of values. */
import { asciiDigits } from '@khudi/sdk'
import type { ConvertCell, FieldOf, RowReading } from './conversion.ts'
import { createDateReader } from './dates.ts'
import { hasMixedDigits } from './numbers.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what these refuse
const control = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, with tab, line feed and carriage return permitted
const controlInText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

export function convertText(field: FieldOf<'text'>): ConvertCell {
  const forbidden = field.multiline ? controlInText : control
  return (cell, row) => {
    if (cell.length > field.maxLength) return row.refuse('import.field_too_long', { limit: field.maxLength })
    return forbidden.test(cell) ? row.refuse('import.text_control') : cell
  }
}

const alphabets = { digits: '0-9', letters: 'A-Z', alphanumeric: '0-9A-Za-z' } as const
const alphabetNames = { digits: '0–9', letters: 'A–Z', alphanumeric: '0–9, A–Z, a–z' } as const

export function convertCode(field: FieldOf<'code'>): ConvertCell {
  const { alphabet, length, padLeft = 0, written } = field
  const characters = new RegExp(`^[${alphabets[alphabet]}]+$`)
  const form = written === undefined ? undefined : formOf(written, alphabets[alphabet])
  const [min, max] = typeof length === 'number' ? [length, length] : [length.min, length.max]
  const expected = min === max ? `${min}` : `${min}–${max}`
  return (cell, row) => {
    const given = alphabet !== 'digits' || characters.test(cell) ? cell : digitsOf(cell, row)
    if (given === undefined) return undefined
    if (form !== undefined && !form.test(given))
      return row.refuse('import.code_characters', { written: `${written}` })
    const code = form === undefined ? given : given.replace(/[-./ ]/g, '')
    if (!characters.test(code))
      return row.refuse('import.code_characters', { written: alphabetNames[alphabet] })
    const lacking = min - code.length
    if (lacking > 0 && lacking <= padLeft) return code.padStart(min, '0')
    // One digit short is what a spreadsheet leaves of chapters 01–09; two short is another kind of code.
    if (lacking === 1 && min === max && alphabet === 'digits')
      return row.refuse('import.code_leading_zero_lost', { length: min })
    return lacking > 0 || code.length > max ? row.refuse('import.code_length', { length: expected }) : code
  }
}

/** `####.##` as a pattern: a form that is matched as a whole, so that `10121.0` is not taken for 1012.10. */
function formOf(written: string, alphabet: string): RegExp {
  return new RegExp(`^${written.replace(/[-./ ]/g, '\\$&').replaceAll('#', `[${alphabet}]`)}$`)
}

function digitsOf(cell: string, row: RowReading): string | undefined {
  return hasMixedDigits(cell) ? row.refuse('import.number_mixed_digits') : asciiDigits(cell)
}

const calendarNames = {
  gregorian: 'Gregorian',
  'islamic-umalqura': 'Hijri, Umm al-Qura',
  persian: 'Persian',
  any: 'any',
} as const

export function convertDate(field: FieldOf<'date'>): ConvertCell {
  const read = createDateReader(field)
  const parameters = {
    pattern: field.pattern === 'any' ? 'YYYY-MM-DD' : field.pattern,
    calendar: calendarNames[field.calendar],
    earliest: field.earliest ?? '…',
    latest: field.latest ?? '…',
  }
  return (cell, row) => {
    const date = read(cell)
    return typeof date === 'string' ? date : row.refuse(date.problem, parameters)
  }
}

export type Scalar = string | number | boolean

/** One of the listed texts; digits may be written in any of the three scripts. */
export function convertListed(values: ReadonlyMap<string, Scalar>): ConvertCell {
  const known = [...values.keys()].slice(0, 20).join(', ')
  return (cell, row) => {
    const value = values.get(cell) ?? values.get(asciiDigits(cell))
    return value === undefined ? row.refuse('import.value_unmapped', { known }) : value
  }
}
