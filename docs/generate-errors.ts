/** Writes docs/errors.md from the catalogue: `node docs/generate-errors.ts`. A test compares the two. */
import { writeFile } from 'node:fs/promises'
import { type CatalogueEntry, type CatalogueText, catalogue } from '../kernel/errors.ts'

const head = `# Refusals and fatal stops

Every code that a caller may see, from \`kernel/errors.ts\`, in the order of the codes. The file is written by
\`node docs/generate-errors.ts\`; edit the catalogue, not this page.

- A **refusal** (status 4xx) means that the caller can act. Nothing was changed, unless the text says what was.
- A **fault** (status 5xx) is ours to mend. The reply holds a number that the server's log has too, and nothing else of it.
- A **fatal** stop means that going on could break the record. The process ends with one of these sentences and a status
  other than zero; the HTTP status is the one that the health check answers with.

Over HTTP a refusal is a problem document (RFC 9457) whose \`type\` is \`urn:khudi:error:\` and the code, and whose \`code\` is
the code alone. The arrow leads from what is the matter to what the reader is to do. A name in braces stands for a value that the reply fills in; values never hold personal data.
`

/** The page. One section for each family of codes, in both languages. */
export function errorsPage(entries: Readonly<Record<string, CatalogueEntry>> = catalogue): string {
  const families = Map.groupBy(Object.entries(entries), ([code]) => code.split('.')[0] ?? code)
  const sections = [...families].map(([family, members]) => section(family, members))
  return [head, ...sections].join('\n')
}

function section(family: string, members: readonly (readonly [string, CatalogueEntry])[]): string {
  return [`## ${family}`, '', ...members.flatMap(([code, entry]) => paragraph(code, entry))].join('\n')
}

function paragraph(code: string, { status, title, remedy }: CatalogueEntry): readonly string[] {
  const line = (language: keyof CatalogueText) => `${plain(title[language])} → ${plain(remedy[language])}`
  return [
    `### ${code}`,
    '',
    `- **${status}** ${line('en')}`,
    `- <span lang="ur" dir="rtl">${line('ur')}</span>`,
    '',
  ]
}

/** Markdown would take these for HTML or for emphasis. */
function plain(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/__\w+__/g, '`$&`')
}

if (import.meta.main) await writeFile(new URL('errors.md', import.meta.url), errorsPage())
