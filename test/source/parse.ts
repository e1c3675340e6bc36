/**
 * TypeScript as the compiler's own parser reads it, for tests that hold the source to a rule. A rule that matched text
 * would be fooled by comments, strings and template literals; this one cannot be.
 *
 * TypeScript 7 still calls its programming interface unstable. Its version is exact in package.json, and only the files
 * of this folder and of test/rules touch it.
 */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Node, SourceFile } from 'typescript/unstable/ast'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'
import { root, sourceFiles } from '../files.ts'

export interface Source {
  /** From the root of the checkout, with `/`. */
  readonly path: string
  readonly text: string
  readonly tree: SourceFile
}

/** What breaks a rule, and where. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly what: string
}

/** A rule looks at the whole, since some rules are about how files relate. */
export type Rule = (sources: readonly Source[]) => readonly Finding[]

const place = '/checkout'
/** Parses and nothing else: no library, no other file, no types. */
const compilerOptions = { noLib: true, noResolve: true, types: [], allowJs: true, jsx: 'preserve' }

/** Parses files given as path and text. Paths are relative; the files need not exist. */
export function parse(files: Readonly<Record<string, string>>): readonly Source[] {
  const paths = Object.keys(files)
  const virtual = Object.fromEntries(paths.map((path) => [`${place}/${path}`, files[path] ?? '']))
  const config = `${place}/tsconfig.json`
  virtual[config] = JSON.stringify({ compilerOptions, files: paths })
  const api = new API({ cwd: place, fs: createVirtualFileSystem(virtual) })
  try {
    const [project] = api.updateSnapshot({ openProjects: [config] }).getProjects()
    return paths.map((path) => {
      const tree = project?.program.getSourceFile(`${place}/${path}`)
      if (tree === undefined) throw new Error(`the parser did not return ${path}`)
      return { path, text: files[path] ?? '', tree }
    })
  } finally {
    api.close()
  }
}

let read: Promise<readonly Source[]> | undefined

/** Every TypeScript and JavaScript file of the checkout. Read once for each test file. */
export function checkout(): Promise<readonly Source[]> {
  read ??= readCheckout()
  return read
}

async function readCheckout(): Promise<readonly Source[]> {
  const paths = await sourceFiles((path) => /\.(ts|tsx|mts|js|mjs|cjs)$/.test(path))
  const entries = await Promise.all(
    paths.map(async (path): Promise<[string, string]> => [slashed(path), await readFile(path, 'utf8')]),
  )
  return parse(Object.fromEntries(entries))
}

/** A path of the checkout as the rules write it. */
export function slashed(path: string): string {
  return relative(root, path).replaceAll('\\', '/')
}

/** Every node below one, each with its parent, in the order of the text. */
export function* nodesOf(node: Node): Generator<{ readonly node: Node; readonly parent: Node }, void, void> {
  const children: Node[] = []
  node.forEachChild((child) => {
    children.push(child)
    return undefined
  })
  for (const child of children) {
    yield { node: child, parent: node }
    yield* nodesOf(child)
  }
}

/** Line of a position, counted from 1. */
export function lineAt(source: Source, position: number): number {
  return source.tree.getLineAndCharacterOfPosition(position).line + 1
}

export function findingAt(source: Source, node: Node, what: string): Finding {
  return { path: source.path, line: lineAt(source, node.getStart()), what }
}

/** Tests and what only tests and benchmarks use. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || /^(test|bench)\//.test(path)
}

/** One line a finding, as an editor opens it. */
export function listed(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ path, line, what }) => `${path}:${line}: ${what}`).sort()
}
