/** Why something is recommended: each reason as a sentence, with what it weighs and in which direction. */
import { type Application, type BilingualText, type Reason, sentenceFor } from '@khudi/sdk'
import { z } from 'zod'
import { type Unsealed, visibleReasons } from '../../kernel/cases/open.ts'
import type { DecisionRow } from '../../kernel/decisions/decisions.ts'
import { ReasonReply } from '../../kernel/decisions/replies.ts'
import { type Hiding, hiddenValue, hidingOf } from './sealed.ts'
import { type Html, html, isolated } from './text/html.ts'
import { filled } from './text/speech.ts'
import type { Visit } from './visit.ts'

const Reasons = z.array(ReasonReply)

type Reader = Pick<Visit, 'speech' | 'formats'>

/** A reason as far as its reader may see it. */
export interface ShownReason extends Reason {
  /** Why it stands here without its value; `undefined` where it is all there. */
  readonly hiding: Hiding | undefined
}

/** The reasons of a decision, as far as they were opened. */
export function shownReasons(decision: DecisionRow, unsealed: Unsealed): readonly ShownReason[] {
  const isHidden = decision.sealed !== null && !unsealed.secrets.has(decision.decisionId)
  const hiding = isHidden ? hidingOf({ unsealed }) : undefined
  return Reasons.parse(JSON.parse(visibleReasons(decision, unsealed.secrets))).map(
    ({ compared, ...reason }) =>
      compared === undefined ? { ...reason, hiding } : { ...reason, compared, hiding },
  )
}

/** The sentence of the application for a reason; where it has none (older code), the reason's own code and value. */
export function reasonSentence(
  reader: Reader,
  application: Application | undefined,
  { code, value, compared = {}, hiding }: ShownReason,
): Html {
  const { speech } = reader
  const feature = Object.values(application?.models ?? {})
    .map(({ features }) => (Object.hasOwn(features, code) ? features[code] : undefined))
    .find((found) => found !== undefined)
  const declared = Object.hasOwn(application?.reasons ?? {}, code) ? application?.reasons?.[code] : undefined
  const label = feature === undefined ? html`<code>${code}</code>` : html`${speech.of(feature.label)}`
  if (hiding !== undefined) {
    const mark = hiddenValue(reader, hiding)
    return declared === undefined ? html`${label}: ${mark}` : filledWith(speech.of(declared), mark)
  }
  const learned = feature === undefined ? undefined : sentenceFor(feature, { value, compared })
  const sentence: BilingualText | undefined = declared ?? learned
  const said = (feature?.kind === 'date' ? dayOf(reader, value) : undefined) ?? reasonValue(reader, value)
  if (sentence !== undefined)
    return filled(speech.of(sentence), { ...figures(reader, compared), value: said })
  return value === null && feature === undefined ? label : html`${label}: ${said}`
}

/** Every place of a sentence filled with the same. */
function filledWith(sentence: string, part: Html): Html {
  const places = [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return filled(sentence, Object.fromEntries(places.map((name) => [name, part])))
}

function figures(reader: Reader, compared: Readonly<Record<string, number>>): Record<string, Html> {
  return Object.fromEntries(
    Object.entries(compared).map(([name, figure]) => [name, reasonValue(reader, figure)]),
  )
}

const Day = z.iso.date()

/** A feature's date as its reader writes dates; `undefined` where the value is none, or has another form. */
function dayOf({ formats }: Reader, value: Reason['value']): Html | undefined {
  const { data } = Day.safeParse(value)
  return data === undefined ? undefined : html`<time datetime="${data}">${formats.date(data)}</time>`
}

function reasonValue({ speech, formats }: Reader, value: Reason['value']): Html {
  switch (typeof value) {
    case 'number':
      return html`<bdi class="figure">${formats.number(value)}</bdi>`
    case 'boolean':
      return html`${speech.text(value ? 'value.yes' : 'value.no')}`
    case 'string':
      return isolated(value)
    default:
      return html`${speech.text('value.notKnown')}`
  }
}

/** Length of the longest bar, in the picture's own units; the picture is as wide as its place allows. */
const half = 100

/** All reasons, the weightiest first as the model gave them, each with a bar to the side that it pushes to. */
export function reasonList(
  visit: Visit,
  application: Application | undefined,
  reasons: readonly ShownReason[],
): Html {
  const { speech } = visit
  if (reasons.length === 0) return html`<p class="hint">${speech.text('reason.none')}</p>`
  const heaviest = Math.max(...reasons.map(({ weight }) => Math.abs(weight)))
  return html`<ol class="reasons">${reasons.map((reason) => {
    const raises = reason.weight >= 0
    const length = heaviest === 0 ? 0 : Math.round((Math.abs(reason.weight) / heaviest) * half)
    return html`<li><p>${reasonSentence(visit, application, reason)}</p>
<p class="push ${raises ? 'raises' : 'lowers'}">${bar(raises ? half : half - length, length)}
<span>${speech.text(raises ? 'reason.raises' : 'reason.lowers')}</span></p></li>`
  })}</ol>`
}

/** Drawn from left to right; the style sheet mirrors it where one reads from right to left. */
function bar(start: number, length: number): Html {
  return html`<svg class="weight" viewBox="0 0 ${2 * half} 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="all" y="1" width="${2 * half}" height="6"/><rect x="${start}" y="1" width="${length}" height="6"/><path d="M${half} 0v8"/></svg>`
}
