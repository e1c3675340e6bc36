/** HTML by a tagged template. Whatever is put into it is escaped, unless it was itself made here. */

const made: unique symbol = Symbol('HTML made here')

/** Markup that may be sent as it is. Only `html` and `attributes` make it. */
export interface Html {
  readonly [made]: string
}

/** What may stand in a template. Nothing is written for `undefined`, `null` and `false`. */
export type Content = Html | string | number | bigint | false | null | undefined | readonly Content[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Attributes must be quoted in the template: these five characters are then all that could end a text or a value. */
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? character)

function markup(content: Content): string {
  if (content === undefined || content === null || content === false) return ''
  if (typeof content !== 'object') return escaped(String(content))
  return made in content ? content[made] : content.map(markup).join('')
}

export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const [first = '', ...rest] = parts
  return { [made]: rest.reduce((text, part, index) => text + markup(contents[index]) + part, first) }
}

/** Attributes, each with a space before it: `true` alone by its name, `false` and `undefined` not at all. */
export function attributes(given: Readonly<Record<string, string | number | boolean | undefined>>): Html {
  const texts = Object.entries(given).map(([name, value]) => {
    if (value === undefined || value === false) return ''
    return value === true ? ` ${name}` : ` ${name}="${escaped(String(value))}"`
  })
  return { [made]: texts.join('') }
}

/** The text of the markup, for the reply. */
export const markupOf = (content: Html): string => content[made]

/** Text that somebody else wrote: its writing direction stays its own, whatever stands around it. */
export const isolated = (text: string): Html =>
  html`<bdi${attributes({ class: scriptClass(text) })}>${text}</bdi>`

/** `latin` for a text without a letter that an Urdu font is for. */
export const scriptClass = (text: string): string | undefined =>
  /\p{Script=Arabic}/u.test(text) ? undefined : 'latin'
