/** What can be held of a style sheet without looking: contrast, direction, size. */
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

const sheet = readFileSync(new URL('style.css', import.meta.url), 'utf8')

/** Colours by name: those of a light page, and those of a dark one over them. */
function palettes(): readonly ReadonlyMap<string, string>[] {
  const [light, dark] = [...sheet.matchAll(/:root \{([^}]*)\}/g)].map(
    ([, block = '']) =>
      new Map(
        [...block.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/g)].map(([, name = '', colour = '']) => [
          name,
          colour,
        ]),
      ),
  )
  assert.ok(light && dark)
  return [light, new Map([...light, ...dark])]
}

/** Relative luminance of sRGB (WCAG 2.2). */
function luminance(colour: string): number {
  const full = colour.length === 4 ? colour.replace(/[0-9a-f]/g, '$&$&') : colour
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(full.slice(start, start + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** Text and what it stands on. */
const texts = [
  ['ink', 'paper'],
  ['ink', 'card'],
  ['soft', 'paper'],
  ['soft', 'card'],
  ['accent', 'paper'],
  ['accent', 'card'],
  ['accent', 'good'],
  ['adverse', 'adverse-soft'],
  ['adverse', 'card'],
  ['adverse', 'paper'],
  ['ink', 'notice'],
  ['ink', 'adverse-soft'],
  ['ink', 'good'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-deep'],
  ['on-top', 'top'],
  ['focus', 'top'],
] as const

test('text can be read on what it stands on, by WCAG 2.2 AA, light and dark', () => {
  for (const [index, palette] of palettes().entries()) {
    for (const [text, ground] of texts) {
      const ratio = contrast(palette.get(text) ?? '', palette.get(ground) ?? '')
      assert.ok(ratio >= 4.5, `${index === 0 ? 'light' : 'dark'}: ${text} on ${ground} ${ratio.toFixed(2)}`)
    }
    // Edges of controls: 1.4.11 asks for 3.
    for (const ground of ['paper', 'card']) {
      assert.ok(contrast(palette.get('edge') ?? '', palette.get(ground) ?? '') >= 3, `edge on ${ground}`)
    }
  }
})

test('one sheet serves both directions: every property of place is a logical one', () => {
  const properties = [...sheet.matchAll(/^\s*(?!--)([a-z-]+)\s*:/gm)].map(([, name = '']) => name)
  for (const name of properties) {
    assert.doesNotMatch(name, /(^|-)(left|right|top|bottom)(-|$)|^(min-|max-)?(width|height)$/)
  }
  assert.doesNotMatch(sheet, /(text-align|float|clear)\s*:\s*(left|right)/)
})

test('the sheet loads nothing and comes in less than three packets', () => {
  assert.doesNotMatch(sheet, /url\(|@import|@font-face/)
  assert.ok(gzipSync(sheet).length < 4_380)
})
