/** `khudi application new`: a folder that passes every check as generated, made from `applications/_template`. */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BilingualText, isApplicationId } from '@khudi/sdk'
import { Refusal } from '../../kernel/errors.ts'

const templateFolder = fileURLToPath(new URL('../../applications/_template', import.meta.url))

export interface NewApplication {
  /** The folder that holds applications; it must exist. */
  readonly applicationsFolder: string
  readonly id: string
  /** Made from the id where left out; the Urdu one then asks to be written. */
  readonly title?: BilingualText
}

/**
 * Makes the folder of a new application and returns the absolute paths of its files.
 *
 * It appears whole or not at all: a kill on the way leaves a folder `_new-…`, which the loader passes over.
 *
 * @throws Refusal `application.name_invalid`, `application.title_invalid`, `application.exists` or
 *   `application.folder_unusable`.
 */
export async function createApplication(wanted: NewApplication): Promise<readonly string[]> {
  const { applicationsFolder, id } = wanted
  if (!isApplicationId(id)) throw new Refusal('application.name_invalid', { application: shown(id) })
  const title = wanted.title ?? titleOf(id)
  if (![title.en, title.ur].every(isTitle)) throw new Refusal('application.title_invalid')
  const files = filled(await readTemplate(), { id, title })
  const staging = join(applicationsFolder, `_new-${randomUUID()}`)
  try {
    await usable(applicationsFolder, async () => {
      await mkdir(staging)
      await write(staging, files)
    })
    await moveInto(join(applicationsFolder, id), { staging, id })
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    throw error
  }
  return [...files.keys()].map((path) => join(applicationsFolder, id, path)).sort()
}

/** A name that was refused is shown only so far as it fits a line and cannot disturb a terminal. */
function shown(id: string): string {
  return JSON.stringify(id.slice(0, 60))
}

/** `land-survey` reads "Land survey"; nobody can make its Urdu, so that one says what is missing. */
function titleOf(id: string): BilingualText {
  const words = id.split('-').filter((word) => word !== '')
  const en = words.join(' ')
  return { en: en.charAt(0).toUpperCase() + en.slice(1), ur: `نیا اطلاق (${id})` }
}

function isTitle(text: string): boolean {
  return (
    text.trim() === text &&
    text.length >= 1 &&
    text.length <= 80 &&
    /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(text)
  )
}

/** Text by path below the folder. */
type Files = ReadonlyMap<string, string>

async function readTemplate(): Promise<Files> {
  const entries = await readdir(templateFolder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  return new Map(paths.map((path, index) => [path.slice(templateFolder.length + 1), texts[index] ?? '']))
}

function filled(
  template: Files,
  { id, title }: { readonly id: string; readonly title: BilingualText },
): Files {
  const files = new Map(template)
  const replace = (path: string, from: string, to: string) => {
    const text = files.get(path)
    // The template lost its place-holder: ours to mend, and a folder with the wrong name would be worse.
    if (text?.split(from).length !== 2) throw new Error(`the template's ${path} does not hold "${from}" once`)
    files.set(
      path,
      text.replace(from, () => to),
    )
  }
  replace('application.ts', "  id: 'template',\n", `  id: '${id}',\n`)
  replace('application.ts', "  title: { en: 'Template', ur: 'نمونہ' },\n", titleLines(title))
  replace('README.md', '# Template\n', `# ${title.en}\n`)
  return files
}

/** As the formatter would have it: one line where it fits. */
function titleLines({ en, ur }: BilingualText): string {
  const line = `  title: { en: ${quoted(en)}, ur: ${quoted(ur)} },\n`
  if (line.length <= formatterWidth + 1) return line
  return `  title: {\n    en: ${quoted(en)},\n    ur: ${quoted(ur)},\n  },\n`
}

/** `lineWidth` in biome.json. */
const formatterWidth = 110

/** A string literal in the formatter's way: single quotes unless the text holds more of them than of double ones. */
function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\')
  const count = (mark: string) => text.split(mark).length
  const mark = count("'") > count('"') ? '"' : "'"
  return `${mark}${escaped.replaceAll(mark, `\\${mark}`)}${mark}`
}

async function write(folder: string, files: Files): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text, { flag: 'wx' })
  }
}

/** Renaming refuses a target that holds anything, so two callers cannot both succeed with one name. */
async function moveInto(
  target: string,
  { staging, id }: { readonly staging: string; readonly id: string },
): Promise<void> {
  try {
    await rename(staging, target)
  } catch (cause) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(cause)))
      throw new Refusal('application.exists', { application: id }, { cause })
    throw cause
  }
}

/** What the operating system says about the folder, in its own code: `ENOENT`, `EACCES`, `ENOSPC`. */
async function usable<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    throw new Refusal('application.folder_unusable', { folder, detail: codeOf(cause) }, { cause })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
