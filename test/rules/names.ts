/** Names of files, folders, classes and units. */
import {
  isClassLikeDeclaration,
  isIdentifier,
  isInterfaceDeclaration,
  isStringLiteralLikeNode,
  isTemplateLiteralToken,
  isTypeAliasDeclaration,
  type Node,
} from 'typescript/unstable/ast'
import { type Finding, findingAt, isTest, nodesOf, type Rule } from '../source/parse.ts'

/** A word that says nothing: what is in such a file lives with the noun it is about. */
const emptyWord = /^(utils?|commons?|helpers?|shared|misc)$/

/** Names that the world gives a file, or that tools look for. */
const customary = /^(README|LICENSE|NOTICE|CONTRIBUTING|CHANGELOG|SECURITY)(\.md)?$/
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/
/** `0001_spine.sql` */
const migration = /^\d{4}_[a-z0-9]+(_[a-z0-9]+)*\.sql$/

/** What is wrong with the names along a path. */
export function badNames(paths: readonly string[]): readonly Finding[] {
  return paths.flatMap((path) => {
    const what = path.split('/').map((name, index, all) => badName(name, all.slice(0, index)))
    return what.filter((one) => one !== undefined).map((one) => ({ path, line: 1, what: one }))
  })
}

function badName(name: string, folders: readonly string[]): string | undefined {
  const words = name.replace(/\..*$/, '').split('-')
  if (words.some((word) => emptyWord.test(word))) return `the name "${name}" says nothing`
  if (customary.test(name) || name.startsWith('.')) return undefined
  if (folders.at(-1) === 'migrations')
    return migration.test(name) ? undefined : 'a migration is NNNN_what.sql'
  // A leading underscore keeps a folder out of the scan for applications.
  const plain = name.startsWith('_') && folders.join('/') === 'applications' ? name.slice(1) : name
  return kebab.test(plain) ? undefined : `the name "${name}" is not kebab-case`
}

/** Only a package's public entry may be an `index.ts`. */
export function indexFiles(paths: readonly string[], packages: readonly string[]): readonly Finding[] {
  return paths
    .filter((path) => /(^|\/)index\.(ts|tsx|js|mjs)$/.test(path))
    .filter((path) => !packages.some((folder) => path.replace(/\/index\.\w+$/, '') === folder))
    .map((path) => ({ path, line: 1, what: 'only a package has an index' }))
}

export const noEmptyTypeNames: Rule = (sources) =>
  sources.flatMap((source) =>
    [...nodesOf(source.tree)].flatMap(({ node }) => {
      const name = declaredName(node)
      return name !== undefined && /(Manager|Service|Impl)$/.test(name)
        ? [findingAt(source, node, `the name ${name} says nothing`)]
        : []
    }),
  )

function declaredName(node: Node): string | undefined {
  const declares =
    isClassLikeDeclaration(node) || isInterfaceDeclaration(node) || isTypeAliasDeclaration(node)
  return declares && node.name !== undefined && isIdentifier(node.name) ? node.name.text : undefined
}

const core = /^(sdk|kernel|gateway|federation|server)\//

/** The core names no application: neither alone as a text, nor as a folder's path. */
export function coreNamesNoUnit(ids: readonly string[]): Rule {
  const paths = ids.map((id) => `applications/${id}`)
  const names = (text: string) => ids.includes(text) || paths.some((path) => text.includes(path))
  return (sources) =>
    sources
      .filter(({ path }) => core.test(path) && !isTest(path))
      .flatMap((source) =>
        [...nodesOf(source.tree)]
          .filter(({ node }) => isStringLiteralLikeNode(node) || isTemplateLiteralToken(node))
          .filter(({ node }) => 'text' in node && typeof node.text === 'string' && names(node.text))
          .map(({ node }) => findingAt(source, node, `names an application: ${node.getText()}`)),
      )
}
