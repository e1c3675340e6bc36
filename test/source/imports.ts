/** What a file imports, in all the ways that the language has. */
import { posix } from 'node:path'
import {
  isCallExpression,
  isExportDeclaration,
  isExternalModuleReference,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isMetaProperty,
  isNewExpression,
  isPropertyAccessExpression,
  isStringLiteral,
  isStringLiteralLikeNode,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast'
import { lineAt, nodesOf, type Source } from './parse.ts'

export interface Import {
  /**
   * - `runtime`: runs the other module. `import { type A }` does too, for the statement itself stays when types are stripped.
   * - `type`: gone at run time.
   * - `url`: names a file beside this one, `new URL('./worker.ts', import.meta.url)`.
   */
  readonly kind: 'runtime' | 'type' | 'url'
  /** As written; `undefined` where a dynamic import computes it. */
  readonly specifier: string | undefined
  readonly line: number
}

export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = []
  for (const { node } of nodesOf(source.tree)) {
    const one = importAt(node)
    if (one !== undefined) found.push({ ...one, line: lineAt(source, node.getStart()) })
  }
  return found
}

function importAt(node: Node): Omit<Import, 'line'> | undefined {
  if (isImportDeclaration(node)) {
    const isType = node.importClause?.phaseModifier === SyntaxKind.TypeKeyword
    return { kind: isType ? 'type' : 'runtime', specifier: literal(node.moduleSpecifier) }
  }
  if (isExportDeclaration(node)) {
    if (node.moduleSpecifier === undefined) return undefined
    return { kind: node.isTypeOnly ? 'type' : 'runtime', specifier: literal(node.moduleSpecifier) }
  }
  if (isImportTypeNode(node)) {
    return {
      kind: 'type',
      specifier: isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined,
    }
  }
  if (isExternalModuleReference(node)) return { kind: 'runtime', specifier: literal(node.expression) }
  if (isCallExpression(node)) {
    const isImport = node.expression.kind === SyntaxKind.ImportKeyword
    const isRequire = isIdentifier(node.expression) && node.expression.text === 'require'
    if (isImport || isRequire) return { kind: 'runtime', specifier: literal(node.arguments[0]) }
  }
  return urlAt(node)
}

function urlAt(node: Node): Omit<Import, 'line'> | undefined {
  if (!isNewExpression(node) || !isIdentifier(node.expression) || node.expression.text !== 'URL')
    return undefined
  const [first, base] = node.arguments ?? []
  const isBeside = base !== undefined && isPropertyAccessExpression(base) && isMetaProperty(base.expression)
  if (!isBeside || first === undefined || !isStringLiteral(first)) return undefined
  return { kind: 'url', specifier: first.text.startsWith('.') ? first.text : `./${first.text}` }
}

function literal(node: Node | undefined): string | undefined {
  return node !== undefined && isStringLiteralLikeNode(node) ? node.text : undefined
}

/** Path in the checkout of a relative specifier; `undefined` for a package. */
export function targetOf(path: string, specifier: string): string | undefined {
  return /^\.\.?(\/|$)/.test(specifier) ? posix.join(posix.dirname(path), specifier) : undefined
}
