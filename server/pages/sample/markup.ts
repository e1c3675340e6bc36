/** What is wrong with a page's markup, as far as a small reader of our own markup can tell. */

const voids = new Set(['meta', 'link', 'input', 'br', 'hr', 'path', 'rect', 'circle'])

const tag = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z_:-]+(?:="[^"<]*")?)*)\s*(\/?)>/g

/** One sentence for each fault: tags that do not match, identifiers given twice, labels and links that lead nowhere. */
export function faultsOf(document: string): readonly string[] {
  const tags = [...document.matchAll(tag)]
  const odd = document.replaceAll(tag, '').match(/<(?!!doctype html>)[^>]*>?/g) ?? []
  return [
    ...odd.map((text) => `not a tag: ${text.slice(0, 60)}`),
    ...unmatched(tags.map(([, close = '', name = '', , slash = '']) => ({ close, name, slash }))),
    ...references(tags.map(([, close = '', name = '', attributes = '']) => ({ close, name, attributes }))),
    ...(tags.filter(([, close, name]) => close === '' && name === 'h1').length === 1 ? [] : ['not one h1']),
    ...(/<title>[^<]+<\/title>/.test(document) ? [] : ['no title']),
  ]
}

/** Every tag's name and every attribute's, as `form` and `form@action`. */
export function namesIn(document: string): ReadonlySet<string> {
  return new Set(
    [...document.matchAll(tag)].flatMap(([, , name = '', attributes = '']) => [
      name,
      ...[...attributes.matchAll(/\s([a-zA-Z_:-]+)(?:="[^"]*")?/g)].map(([, own]) => `${name}@${own}`),
    ]),
  )
}

function unmatched(
  tags: readonly { readonly close: string; readonly name: string; readonly slash: string }[],
): readonly string[] {
  const open: string[] = []
  const faults: string[] = []
  for (const { close, name, slash } of tags) {
    if (slash !== '' || (voids.has(name) && close === '')) continue
    if (close === '') open.push(name)
    else if (open.pop() !== name) faults.push(`</${name}> closes something else`)
    // A paragraph ends where a block begins, and its own end tag then closes nothing.
    if (
      close === '' &&
      /^(div|p|ul|ol|dl|form|fieldset|section|table|h[1-6])$/.test(name) &&
      open.slice(0, -1).includes('p')
    ) {
      faults.push(`<${name}> inside a paragraph`)
    }
  }
  return [...faults, ...open.map((name) => `<${name}> is never closed`)]
}

function references(
  tags: readonly { readonly close: string; readonly name: string; readonly attributes: string }[],
): readonly string[] {
  const valuesOf = (attribute: string) =>
    tags.flatMap(({ attributes }) =>
      [...attributes.matchAll(new RegExp(`\\s${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => value),
    )
  const ids = valuesOf('id')
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
  const named = [
    ...valuesOf('for'),
    ...['aria-labelledby', 'aria-describedby'].flatMap((name) =>
      valuesOf(name).flatMap((value) => value.split(' ')),
    ),
    ...valuesOf('href')
      .filter((href) => href.startsWith('#'))
      .map((href) => href.slice(1)),
    ...valuesOf('list'),
  ]
  const unlabelled = tags.filter(
    ({ name, attributes }) =>
      /^(input|select|textarea)$/.test(name) &&
      !/type="(hidden|radio)"|aria-label=/.test(attributes) &&
      !valuesOf('for').includes(/\sid="([^"]*)"/.exec(attributes)?.[1] ?? ''),
  )
  return [
    ...twice.map((id) => `the identifier ${id} twice`),
    ...named.filter((id) => !ids.includes(id)).map((id) => `nothing is called ${id}`),
    ...unlabelled.filter(({ close }) => close === '').map(({ attributes }) => `no label for${attributes}`),
  ]
}
