/**
 * What the page does, in the browser: reads a receipt from a file or the field, proves it with the SDK, and shows the result in
 * both languages. It asks nobody anything; the page's policy for content would not let it.
 */
import {
  type Failure,
  NotProven,
  parsePolicy,
  type ReceiptFacts,
  type ReceiptResult,
  verifyReceipt,
} from '@khudi/sdk/verify'

/** Of the browser's document, what is used here. */
interface Part {
  textContent: string | null
  className: string
  lang: string
  dir: string
  hidden: boolean
  open: boolean
  value: string
  readonly files: ArrayLike<PickedFile> | null
  append(...parts: readonly (Part | string)[]): void
  replaceChildren(...parts: readonly Part[]): void
  cloneNode(isDeep: boolean): Part
  querySelector(selector: string): Part | null
  addEventListener(kind: string, listener: (event: PageEvent) => void): void
  focus(): void
}
interface PageEvent {
  readonly dataTransfer: { readonly files: ArrayLike<PickedFile> } | null
  preventDefault(): void
}
interface PickedFile {
  arrayBuffer(): Promise<ArrayBuffer>
}
declare const document: {
  readonly documentElement: Part
  getElementById(id: string): Part | null
  createElement(name: string): Part
  addEventListener(kind: string, listener: (event: PageEvent) => void): void
}
declare const location: { readonly hash: string }

const languages = { en: { locale: 'en-GB', dir: 'ltr' }, ur: { locale: 'ur-PK', dir: 'rtl' } } as const
type PageLanguage = keyof typeof languages

function byId(id: string): Part {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no ${id}`)
  return found
}

function made(name: string, className: string, ...children: readonly (Part | string)[]): Part {
  const part = document.createElement(name)
  part.className = className
  part.append(...children)
  return part
}

/** A text in both languages; the style sheet shows one. */
function both(en: string, ur: string): Part {
  const spans = [made('span', 'en', en), made('span', 'ur', ur)] as const
  spans[0].lang = 'en'
  spans[1].lang = 'ur'
  return made('span', '', ...spans)
}

/** A word or sentence that the page brings in both languages; undefined where it knows none of that name. */
function findWord(name: string): Part | undefined {
  const isName = /^[\w.]+$/.test(name)
  const found = isName ? byId('words').querySelector(`[data-word="${name}"]`) : null
  return found === null ? undefined : found.cloneNode(true)
}

function word(name: string): Part {
  return findWord(name) ?? made('span', '', name)
}

/** A text of a machine, which reads from left to right in both languages. */
function literal(text: string): Part {
  const part = made('bdi', 'literal', text)
  part.dir = 'ltr'
  return part
}

function instant(at: Date): Part {
  const formatted = (language: PageLanguage) =>
    new Intl.DateTimeFormat(languages[language].locale, {
      dateStyle: 'long',
      timeStyle: 'medium',
      hourCycle: 'h23',
      timeZone: 'Asia/Karachi',
    }).format(at)
  return both(formatted('en'), formatted('ur'))
}

function numbered(value: number): Part {
  return literal(value.toLocaleString('en'))
}

function row(name: string, ...values: readonly (Part | string)[]): readonly Part[] {
  return [made('dt', '', word(name)), made('dd', '', ...values)]
}

function factRows(facts: ReceiptFacts): readonly Part[] {
  const witnesses = facts.witnesses.map(({ name, keyName, cosignedAt }) =>
    made(
      'div',
      '',
      literal(name === keyName ? name : `${name} (${keyName})`),
      ' ',
      cosignedAt === null ? word('noTime') : instant(cosignedAt),
    ),
  )
  const unsupported = facts.unsupportedWitnesses.map((name) =>
    made('div', '', literal(name), ' ', word('unsupported')),
  )
  return [
    ...row('what', findWord(facts.kind) ?? literal(facts.kind)),
    ...(facts.said === '' ? [] : row('said', literal(facts.said))),
    ...row('when', instant(facts.recordedAt)),
    ...row('case', facts.caseId === null ? word('noCase') : literal(facts.caseId)),
    ...row('log', literal(facts.origin)),
    ...row('entry', numbered(facts.index), ' ', word('ofEntries'), ' ', numbered(facts.treeSize)),
    ...row('witnesses', ...(witnesses.length === 0 ? [word('noWitness')] : witnesses), ...unsupported),
    ...row('stated', literal(facts.statedPolicy), ' ', word('notProven')),
  ]
}

function show(verdict: ReceiptResult['verdict'] | 'policy', ...parts: readonly Part[]): void {
  const result = byId('result')
  const heading = made('h2', '', word(`verdict.${verdict}`))
  result.className = `result ${verdict}`
  result.replaceChildren(heading, ...parts)
  result.hidden = false
  result.focus()
}

function why({ en, ur, about }: Failure): Part {
  return made('p', '', both(`${en}.`, `${ur}۔`), ...(about === '' ? [] : [' ', literal(about)]))
}

/** The text of a field; copying tends to lose the last line end, or to add some. */
const typed = (id: string) => `${byId(id).value.trim()}\n`

async function prove(receipt: string | Uint8Array): Promise<void> {
  const policy = await parsePolicy(typed('policy')).catch((error: unknown) => {
    if (!(error instanceof NotProven)) throw error
    return error.failure
  })
  if ('code' in policy) {
    byId('policy-part').open = true
    return show(policy.code === 'platform.no_crypto' ? 'unchecked' : 'policy', why(policy))
  }
  const result = await verifyReceipt(receipt, { policy })
  if (result.verdict === 'valid') show('valid', made('dl', '', ...factRows(result.facts)))
  else show(result.verdict, why(result.failure), made('p', 'next', word(`next.${result.verdict}`)))
}

/** Shows whatever goes wrong: a page that stays silent would be taken for one that agrees. */
function run(work: Promise<void>): void {
  work.catch((error: unknown) => show('unchecked', made('p', '', literal(String(error)))))
}

async function proveFile(file: PickedFile | undefined): Promise<void> {
  if (file !== undefined) await prove(new Uint8Array(await file.arrayBuffer()))
}

function speak(language: PageLanguage): void {
  document.documentElement.lang = language
  document.documentElement.dir = languages[language].dir
}

speak(location.hash === '#ur' ? 'ur' : 'en')
byId('language').addEventListener('click', () => speak(document.documentElement.lang === 'en' ? 'ur' : 'en'))
byId('file').addEventListener('change', () => {
  const picker = byId('file')
  run(proveFile(picker.files?.[0]))
  // The same file may be chosen again after it was mended.
  picker.value = ''
})
byId('check').addEventListener('click', () => run(prove(typed('receipt'))))
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  run(proveFile(event.dataTransfer?.files[0]))
})
byId('ready').hidden = false
