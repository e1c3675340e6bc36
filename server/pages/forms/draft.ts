/** What was typed into a form: texts by the names of the fields. */

/** Names that begin with `_` are the form's own; all others are paths into what is recorded, `items[0].netMassKg`. */
export type Draft = ReadonlyMap<string, string>

/** Reads the parsed body of a form; of a name that comes twice the last value counts, as a browser would fill it. */
export function draftOfBody(body: unknown): Draft {
  const draft = new Map<string, string>()
  if (typeof body !== 'object' || body === null) return draft
  for (const [name, value] of Object.entries(body)) {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value
    if (typeof last === 'string') draft.set(name, last)
  }
  return draft
}

/** The draft without the proof of the page that it came from, as one text. */
export function writeDraft(draft: Draft): string {
  return String(new URLSearchParams([...draft].filter(([name]) => name !== '_token')))
}

export function readDraft(text: string): Draft {
  return new Map(new URLSearchParams(text))
}

/** The version that the reader of the form saw, from its hidden field. */
export function versionOf(draft: Draft): number | undefined {
  const version = /^\d{1,9}$/.exec(draft.get('_version') ?? '')?.[0]
  return version === undefined ? undefined : Number(version)
}

/** Entries of a list that one form shows at most; longer lists come as files. */
const mostEntries = 100

/** How many entries of a list the form has, by its hidden field. */
export function entryCount(draft: Draft, name: string): number {
  const told = /^\d{1,4}$/.exec(draft.get(`_entries.${name}`) ?? '')?.[0]
  return told === undefined ? 0 : Math.min(Number(told), mostEntries)
}
