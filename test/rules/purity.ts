/** What computes on a case must answer the same tomorrow: no network, no clock, no chance, nothing of the machine. */
import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  type Node,
} from 'typescript/unstable/ast'
import { findingAt, isTest, nodesOf, type Rule } from '../source/parse.ts'

/** Names that reach out of a computation, and what they reach. */
const reaching: Readonly<Record<string, string>> = {
  fetch: 'the network',
  XMLHttpRequest: 'the network',
  WebSocket: 'the network',
  EventSource: 'the network',
  navigator: 'the machine',
  process: 'the machine',
  console: 'the terminal',
  performance: 'the clock',
  setTimeout: 'the clock',
  setInterval: 'the clock',
  setImmediate: 'the clock',
  crypto: 'unseeded chance',
  eval: 'code that no digest covers',
  Function: 'code that no digest covers',
  globalThis: 'everything',
  global: 'everything',
}

const members: Readonly<Record<string, string>> = {
  'Date.now': 'the clock',
  'Math.random': 'unseeded chance',
  'Temporal.Now': 'the clock',
}

export const pureUnits: Rule = (sources) =>
  sources
    .filter(({ path }) => /^(engines|applications)\//.test(path) && !isTest(path))
    .flatMap((source) =>
      [...nodesOf(source.tree)].flatMap(({ node, parent }) => {
        const what = reachOf(node, parent)
        return what === undefined ? [] : [findingAt(source, node, what)]
      }),
    )

function reachOf(node: Node, parent: Node): string | undefined {
  if (isPropertyAccessExpression(node) && isIdentifier(node.expression)) {
    const name = `${node.expression.text}.${node.name.text}`
    const reached = members[name]
    return reached === undefined ? undefined : `${name} reaches ${reached}`
  }
  if (isNewExpression(node) && isIdentifier(node.expression) && node.expression.text === 'Date') {
    const count = node.arguments?.length ?? 0
    if (count === 0) return 'new Date() reaches the clock'
    return count > 1 ? "new Date(year, …) reaches the machine's time zone: use Date.UTC" : undefined
  }
  if (isCallExpression(node) && isIdentifier(node.expression) && node.expression.text === 'Date')
    return 'Date() reaches the clock'
  if (!isIdentifier(node) || namesMember(node, parent)) return undefined
  const reached = Object.hasOwn(reaching, node.text) ? reaching[node.text] : undefined
  return reached === undefined ? undefined : `${node.text} reaches ${reached}`
}

/** Whether the identifier is only the name of a member: `row.process`, `{ process: 1 }`. */
function namesMember(node: Node, parent: Node): boolean {
  if (isPropertyAccessExpression(parent)) return parent.name === node
  const declares =
    isPropertyAssignment(parent) || isPropertyDeclaration(parent) || isPropertySignatureDeclaration(parent)
  return declares && parent.name === node
}
