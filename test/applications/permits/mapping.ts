/** The permits as another office writes them, with what was found. */
import { readMapping } from '../../../kernel/imports/mapping.ts'

export const mapping = readMapping({
  id: 'office',
  title: { en: 'Permits of the other office', ur: 'دوسرے دفتر کے اجازت نامے' },
  source: { name: 'Made up for tests' },
  format: { delimiter: ',', encoding: 'utf-8', header: true, decimal: '.', thousands: 'none' },
  case: [
    { to: 'permitNumber', from: 'number', as: 'text', maxLength: 300 },
    { to: 'filedOn', from: 'filed', as: 'date', calendar: 'gregorian', pattern: 'YYYY-MM-DD' },
    { to: 'answer', from: 'answer', as: 'text' },
  ],
  outcome: {
    presentWhen: ['finding'],
    fields: [{ to: 'finding', from: 'finding', as: 'text' }],
  },
})

/** A line of such a file. */
export interface Line {
  readonly number: string
  readonly filed?: string
  readonly answer?: string
  readonly finding?: string
}

/** A file of these lines. */
export function fileOf(lines: readonly Line[]): string {
  const rows = lines.map(({ number, filed = '2026-02-01', answer = 'grant', finding = '' }) =>
    [number, filed, answer, finding].join(','),
  )
  return `${['number,filed,answer,finding', ...rows].join('\r\n')}\r\n`
}
