import { SyntaxKind } from 'typescript/unstable/ast'
import { lineAt, nodesOf, type Source } from './parse.ts'

export interface Comment {
  /** With its marks. */
  readonly text: string
  readonly line: number
  /** Position in the text. */
  readonly start: number
  readonly end: number
}

const literals: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.JsxText,
])

/** Comments: outside of literals, `//` and a slash with a star can begin nothing else. */
export function commentsOf(source: Source): readonly Comment[] {
  const { text } = source
  const found: Comment[] = []
  let position = text.startsWith('#!') ? text.indexOf('\n') : 0
  for (const [start, end] of [...literalsOf(source), [text.length, text.length] as const]) {
    for (;;) {
      const next = text.slice(position, start).search(/\/[/*]/)
      if (next === -1) break
      const from = position + next
      const close = text[from + 1] === '*' ? text.indexOf('*/', from + 2) + 2 : lineEnd(text, from)
      found.push({ text: text.slice(from, close), line: lineAt(source, from), start: from, end: close })
      position = close
    }
    position = Math.max(position, end)
  }
  return found
}

function literalsOf(source: Source): (readonly [start: number, end: number])[] {
  return [...nodesOf(source.tree)]
    .filter(({ node }) => literals.has(node.kind))
    .map(({ node }) => [node.getStart(), node.end] as const)
    .sort(([one], [other]) => one - other)
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}
