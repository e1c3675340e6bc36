/** Ways around the type checker and the linter. */
import {
  isAsExpression,
  isIdentifier,
  isNonNullExpression,
  isPropertyDeclaration,
  isTypeAssertion,
  isTypeReferenceNode,
  isVariableDeclaration,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast'
import { commentsOf } from '../source/comments.ts'
import { type Finding, findingAt, isTest, nodesOf, type Rule } from '../source/parse.ts'

/** No `any`, `!` or `as` except `as const`; a test may assert a type, to feed what the types forbid. */
export const noTypeEscapes: Rule = (sources) =>
  sources.flatMap((source) =>
    [...nodesOf(source.tree)].flatMap(({ node }) => {
      const what = escapeOf(node, isTest(source.path))
      return what === undefined ? [] : [findingAt(source, node, what)]
    }),
  )

function escapeOf(node: Node, mayAssert: boolean): string | undefined {
  if (node.kind === SyntaxKind.AnyKeyword) return 'any'
  if (isNonNullExpression(node)) return 'non-null !'
  if ((isVariableDeclaration(node) || isPropertyDeclaration(node)) && isDefinite(node))
    return 'definite-assignment !'
  if (mayAssert) return undefined
  if (isTypeAssertion(node)) return 'type assertion'
  return isAsExpression(node) && !isConst(node.type) ? 'as' : undefined
}

function isDefinite(node: { readonly exclamationToken?: Node | undefined } | Node): boolean {
  if ('exclamationToken' in node && node.exclamationToken !== undefined) return true
  return 'postfixToken' in node && isExclamation(node.postfixToken)
}

function isExclamation(token: unknown): boolean {
  return (
    typeof token === 'object' &&
    token !== null &&
    'kind' in token &&
    token.kind === SyntaxKind.ExclamationToken
  )
}

function isConst(type: Node): boolean {
  return isTypeReferenceNode(type) && isIdentifier(type.typeName) && type.typeName.text === 'const'
}

/** No comment switches the compiler off; one that switches a lint rule off names the rule and says why, on its line. */
export const suppressionsGiveReasons: Rule = (sources) =>
  sources.flatMap((source) =>
    commentsOf(source).flatMap(({ text, line }): Finding[] => {
      const found = (what: string): Finding[] => [{ path: source.path, line, what }]
      // Biome and the compiler obey a comment only where the word begins it.
      const said = text.replace(/^\/[/*]+!?\s*|\s*\*\/$/g, '')
      // A test of types states that a line must not compile; elsewhere nothing may be silenced.
      if (isTest(source.path) && /^@ts-expect-error: \S/.test(said)) return []
      if (/^@ts-(ignore|expect-error|nocheck)\b/.test(said)) return found(said.split(/\s/)[0] ?? said)
      if (!said.startsWith('biome-ignore')) return []
      if (/^biome-ignore-/.test(said)) return found('switches a rule off for more than a line')
      const [, rule, reason] = /^biome-ignore (\S+?): (.*)$/s.exec(said) ?? []
      if (rule === undefined || !/^(format|lint\/\w+\/\w+)$/.test(rule))
        return found('biome-ignore without a rule')
      return (reason?.trim().split(/\s+/).length ?? 0) < 3
        ? found(`biome-ignore ${rule} without a reason`)
        : []
    }),
  )
