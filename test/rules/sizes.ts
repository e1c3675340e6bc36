/** Files a person reads in one go, functions that fit a screen, calls that can be read without the declaration. */
import { isCallExpression, isFunctionLikeDeclaration, type Node } from 'typescript/unstable/ast'
import { commentsOf } from '../source/comments.ts'
import { type Finding, findingAt, isTest, lineAt, nodesOf, type Rule, type Source } from '../source/parse.ts'

const mostLines = 400
/** A function has fewer lines than this. */
const functionLines = 40
const mostParameters = 3

/** A file above 400 lines says why in its first comment: it is a table of data, or must be read in order. */
export const longFilesSayWhy: Rule = (sources) =>
  sources.flatMap((source): Finding[] => {
    const count = source.text.trimEnd().split('\n').length
    if (count <= mostLines) return []
    const [first] = commentsOf(source)
    const saysWhy = first !== undefined && first.line <= 2 && /\b(catalogue|table|because)\b/.test(first.text)
    return saysWhy ? [] : [{ path: source.path, line: 1, what: `has ${count} lines and does not say why` }]
  })

/** Functions stay under 40 lines, except a procedure whose steps are numbered. Tests may list their cases. */
export const functionsAreShort: Rule = (sources) =>
  ofFunctions(sources, (source, node) => {
    const count = lineAt(source, node.end) - lineAt(source, node.getStart()) + 1
    if (count < functionLines || hasNumberedSteps(source, node)) return undefined
    // Of nested functions the outer one is named: it is the one to take apart.
    return isInFunction(node) ? undefined : `${nameOf(node)} has ${count} lines`
  })

/** At most three positional parameters; then one object. What a callback takes is for its caller to say. */
export const parametersAreFew: Rule = (sources) =>
  ofFunctions(sources, (_, node) => {
    if (isCallExpression(node.parent)) return undefined
    const count = 'parameters' in node && Array.isArray(node.parameters) ? node.parameters.length : 0
    return count > mostParameters ? `${nameOf(node)} has ${count} parameters` : undefined
  })

function ofFunctions(
  sources: readonly Source[],
  objection: (source: Source, node: Node) => string | undefined,
): readonly Finding[] {
  return sources
    .filter(({ path }) => !isTest(path))
    .flatMap((source) =>
      [...nodesOf(source.tree)].flatMap(({ node }) => {
        const what = isFunctionLikeDeclaration(node) ? objection(source, node) : undefined
        return what === undefined ? [] : [findingAt(source, node, what)]
      }),
    )
}

function isInFunction(node: Node): boolean {
  for (let outer = node.parent; outer !== undefined; outer = outer.parent)
    if (isFunctionLikeDeclaration(outer)) return true
  return false
}

function hasNumberedSteps(source: Source, node: Node): boolean {
  const steps = commentsOf(source)
    .filter(({ start }) => start > node.getStart() && start < node.end)
    .map(({ text }) => /^\/\/ (\d+)\./.exec(text)?.[1])
    .filter((step) => step !== undefined)
  return steps.length >= 2 && steps.every((step, index) => Number(step) === index + 1)
}

function nameOf(node: Node): string {
  return 'name' in node && isNamed(node.name) ? node.name.text : 'a function'
}

function isNamed(name: unknown): name is { readonly text: string } {
  return typeof name === 'object' && name !== null && 'text' in name && typeof name.text === 'string'
}
