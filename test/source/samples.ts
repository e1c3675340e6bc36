/** Samples of code in documents and doc comments: collected, compiled in one go, run where they are meant to. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { root } from '../files.ts'
import { commentsOf } from './comments.ts'
import { readMarkdown } from './markdown.ts'
import type { Source } from './parse.ts'

export interface Sample {
  /** Where it stands: `sdk/define.ts:24`. */
  readonly from: string
  readonly text: string
  readonly isRun: boolean
}

/** Blocks marked `ts`; those marked `ts run` are also run. Their relative imports begin in the page's own folder. */
export function samplesOfPage(path: string, text: string): readonly Sample[] {
  return blocksIn(text).map(({ line, marks, ...block }) => ({
    from: `${path}:${line}`,
    text: block.text.replace(relativeImport, (whole, before: string, specifier: string) => {
      const file = join(root, dirname(path), specifier)
      return existsSync(file) ? `${before}'${file}'` : whole
    }),
    isRun: marks.includes('run'),
  }))
}

const relativeImport = /(\bfrom |\bimport )'(\.[^']+)'/g
const blocksIn = (text: string) => readMarkdown(text).fences.filter(({ language }) => language === 'ts')

/** The `@example` of every doc comment. All are run: they need nothing but the SDK. */
export function samplesOfComments(source: Source): readonly Sample[] {
  return commentsOf(source)
    .filter(({ text }) => text.startsWith('/**') && text.includes('@example'))
    .flatMap((comment) => {
      const said = comment.text.replace(/^\/\*\*|\*\/$/g, '').replace(/^ *\* ?/gm, '')
      return blocksIn(said).map(({ text, line }) => ({
        from: `${source.path}:${comment.line + line - 1}`,
        text,
        isRun: true,
      }))
    })
}

export interface Written {
  readonly folder: string
  /** File of each sample, in their order. */
  readonly files: readonly string[]
}

/**
 * Writes samples into a folder of `var/`, where they find the same packages as the product. One that declares an
 * application becomes `application.ts`, so that the others of its package can import it as an application's files do.
 */
export async function writeSamples(samples: readonly Sample[]): Promise<Written> {
  await mkdir(join(root, 'var'), { recursive: true })
  const folder = await mkdtemp(join(root, 'var', 'samples-'))
  const files = samples.map(({ from, text }) => {
    const place = from.slice(0, from.indexOf('/') === -1 ? 0 : from.indexOf('/'))
    const name = declaresApplication(text) ? 'application' : from.replace(/[^a-z0-9]+/gi, '-').toLowerCase()
    return join(folder, place, `${name}.ts`)
  })
  const twice = files.find((file, index) => files.indexOf(file) !== index)
  if (twice !== undefined) throw new Error(`two samples would be ${twice}`)
  for (const [index, file] of files.entries()) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${samples[index]?.text ?? ''}\n`)
  }
  const compilerOptions = { moduleDetection: 'force', noUnusedLocals: false }
  const config = { extends: '../../tsconfig.json', include: ['**/*.ts'], exclude: [], compilerOptions }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  return { folder, files }
}

function declaresApplication(text: string): boolean {
  return /^export default defineApplication\(/m.test(text)
}

export async function removeSamples({ folder }: Written): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

/** What the project's own compiler says; empty where every sample compiles. */
export function compile({ folder }: Written): string {
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], {
    encoding: 'utf8',
  })
  return stdout + stderr
}
