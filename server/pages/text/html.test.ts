import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { attributes, html, isolated, markupOf } from './html.ts'

test('a script in a name is text', () => {
  const name = `<script>alert('x')</script>`
  assert.equal(markupOf(html`<p>${name}</p>`), '<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</p>')
})

test('a quotation mark does not end an attribute', () => {
  assert.equal(
    markupOf(html`<input value="${'" onfocus="x'}"${attributes({ title: `'"` })}>`),
    '<input value="&quot; onfocus=&quot;x" title="&#39;&quot;">',
  )
})

test('no text whatever leaves a character that could open a tag or end a value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const inside = markupOf(html`${text}`)
      assert.doesNotMatch(inside, /[<>"']/)
      assert.doesNotMatch(inside, /&(?!(?:amp|lt|gt|quot|#39);)/)
    }),
  )
})

test('markup is put in as it is, lists one after another, nothing for nothing', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`)
  assert.equal(
    markupOf(html`<ul>${items}</ul>${undefined}${null}${false}${0}${1n}`),
    '<ul><li>a</li><li>&lt;b&gt;</li></ul>01',
  )
})

test('an object from outside is never taken for markup', () => {
  const forged = JSON.parse('{"Symbol(HTML made here)":"<script>","length":1,"0":"<script>"}')
  assert.throws(() => html`${forged}`, TypeError)
})

test('attributes are present, absent or valued', () => {
  assert.equal(
    markupOf(attributes({ checked: true, disabled: false, title: undefined, rows: 4 })),
    ' checked rows="4"',
  )
})

test('an override of the writing direction stays inside its isolation', () => {
  assert.equal(markupOf(isolated('\u202Eنام')), '<bdi>\u202Eنام</bdi>')
  assert.equal(markupOf(isolated('name')), '<bdi class="latin">name</bdi>')
})
