/** A form that could not be handled now, carried along unseen so that nothing typed is lost. */

import { type Html, html } from '../text/html.ts'
import type { Speech } from '../text/speech.ts'
import { type Draft, writeDraft } from './draft.ts'

/** Hidden fields with everything in the draft; sending them shows the form again and does nothing. */
function hiddenFields(draft: Draft): readonly Html[] {
  return [...draft]
    .filter(([name]) => name !== '_token' && name !== '_check')
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
}

/** A button that opens the form again at its address, with what was typed. */
export function keptForm(
  speech: Speech,
  { address, draft }: { readonly address: string; readonly draft: Draft },
): Html {
  return html`<form method="post" action="${address}">${hiddenFields(draft)}
<input type="hidden" name="_check" value="1">
<p><button class="main">${speech.text('kept.goOn')}</button></p></form>`
}

/** For a form on another page, which sends it along. */
export function keptField(draft: Draft | undefined): Html | undefined {
  return draft && html`<input type="hidden" name="kept" value="${writeDraft(draft)}">`
}
