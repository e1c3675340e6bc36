/**
 * Joins modules of ours into one script for a browser: types stripped by Node, each module a function that runs once and answers
 * what it exports, imported modules first. It knows the plain forms that these modules use and refuses every other, so nothing
 * is joined wrongly in silence.
 */
import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'

/** The script of the module at the URL with everything that it imports. @throws Error naming module and line */
export async function bundled(entry: URL): Promise<string> {
  const bundle: Bundle = { names: new Map(), parts: [] }
  await add(bundle, entry)
  return bundle.parts.join('')
}

interface Bundle {
  /** By URL the constant that holds a module's exports. */
  readonly names: Map<string, string>
  readonly parts: string[]
}

/** Adds the module behind those that it imports; answers the name of its exports. Cycles of modules there are none. */
async function add(bundle: Bundle, url: URL): Promise<string> {
  const known = bundle.names.get(url.href)
  if (known !== undefined) return known
  const source = (await readFile(url, 'utf8')).replace(blockComments, '')
  // Biome leaves one space between words, so further ones stand in a text, and would be lost with those of the types.
  if (/\S {2,}\S/.test(source)) throw new Error(`${url}: holds spaces side by side`)
  const plain = stripTypeScriptTypes(source)
  const imports: string[] = []
  const exported: string[] = []
  for (const [, word, given = '', specifier = ''] of plain.matchAll(fromOthers)) {
    const names = namesIn(given, url)
    const isRelative = specifier.startsWith('.')
    const from = await add(bundle, new URL(isRelative ? specifier : import.meta.resolve(specifier), url))
    imports.push(`const { ${names.join(', ')} } = ${from}\n`)
    if (word === 'export') exported.push(...names)
  }
  for (const [, name = ''] of plain.matchAll(declared)) exported.push(name)
  const body = linesOf(plain.replace(fromOthers, '').replace(exporting, ''), url)
  const name = `$${bundle.names.size}`
  bundle.names.set(url.href, name)
  bundle.parts.push(
    `const ${name} = (() => {\n${imports.join('')}${body}return { ${exported.join(', ')} }\n})()\n`,
  )
  return name
}

/** On lines of their own. */
const blockComments = /^[ \t]*\/\*[\s\S]*?\*\/[ \t]*$/gm
/** Imports and exports from other modules, over several lines where there are many names. */
const fromOthers = /^(import|export) \{([^}]*)\} from '([^']+)'/gm
const exporting = /^export (?=(?:async )?function |class |const )/gm
const declared = /^export (?:(?:async )?function|class|const) (\w+)/gm

function namesIn(given: string, url: URL): string[] {
  const names = given.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !/^\w*$/.test(name))
  if (wrong !== undefined) throw new Error(`${url}: cannot join "${wrong}"`)
  return names.filter((name) => name !== '')
}

/** Without comments on lines of their own, without indentation. */
function linesOf(source: string, url: URL): string {
  const lines = source
    .split('\n')
    .map((line) => line.trim().replace(/ {2,}/g, ' '))
    .filter((line) => line !== '' && !line.startsWith('//'))
  // A text over several lines would have lost its indentation.
  const wrong = lines.find(
    (line) => (line.match(/`/g) ?? []).length % 2 === 1 || /^(import|export)\b|\bimport\(/.test(line),
  )
  if (wrong !== undefined) throw new Error(`${url}: cannot join "${wrong}"`)
  return lines.map((line) => `${line}\n`).join('')
}
