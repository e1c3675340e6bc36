/** SQL: where it stands and how it is written. */
import {
  isCallExpression,
  isIdentifier,
  isImportSpecifier,
  isObjectLiteralExpression,
  isPropertyAssignment,
  isSourceFile,
  isStringLiteralLikeNode,
  isTemplateExpression,
  isVariableDeclaration,
  isVariableStatement,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast'
import { type Finding, findingAt, isTest, nodesOf, type Rule, type Source } from '../source/parse.ts'

/**
 * A statement is an exported constant of a `store.ts`, so that the database can be asked to describe every one of them.
 * Its text is lower case and made of constants of its file only: a value from elsewhere could carry an injection.
 */
export const sqlIsLowerCase: Rule = (sources) =>
  sources
    .filter(({ path }) => !isTest(path))
    .flatMap((source) =>
      [...nodesOf(source.tree)].flatMap(({ node }) => {
        const what = isStatementCall(node) ? objectionTo(source, node) : undefined
        return what === undefined ? [] : [findingAt(source, node, what)]
      }),
    )

function isStatementCall(node: Node): boolean {
  return isCallExpression(node) && isIdentifier(node.expression) && node.expression.text === 'statement'
}

function objectionTo(source: Source, call: Node): string | undefined {
  if (!/(^|\/)store\.ts$/.test(source.path)) return 'a statement outside of a store.ts'
  if (!isExportedConstant(call)) return 'a statement that is no exported constant'
  const text = textOf(call)
  if (text === undefined) return 'a statement without a text'
  const sql = literalSql(text, constantsOf(source))
  if (sql === undefined) return 'a statement made of more than constants of its file'
  return upperCaseIn(sql) === undefined ? undefined : 'a statement in upper case'
}

function isExportedConstant(call: Node): boolean {
  const declaration = call.parent
  const statement = declaration?.parent?.parent
  return (
    declaration !== undefined &&
    isVariableDeclaration(declaration) &&
    statement !== undefined &&
    isVariableStatement(statement) &&
    (statement.modifiers?.some(({ kind }) => kind === SyntaxKind.ExportKeyword) ?? false)
  )
}

/** The expression of the property `text`. */
function textOf(call: Node): Node | undefined {
  const [given] = isCallExpression(call) ? call.arguments : []
  if (given === undefined || !isObjectLiteralExpression(given)) return undefined
  for (const property of given.properties) {
    if (!isPropertyAssignment(property) || !isIdentifier(property.name)) continue
    if (property.name.text === 'text') return property.initializer
  }
  return undefined
}

/** Text constants at the top of a file, by name. */
function constantsOf({ tree }: Source): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { node } of nodesOf(tree)) {
    if (!isVariableDeclaration(node) || !isSourceFile(node.parent.parent.parent)) continue
    const { name, initializer } = node
    if (!isIdentifier(name) || initializer === undefined) continue
    const text = literalSql(initializer, found)
    if (text !== undefined) found.set(name.text, text)
  }
  return found
}

/** The text of an expression, where it consists of literals and known constants. */
function literalSql(node: Node, constants: ReadonlyMap<string, string>): string | undefined {
  if (isStringLiteralLikeNode(node)) return node.text
  if (!isTemplateExpression(node)) return undefined
  let text = node.head.text
  for (const { expression, literal } of node.templateSpans) {
    const part = isIdentifier(expression) ? constants.get(expression.text) : undefined
    if (part === undefined) return undefined
    text += part + literal.text
  }
  return text
}

/** A statement that nobody runs is not described by what it does: take it out. */
export const statementsAreUsed: Rule = (sources) => {
  const product = sources.filter(({ path }) => !isTest(path))
  const imported = new Set(product.flatMap((source) => [...namesImportedBy(source)]))
  return product.flatMap((source) =>
    [...nodesOf(source.tree)]
      .filter(({ node }) => isStatementCall(node) && isExportedConstant(node))
      .filter(({ node }) => !imported.has(nameOfConstant(node)))
      .map(({ node }) => findingAt(source, node, `nobody runs ${nameOfConstant(node)}`)),
  )
}

function namesImportedBy({ tree }: Source): readonly string[] {
  return [...nodesOf(tree)].flatMap(({ node }) =>
    isImportSpecifier(node) && !node.isTypeOnly ? [(node.propertyName ?? node.name).text] : [],
  )
}

function nameOfConstant(call: Node): string {
  const declaration = call.parent
  const isNamed = isVariableDeclaration(declaration) && isIdentifier(declaration.name)
  return isNamed ? declaration.name.text : ''
}

/** First line with a capital outside of quotes and comments; `undefined` where there is none. */
export function upperCaseIn(sql: string): number | undefined {
  const blank = (whole: string) => whole.replace(/[^\n]/g, ' ')
  const bare = sql.replace(/--[^\n]*|\/\*.*?\*\/|'(?:[^']|'')*'|"[^"]*"/gs, blank)
  const at = bare.search(/\p{Lu}/u)
  return at === -1 ? undefined : bare.slice(0, at).split('\n').length
}

/** Whoever upgrades must know whether the version before can still work on the database. */
export function migrationsSayIfTheyBreak(texts: Readonly<Record<string, string>>): readonly Finding[] {
  return Object.entries(texts)
    .filter(([, text]) => !/^-- (breaking|compatible)$/m.test(text.split('\n')[0] ?? ''))
    .map(([path]) => ({ path, line: 1, what: 'the first line is neither "-- breaking" nor "-- compatible"' }))
}
