/** As much of Markdown as is needed to follow its links and to try its samples. */

export interface Fence {
  /** First word after the fence (`ts`, `sh`), and the words behind it. */
  readonly language: string
  readonly marks: readonly string[]
  readonly text: string
  /** Line of its first line of text, counted from 1. */
  readonly line: number
}

export interface Markdown {
  readonly fences: readonly Fence[]
  /** Targets of links and images, as written. */
  readonly links: readonly { readonly target: string; readonly line: number }[]
  /** Contents of code spans. */
  readonly spans: readonly { readonly text: string; readonly line: number }[]
  /** What a link may name behind `#`. */
  readonly anchors: ReadonlySet<string>
  readonly headings: readonly string[]
}

export function readMarkdown(text: string): Markdown {
  const { fences, prose } = separate(text.split('\n'))
  const headings = prose
    .map((line) => /^#{1,6} +(.*?) *#*$/.exec(line)?.[1])
    .filter((heading) => heading !== undefined)
  const ids = [...text.matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => id)
  return {
    fences,
    links: prose.flatMap((line, index) => targetsIn(line).map((target) => ({ target, line: index + 1 }))),
    spans: prose.flatMap((line, index) =>
      [...line.matchAll(/`([^`]+)`/g)].map(([, span = '']) => ({ text: span, line: index + 1 })),
    ),
    anchors: new Set([...ids, ...slugsOf(headings)]),
    headings,
  }
}

/** Fenced blocks apart from the prose, whose other lines keep their numbers. */
function separate(lines: readonly string[]): { fences: readonly Fence[]; prose: readonly string[] } {
  const fences: Fence[] = []
  const prose: string[] = []
  let open: { mark: string; info: string; from: number } | undefined
  for (const [index, line] of lines.entries()) {
    const [, mark = '', info = ''] = /^ *(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    prose.push(open === undefined && mark === '' ? line : '')
    if (open === undefined) {
      if (mark !== '') open = { mark, info: info.trim(), from: index + 1 }
    } else if (mark.startsWith(open.mark) && info.trim() === '') {
      const [language = '', ...marks] = open.info.split(/\s+/)
      fences.push({ language, marks, text: lines.slice(open.from, index).join('\n'), line: open.from + 1 })
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`the block that begins in line ${open.from} does not end`)
  return { fences, prose }
}

function targetsIn(line: string): readonly string[] {
  const bare = line.replace(/`[^`]*`/g, '')
  const inline = [...bare.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)]
  const defined = [...bare.matchAll(/^\[[^\]]+\]: +(\S+)/g)]
  const html = [...bare.matchAll(/\b(?:href|src)="([^"]+)"/g)]
  return [...inline, ...defined, ...html].map(([, target = '']) => target)
}

/** Anchors that GitHub gives headings: the second of the same name gets `-1`. */
function slugsOf(headings: readonly string[]): readonly string[] {
  const seen = new Map<string, number>()
  return headings.map((heading) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    return before === 0 ? slug : `${slug}-${before}`
  })
}

/** Command lines of a shell block: joined where a backslash continues them, without prompts and comments. */
export function commandsIn(fence: Fence): readonly string[] {
  return fence.text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/^\s*\$ /, '').replace(/(^|\s)#.*$/, ''))
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
}
