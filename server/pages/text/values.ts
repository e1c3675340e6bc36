/** Recorded values as an officer reads them: with their labels, units and names, in the reader's language. */
import { type FieldKind, unitSymbol } from '@khudi/sdk'
import { z } from 'zod'
import type { FieldNode } from '../forms/fields.ts'
import type { Visit } from '../visit.ts'
import { type Html, html, isolated, scriptClass } from './html.ts'

type Reader = Pick<Visit, 'speech' | 'formats'>

/**
 * One value. What does not have the form its field has today (a record of an older schema) is shown as it was recorded:
 * an officer decides about what was submitted, not about what could be made of it.
 */
export function shownValue(reader: Reader, field: Pick<FieldNode, 'kind' | 'meta'>, value: unknown): Html {
  return shown[field.kind](reader, value, field.meta) ?? asRecorded(value)
}

export function asRecorded(value: unknown): Html {
  return isolated(typeof value === 'string' ? value : JSON.stringify(value))
}

type Show = (reader: Reader, value: unknown, meta: FieldNode['meta']) => Html | undefined

const Money = z.strictObject({
  amountMinor: z.string().regex(/^-?\d{1,18}$/),
  currency: z.string().regex(/^[A-Z]{3}$/),
})
const Day = z.iso.date()
const Instant = z.iso.datetime({ offset: true })
const Place = z.strictObject({ latitude: z.number(), longitude: z.number() })
const File = z.object({ name: z.string(), mediaType: z.string(), bytes: z.number() })
const Bilingual = z.strictObject({ en: z.string(), ur: z.string() })

const written = (text: string) => html`<bdi class="typed ${scriptClass(text)}">${text}</bdi>`
const text: Show = (_reader, value) => (typeof value === 'string' ? written(value) : undefined)
/** Codes and identifiers run from left to right in Urdu too. */
const symbol: Show = (_reader, value) => (typeof value === 'string' ? code(value) : undefined)
const code = (value: string) => html`<bdi dir="ltr" class="code">${value}</bdi>`
const figure = (value: string) => html`<bdi class="figure">${value}</bdi>`
const number: Show = ({ formats }, value) =>
  typeof value === 'number' ? figure(formats.exactNumber(value)) : undefined
const nested: Show = () => undefined

const shown: Readonly<Record<FieldKind, Show>> = {
  text,
  code: symbol,
  identifier: symbol,
  place: symbol,
  number,
  record: nested,
  list: nested,
  measure: ({ formats, speech }, value, { unit }) => {
    if (typeof value !== 'number' || unit === undefined) return undefined
    return html`${figure(formats.exactNumber(value))} ${speech.of(unitSymbol(unit))}`
  },
  percent: ({ formats }, value) =>
    typeof value === 'number' ? figure(`${formats.exactNumber(value)}%`) : undefined,
  money: ({ formats }, value) => {
    const { data } = Money.safeParse(value)
    return (
      data &&
      html`<bdi dir="ltr" class="figure">${formats.money(BigInt(data.amountMinor), data.currency)}</bdi>`
    )
  },
  date: ({ formats }, value) => {
    const { data } = Day.safeParse(value)
    return data === undefined ? undefined : html`<time datetime="${data}">${formats.date(data)}</time>`
  },
  time: ({ formats }, value) => {
    const { data } = Instant.safeParse(value)
    return data === undefined
      ? undefined
      : html`<time datetime="${data}">${formats.instant(new Date(data))}</time>`
  },
  choice: ({ speech }, value, { choices }) => {
    const label =
      typeof value === 'string' && Object.hasOwn(choices ?? {}, value) ? choices?.[value] : undefined
    return label && html`${speech.of(label)}`
  },
  flag: ({ speech }, value) =>
    typeof value === 'boolean' ? html`${speech.text(value ? 'value.yes' : 'value.no')}` : undefined,
  country: ({ formats, speech }, value) => {
    if (typeof value !== 'string' || !/^[A-Z]{2}$/.test(value)) return undefined
    if (value === 'ZZ') return html`${speech.text('value.countryNotStated')}`
    const name = formats.country(value)
    return name === undefined ? code(value) : html`${name} ${code(`(${value})`)}`
  },
  coordinates: (_reader, value) => {
    const { data } = Place.safeParse(value)
    return data && code(`${data.latitude}, ${data.longitude}`)
  },
  attachment: ({ formats }, value) => {
    const { data } = File.safeParse(value)
    return (
      data && html`${isolated(data.name)} (${code(data.mediaType)}, ${formats.number(data.bytes / 1_000)} kB)`
    )
  },
  bilingual: ({ speech }, value) => {
    const { data } = Bilingual.safeParse(value)
    return data && written(speech.of(data))
  },
}

/** Value at a path such as `importer.name`; `undefined` where there is none. */
export function valueAt(record: unknown, path: string): unknown {
  let value = record
  for (const key of path.split('.'))
    value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
