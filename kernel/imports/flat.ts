import { type Application, describeFields, type FieldDescription } from '@khudi/sdk'
import { Mapping } from './mapping.ts'

/**
 * The mapping of a table whose columns are the field paths of the case schema themselves (`importer.name`,
 * `invoiceValue.amountMinor`): what the API takes as CSV. Lists and attachments have no column.
 *
 * @param columns header of the table; optional fields without a column are left out
 */
export function flatMapping(application: Application, columns: ReadonlySet<string>): Mapping {
  const fields = describeFields(application.case)
  const optionalParts = fields
    .filter(({ kind, optional }) => kind === 'record' && optional)
    .map(({ path }) => path)
  return Mapping.parse({
    id: 'flat',
    title: application.title,
    source: { name: 'columns named by the field paths of the case schema' },
    format: {
      delimiter: ',',
      encoding: 'utf-8',
      header: true,
      decimal: '.',
      thousands: 'none',
      exponent: true,
    },
    case: fields
      .filter(({ path }) => !path.includes('[]'))
      .flatMap((field) => columnsFor(field, optionalParts))
      .filter(({ from, optional }) => columns.has(from) || !optional),
  })
}

interface FlatField {
  readonly to: string
  readonly from: string
  readonly as: string
  readonly optional: boolean
}

function columnsFor(
  { path, kind, optional }: FieldDescription,
  optionalParts: readonly string[],
): FlatField[] {
  const isOptional = optional || optionalParts.some((part) => path.startsWith(`${part}.`))
  const column = (name: string, rest: { readonly as: string }): FlatField => ({
    to: name,
    from: name,
    optional: isOptional,
    ...rest,
  })
  switch (kind) {
    case 'number':
    case 'measure':
    case 'percent':
      return [column(path, { as: 'decimal' })]
    case 'flag':
      return [column(path, { as: 'boolean', ...{ true: ['true'], false: ['false'] } })]
    case 'date':
      return [column(path, { as: 'date', ...{ calendar: 'gregorian', pattern: 'YYYY-MM-DD' } })]
    case 'money':
      return [column(`${path}.amountMinor`, { as: 'text' }), column(`${path}.currency`, { as: 'text' })]
    case 'coordinates':
      return [column(`${path}.latitude`, { as: 'decimal' }), column(`${path}.longitude`, { as: 'decimal' })]
    case 'bilingual':
      return [column(`${path}.en`, { as: 'text' }), column(`${path}.ur`, { as: 'text' })]
    case 'record':
    case 'list':
    case 'attachment':
      return []
    default:
      return [column(path, { as: 'text' })]
  }
}
