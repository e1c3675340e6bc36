/** Where the source refuses, with which codes and which parameters. */
import {
  isConditionalExpression,
  isIdentifier,
  isNewExpression,
  isObjectLiteralExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isStringLiteralLikeNode,
  isTemplateHead,
  type Node,
} from 'typescript/unstable/ast'
import { type Finding, findingAt, isTest, nodesOf, type Source } from '../source/parse.ts'

interface Use {
  /** One, or both branches of a condition. */
  readonly codes: readonly string[]
  /** Names of the parameters; `undefined` where they cannot be seen without running. */
  readonly parameters: readonly string[] | undefined
  readonly node: Node
}

/** Names in braces in a catalogue text. */
export function placeholders(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].sort()
}

/** Uses whose parameters are not those of the code's texts. `textsOf` gives all texts of a code as one. */
export function wrongParameters(
  sources: readonly Source[],
  textsOf: (code: string) => string | undefined,
): readonly Finding[] {
  return sources
    .filter(({ path }) => !isTest(path))
    .flatMap((source) =>
      usesIn(source).flatMap(({ codes, parameters, node }) =>
        codes.flatMap((code) => {
          const texts = textsOf(code)
          if (parameters === undefined || texts === undefined) return []
          const wanted = placeholders(texts)
          const missing = wanted.filter((name) => !parameters.includes(name))
          // Of two codes that share their parameters each takes what its text names.
          const idle = codes.length > 1 ? [] : parameters.filter((name) => !wanted.includes(name))
          return [
            ...missing.map((name) => findingAt(source, node, `${code} is not given {${name}}`)),
            ...idle.map((name) => findingAt(source, node, `${code} names no {${name}}`)),
          ]
        }),
      ),
    )
}

/** Every text literal of the sources: a code that is in none of them is used nowhere. */
export function literalsIn(sources: readonly Source[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { tree } of sources)
    for (const { node } of nodesOf(tree))
      if (isStringLiteralLikeNode(node) || isTemplateHead(node)) found.add(node.text)
  return found
}

function usesIn(source: Source): readonly Use[] {
  return [...nodesOf(source.tree)].flatMap(({ node }): Use[] => {
    if (!isNewExpression(node) || !isIdentifier(node.expression)) return []
    if (!/^(Refusal|Fatal)$/.test(node.expression.text)) return []
    const [code, given] = node.arguments ?? []
    return [{ codes: codesOf(code), parameters: parametersOf(given), node }]
  })
}

function codesOf(node: Node | undefined): readonly string[] {
  if (node === undefined) return []
  if (isStringLiteralLikeNode(node)) return [node.text]
  return isConditionalExpression(node) ? [...codesOf(node.whenTrue), ...codesOf(node.whenFalse)] : []
}

function parametersOf(node: Node | undefined): readonly string[] | undefined {
  if (node === undefined) return []
  if (!isObjectLiteralExpression(node)) return undefined
  const names = node.properties.map((property) => {
    const isPlain = isPropertyAssignment(property) || isShorthandPropertyAssignment(property)
    return isPlain && isIdentifier(property.name) ? property.name.text : undefined
  })
  return names.every((name) => name !== undefined) ? names : undefined
}
