/**
 * Journeys: plain texts of requests and what must come back, that a legal officer can follow.
 *
 * ```text
 * > POST /v1/cases/{caseId}/review     the request; {names} were remembered before
 * > as customs.examiner                who asks, by user name; `machine` uses the key
 * > if-match {version}                 version of the case that was seen
 * > key terminal-1                     idempotency key
 * > the suspicious declaration         body by the name of a fixture
 * > { "recommendation": "release" }    body
 * < 201                                status, then lines that the reply must hold, in this order
 * < "state": "decided"
 * remember version, decision.decisionId
 * ```
 *
 * Everything else is for the reader.
 */

export interface Step {
  /** Line of the file, from 1. */
  readonly line: number
  readonly method: string
  readonly path: string
  readonly as: string | undefined
  readonly ifMatch: string | undefined
  readonly key: string | undefined
  readonly fixture: string | undefined
  readonly body: string | undefined
  readonly status: number
  readonly expected: readonly string[]
  /** Paths into the reply. */
  readonly remembered: readonly string[]
}

/** Reads a journey. @throws Error naming the line that cannot be understood */
export function readJourney(text: string): readonly Step[] {
  const lines = text.split('\n').map((content, index) => ({ content, line: index + 1 }))
  const steps: { requests: string[]; replies: string[]; remembered: string[]; line: number }[] = []
  let previous = ''
  for (const { content, line } of lines) {
    const current = /^(>|<|remember) /.exec(content)?.[1] ?? ''
    const rest = content.slice(current.length + 1)
    if (current === '>' && previous !== '>') steps.push({ requests: [], replies: [], remembered: [], line })
    const step = steps.at(-1)
    if (current !== '' && step === undefined) throw new Error(`line ${line}: no request before it`)
    if (current === '>') step?.requests.push(rest)
    if (current === '<') step?.replies.push(rest)
    if (current === 'remember') step?.remembered.push(...rest.split(',').map((path) => path.trim()))
    previous = current
  }
  return steps.map(readStep)
}

function readStep(given: {
  requests: string[]
  replies: string[]
  remembered: string[]
  line: number
}): Step {
  const [request = '', ...more] = given.requests
  const [, method = '', path = ''] = /^(GET|POST|PUT) (\S+)$/.exec(request) ?? []
  const [status = '', ...expected] = given.replies
  if (method === '' || !/^\d{3}$/.test(status))
    throw new Error(`line ${given.line}: not a request with its status`)
  const value = (word: string) => more.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1)
  return {
    line: given.line,
    method,
    path,
    as: value('as'),
    ifMatch: value('if-match'),
    key: value('key'),
    fixture: value('the'),
    body: more.find((line) => line.startsWith('{')),
    status: Number(status),
    expected,
    remembered: given.remembered,
  }
}

/** Puts remembered values in the place of `{names}`. Names without a value stay as they are. */
export function withMemory(text: string, memory: ReadonlyMap<string, string>): string {
  return text.replace(/\{([A-Za-z][\w .]*)\}/g, (whole, name: string) => memory.get(name) ?? whole)
}

/** The value at a path of the reply, as text. @throws Error where there is none */
export function valueAt(reply: unknown, path: string): string {
  let value = reply
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !(step in value))
      throw new Error(`the reply has no ${path}`)
    value = new Map<string, unknown>(Object.entries(value)).get(step)
  }
  return String(value)
}

/** The first expected line that the reply does not hold behind those before it; `undefined` where it holds them all. */
export function firstMissing(reply: unknown, expected: readonly string[]): string | undefined {
  const text = JSON.stringify(reply, null, 1)
  let from = 0
  for (const line of expected) {
    const found = text.indexOf(line, from)
    if (found === -1) return line
    from = found + line.length
  }
  return undefined
}
