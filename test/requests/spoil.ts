/** Good bodies made bad: one thing in a value, or one thing in its text. */
import { documents, numbers, texts } from './hostile.ts'
import type { Random } from './random.ts'

/** Stands in a value for a number that JavaScript cannot hold; put in once the value is written. */
const numberMark = '\u{f0000}number:'

/** The JSON text of a value with one part of it changed. */
export function spoiltValue(value: unknown, random: Random): string {
  const text = JSON.stringify(changed(value, random, random.below(6)))
  return (text ?? 'null').replaceAll(new RegExp(`"${numberMark}([^"]*)"`, 'gu'), '$1')
}

function changed(value: unknown, random: Random, depth: number): unknown {
  if (depth > 0 && typeof value === 'object' && value !== null) {
    if (Array.isArray(value) && value.length > 0) {
      const index = random.below(value.length)
      return value.map((item: unknown, at) => (at === index ? changed(item, random, depth - 1) : item))
    }
    const names = Object.keys(value)
    if (names.length > 0) return changedObject({ ...value }, random, { depth, name: random.pick(names) })
  }
  return replacement(value, random)
}

function changedObject(
  object: Record<string, unknown>,
  random: Random,
  { depth, name }: { readonly depth: number; readonly name: string },
): unknown {
  switch (random.below(8)) {
    case 0: {
      const { [name]: _, ...rest } = object
      return rest
    }
    case 1:
      return { ...object, [random.pick(texts)]: replacement(object[name], random) }
    case 2:
      return { ...object, [name.toUpperCase()]: object[name] }
    default:
      return { ...object, [name]: changed(object[name], random, depth - 1) }
  }
}

function replacement(value: unknown, random: Random): unknown {
  switch (random.below(10)) {
    case 0:
      return null
    case 1:
      return numberMark + random.pick(numbers)
    case 2:
      return [value]
    case 3:
      return { [random.pick(['a', '$ref', 'toJSON', 'length'])]: value }
    case 4:
      return random.chance(0.5)
    case 5:
      return typeof value === 'string' ? otherDigits(value) : String(value)
    case 6:
      return Array.from({ length: 200 }, () => value)
    default:
      return random.pick(texts)
  }
}

/** Digits as Urdu writes them. */
const otherDigits = (text: string) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(0x06f0 + Number(digit)))

/** The bytes of a text with one place of them changed. */
export function spoiltText(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text)
  const at = random.below(bytes.length + 1)
  switch (random.below(12)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([bytes, Buffer.from(random.pick(documents))])
    case 2:
      return Buffer.from(`\ufeff${text}`)
    case 3:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([128 + random.below(128)]),
        bytes.subarray(at),
      ])
    case 4:
      return Buffer.from(text, 'utf16le')
    case 5:
      return Buffer.from(text.replace(/"(\w+)":/, '"$1":null,"$1":'))
    case 6:
      return Buffer.from(
        text.replace(/"(\w)(\w*)":/, (_, first: string, rest: string) => {
          const code = first.charCodeAt(0).toString(16).padStart(4, '0')
          return `"\\u${code}${rest}":`
        }),
      )
    case 7:
      return Buffer.from(text.replace(/: ?("[^"]*"|\d+)/, `:${random.pick(numbers)}`))
    case 8:
      return Buffer.from(text.replace(/"([^"]*)"(?=[,}\]])/, '"$1\\ud800"'))
    case 9:
      return Buffer.from(text.replace(/"([^"]*)"(?=[,}\]])/, '"$1\\u0000"'))
    case 10:
      return Buffer.from(random.pick(documents))
    default:
      return Buffer.from(`${text.slice(0, at)}${random.pick(texts)}${text.slice(at)}`)
  }
}
