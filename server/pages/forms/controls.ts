/** The control of each kind of field. */
import { type FieldKind, unitSymbol } from '@khudi/sdk'
import { attributes, type Html, html } from '../text/html.ts'
import type { Word } from '../text/words.ts'
import type { FieldNode } from './fields.ts'
import { controlId } from './problems.ts'
import { type FormView, labelText, message, tied } from './view.ts'

type Control = (view: FormView, field: FieldNode, name: string) => Html
type Written = Exclude<FieldKind, 'record' | 'list' | 'choice' | 'flag'>

/** Above this many characters a text gets room for several lines. */
const oneLine = 200
/** More choices than this are easier to find in a list that opens. */
const mostRadios = 5

export const controls: Readonly<Record<Written, Control>> = {
  text: (view, field, name) =>
    (field.maxLength ?? 0) > oneLine
      ? labelled(view, field, { name, control: area(view, field, name), isWide: true })
      : labelled(view, field, {
          name,
          control: input(view, name, { dir: 'auto', maxlength: field.maxLength }),
        }),
  code: (view, field, name) => labelled(view, field, { name, control: symbol(view, name) }),
  identifier: (view, field, name) => labelled(view, field, { name, control: symbol(view, name) }),
  place: (view, field, name) => labelled(view, field, { name, control: symbol(view, name) }),
  country: (view, field, name) =>
    hinted(view, field, {
      name,
      hint: 'form.hint.country',
      control: symbol(view, name, { list: 'countries', hint: true }),
    }),
  number: (view, field, name) => labelled(view, field, { name, control: figure(view, name) }),
  percent: (view, field, name) => labelled(view, field, { name, control: html`${figure(view, name)} %` }),
  measure: (view, field, name) => {
    const { unit } = field.meta
    const symbolText = unit === undefined ? '' : view.visit.speech.of(unitSymbol(unit))
    return labelled(view, field, { name, control: html`${figure(view, name)} ${symbolText}` })
  },
  money: (view, field, name) =>
    hinted(view, field, {
      name,
      hint: 'form.hint.money',
      parts: ['amountMinor', 'currency'],
      control: amount(view, name),
    }),
  date: (view, field, name) =>
    labelled(view, field, { name, control: input(view, name, { type: 'date', class: 'short' }) }),
  time: (view, field, name) =>
    hinted(view, field, {
      name,
      hint: 'form.hint.time',
      control: input(view, name, { type: 'datetime-local', step: 60, class: 'short', hint: true }),
    }),
  coordinates: (view, field, name) => together(view, field, { name, parts: positions, isFigure: true }),
  bilingual: (view, field, name) => together(view, field, { name, parts: tongues, isFigure: false }),
  attachment: (view, field, name) =>
    html`<p class="field" id="${controlId(name)}"><b>${labelText(view, field)}</b> ${message(view, name)}<span class="hint">${view.visit.speech.text('form.hint.attachment')}</span></p>`,
}

const positions = [
  ['latitude', 'form.latitude'],
  ['longitude', 'form.longitude'],
] as const
const tongues = [
  ['en', 'form.english'],
  ['ur', 'form.urdu'],
] as const

interface Labelled {
  readonly name: string
  readonly control: Html
  readonly parts?: readonly string[]
  readonly isWide?: boolean
}

function labelled(
  view: FormView,
  field: FieldNode,
  { name, control, parts, isWide = false }: Labelled,
): Html {
  return html`<p class="field${isWide && ' wide'}"><label for="${controlId(name)}">${labelText(view, field)}</label>
${message(view, name, parts)}
<span class="control">${control}</span></p>
`
}

function hinted(view: FormView, field: FieldNode, given: Labelled & { readonly hint: Word }): Html {
  const { name, control, parts, hint } = given
  return html`<p class="field"><label for="${controlId(name)}">${labelText(view, field)}</label>
<span class="hint" id="${controlId(name)}-hint">${view.visit.speech.text(hint)}</span>
${message(view, name, parts)}
<span class="control">${control}</span></p>
`
}

interface InputLook {
  readonly type?: string
  readonly class?: string
  readonly dir?: string
  readonly inputmode?: string
  readonly list?: string
  readonly step?: number
  readonly maxlength?: number | undefined
  readonly autocapitalize?: string
  readonly spellcheck?: string
  readonly hint?: boolean
  readonly parts?: readonly string[]
}

/** Without `required`, `min` and `max`: the server says what is wrong in the reader's language, beside each field at once. */
function input(view: FormView, name: string, { hint = false, parts = [], ...look }: InputLook): Html {
  return html`<input id="${controlId(name)}" name="${name}" value="${view.draft.get(name)}" autocomplete="off"${attributes({ ...look })}${tied(view, name, { hint, parts })}>`
}

function area(view: FormView, field: FieldNode, name: string): Html {
  return html`<textarea id="${controlId(name)}" name="${name}" rows="4" dir="auto"${attributes({ maxlength: field.maxLength })}${tied(view, name)}>
${view.draft.get(name)}</textarea>`
}

const symbol = (view: FormView, name: string, look: InputLook = {}) =>
  input(view, name, {
    dir: 'ltr',
    class: 'short',
    autocapitalize: 'characters',
    spellcheck: 'false',
    ...look,
  })

/** A text with a numeric keyboard, since browsers' own number fields drop what they cannot read and change it by the wheel. */
const figure = (view: FormView, name: string, look: InputLook = {}) =>
  input(view, name, { dir: 'ltr', class: 'short figure', inputmode: 'decimal', ...look })

function amount(view: FormView, name: string): Html {
  const { speech } = view.visit
  const currency = `${name}.currency`
  return html`${figure(view, name, { hint: true, parts: ['amountMinor', 'currency'] })}
<input id="${controlId(currency)}" name="${currency}" value="${view.draft.get(currency) ?? 'PKR'}" dir="ltr" class="code3" size="4" maxlength="3" autocapitalize="characters" spellcheck="false" autocomplete="off" aria-label="${speech.text('form.currency')}">`
}

/** Several short controls under one label. */
function together(
  view: FormView,
  field: FieldNode,
  {
    name,
    parts,
    isFigure,
  }: {
    readonly name: string
    readonly parts: readonly (readonly [string, Word])[]
    readonly isFigure: boolean
  },
): Html {
  const { speech } = view.visit
  return html`<fieldset class="group" id="${controlId(name)}"><legend>${labelText(view, field)}</legend>${message(view, name)}
${parts.map(([part, word]) => {
  const own = `${name}.${part}`
  const control = isFigure ? figure(view, own) : input(view, own, { dir: part === 'ur' ? 'rtl' : 'ltr' })
  return html`<p class="field"><label for="${controlId(own)}">${speech.text(word)}</label>${message(view, own)}<span class="control">${control}</span></p>`
})}</fieldset>`
}

/** Radio buttons for a few choices, a list for many; nothing is chosen before the officer chooses. */
export function choiceControl(view: FormView, field: FieldNode, name: string): Html {
  const { speech } = view.visit
  const options =
    field.kind === 'flag'
      ? [['true', speech.text('value.yes')] as const, ['false', speech.text('value.no')] as const]
      : Object.entries(field.meta.choices ?? {}).map(([value, label]) => [value, speech.of(label)] as const)
  const all = field.optional ? [['', speech.text('form.notStated')] as const, ...options] : options
  return all.length > mostRadios ? list(view, field, { name, all }) : radios(view, field, { name, all })
}

interface Options {
  readonly name: string
  readonly all: readonly (readonly [value: string, label: string])[]
}

function radios(view: FormView, field: FieldNode, { name, all }: Options): Html {
  const chosen = view.draft.get(name) ?? (field.optional ? '' : undefined)
  return html`<fieldset class="field" id="${controlId(name)}"${tied(view, name)}><legend>${labelText(view, field)}</legend>
${message(view, name)}
${all.map(
  ([value, label]) =>
    html`<label class="choice"><input type="radio" name="${name}" value="${value}"${value === chosen && html` checked`}> <span>${label}</span></label>
`,
)}</fieldset>
`
}

function list(view: FormView, field: FieldNode, { name, all }: Options): Html {
  const chosen = view.draft.get(name) ?? ''
  const options = field.optional ? all : [['', view.visit.speech.text('form.choose')] as const, ...all]
  return labelled(view, field, {
    name,
    control: html`<select id="${controlId(name)}" name="${name}"${tied(view, name)}>
${options.map(([value, label]) => html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`)}
</select>`,
  })
}

/** What the fields for countries suggest: every code with its name. Written once for all of them. */
export function countryList({ formats }: FormView['visit'], codes: readonly string[]): Html {
  return html`<datalist id="countries">${codes.map((code) => html`<option value="${code}">${formats.country(code)}</option>`)}</datalist>`
}
