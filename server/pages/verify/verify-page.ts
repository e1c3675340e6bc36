/**
 * The page that proves receipts in the browser: one document without anything beside it, so that it can be served, saved, sent
 * on or opened from a disk, and that by its own policy for content can reach nobody.
 */
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { BilingualText } from '@khudi/sdk'
import { receiptKinds } from '../../../kernel/log/receipts.ts'
import { type Content, html, markupOf } from '../text/html.ts'
import { logKinds } from '../text/words.ts'
import { bundled } from './bundle.ts'
import { pageWords, resultWords } from './verify-words.ts'

export interface VerifyPage {
  readonly html: string
  /** The `content-security-policy` header to serve it under. The document holds the same for itself. */
  readonly contentSecurityPolicy: string
}

/** Of what there are receipts: what a case or a request led to. Whatever else an entry may be, the page need not know by name. */
const isProven = ([kind]: readonly [string, unknown]) =>
  kind.startsWith('request.') || receiptKinds.some((one) => one === kind)

/** The page, with the institution's policy already in its field where one is given. */
export async function verifyPage(given: { readonly policy?: string } = {}): Promise<VerifyPage> {
  const own = (name: string) => new URL(name, import.meta.url)
  const script = await bundled(own('page-script.ts'))
  const style = (await readFile(own('verify.css'), 'utf8')).replace(/\n\s*/g, '')
  const isSafe = !/<\/(script|style)|<!--/i.test(script + style)
  if (!isSafe) throw new Error('the script or style of the page would end early')
  const embedded = policyFor({ script, style })
  const text = [
    '<!doctype html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="content-security-policy" content="${embedded}">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n',
    markupOf(html`<title>${pageWords.title.en} – ${pageWords.title.ur}</title>\n`),
    `<style>${style}</style>\n</head>\n`,
    markupOf(body(given.policy ?? '')),
    `<script type="module">${script}</script>\n</html>\n`,
  ].join('')
  return { html: text, contentSecurityPolicy: `${embedded}; frame-ancestors 'none'` }
}

/** Neither network nor frames, forms or pictures: this one script and this one style. */
function policyFor(texts: { readonly script: string; readonly style: string }): string {
  const of = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`
  return [
    "default-src 'none'",
    `script-src ${of(texts.script)}`,
    `style-src ${of(texts.style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** Both languages; the style sheet shows one. */
function both({ en, ur }: BilingualText): Content {
  return html`<span class="en" lang="en">${en}</span><span class="ur" lang="ur">${ur}</span>`
}

function body(policy: string): ReturnType<typeof html> {
  const words = { ...resultWords, ...Object.fromEntries(Object.entries(logKinds).filter(isProven)) }
  return html`<body>
<header><h1>${both(pageWords.title)}</h1>
<button type="button" id="language"><span class="en" lang="ur">اردو</span><span class="ur" lang="en">English</span></button></header>
<p>${both(pageWords.intro)}</p>
<noscript><p>${pageWords.noScript.en}</p><p lang="ur" dir="rtl">${pageWords.noScript.ur}</p></noscript>
<main id="ready" hidden>
<div id="result" class="result" role="status" tabindex="-1" hidden></div>
<div class="card">
<p><label><input type="file" id="file"><span class="pick">${both(pageWords.file)}</span></label> <span class="soft">${both(pageWords.drop)}</span></p>
<label for="receipt">${both(pageWords.paste)}</label>
<textarea id="receipt" rows="6" dir="ltr" spellcheck="false" autocomplete="off"></textarea>
<button type="button" id="check">${both(pageWords.check)}</button>
</div>
<details class="card" id="policy-part"${policy === '' && html` open`}>
<summary>${both(pageWords.policy)}</summary>
<p class="hint">${both(pageWords.policyHint)}</p>
<label for="policy">${both(pageWords.policyField)}</label>
<textarea id="policy" rows="8" dir="ltr" spellcheck="false" autocomplete="off">
${policy}</textarea>
</details>
<p class="hint">${both(pageWords.time)}</p>
</main>
<div id="words" hidden>${Object.entries(words).map(
    ([name, text]) => html`<span data-word="${name}">${both(text)}</span>`,
  )}</div>
</body>
`
}
