/** One request, drawn from the description: as it should be, with one thing wrong, or with everything wrong. */
import type { DescribedOperation, Description, Parameter, Schema } from './document.ts'
import { headerValues, mediaTypes, pathParts, queries, texts } from './hostile.ts'
import type { Random } from './random.ts'
import { spoiltText, spoiltValue } from './spoil.ts'
import { drawnValue, type Known } from './values.ts'

/** Who asks. */
export interface Caller {
  /** For the line that repeats a request: `home machine`. */
  readonly name: string
  readonly home: string
  holds(scope: string): boolean
  /** Whether they work at one unit alone. */
  readonly isLocal: boolean
  /** A word that stands in whatever this caller's institution writes. */
  readonly word: string
  readonly headers: Readonly<Record<string, string>>
}

export const kinds = ['valid', 'nearly valid', 'hostile'] as const

export interface DrawnRequest {
  readonly kind: (typeof kinds)[number]
  readonly operation: DescribedOperation
  readonly caller: Caller
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  /** Whether it goes where the operation is; what a twisted path or another method leads to is not described there. */
  readonly isAtOperation: boolean
}

/** What requests are drawn from. */
export interface Source {
  readonly description: Description
  readonly callers: readonly Caller[]
  readonly applicationIds: readonly string[]
  /** Identifiers that exist somewhere, by the name of a parameter or field. */
  readonly known: (caller: Caller) => Known
  /** Cases with an entry that can be proven, as parameters of a path. */
  readonly receipts: readonly ReadonlyMap<string, string>[]
  /** Where an earlier reply of the operation said that it goes on. */
  readonly cursorOf: (operationId: string, random: Random) => string | undefined
  /** A body that is known to be good for an operation, where one is known. */
  readonly sampleBody: (operationId: string, applicationId: string | undefined) => unknown
}

/** What is spoilt of a request. */
const parts = ['path', 'query', 'body', 'type', 'header', 'method', 'caller'] as const
type Part = (typeof parts)[number]

export function drawRequest(source: Source, random: Random): DrawnRequest {
  const operation = random.pick(source.description.operations)
  const kind = random.pick(kinds)
  const spoilt = new Set<Part>()
  if (kind === 'nearly valid') spoilt.add(random.pick(parts))
  if (kind === 'hostile') for (const part of parts) if (random.chance(0.5)) spoilt.add(part)
  // Whoever may do it comes furthest; the others come now and then.
  const able = source.callers.filter((one) => operation.scope === undefined || one.holds(operation.scope))
  const caller = random.pick(able.length > 0 && random.chance(0.75) ? able : source.callers)
  const known: Known = (name, drawing) =>
    name === 'cursor' ? source.cursorOf(operation.id, drawing) : source.known(caller)(name, drawing)
  const params = paramsOf(operation, { source, random, known })
  const { url, isTwisted } = urlOf(operation, { params, random, spoilt, known, source })
  const method = spoilt.has('method') ? random.pick(otherMethods) : operation.method
  const sent = bodyOf(operation, {
    source,
    random,
    caller,
    known,
    applicationId: params.get('applicationId'),
    spoilt,
  })
  return {
    kind,
    operation,
    caller,
    method,
    url,
    headers: headersOf(operation, { random, caller, spoilt, type: sent?.type }),
    body: sent?.body,
    isAtOperation: !isTwisted && method === operation.method,
  }
}

const otherMethods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'] as const

interface Drawing {
  readonly source: Source
  readonly random: Random
  readonly known: Known
}

function paramsOf(
  { path, parameters }: DescribedOperation,
  { source, random, known }: Drawing,
): ReadonlyMap<string, string> {
  // A receipt is named by two parts, which seldom fit where each is drawn for itself.
  if (path.includes('{entryIndex}') && random.chance(0.5)) return new Map(random.pick(source.receipts))
  const found = parameters
    .filter((parameter) => parameter.in === 'path')
    .map(({ name, schema }): [string, string] => [name, textFor(schema, { source, random, known }, name)])
  return new Map(found)
}

function textFor(schema: Schema, { source, random, known }: Drawing, name: string): string {
  const value = drawnValue(
    schema,
    {
      components: source.description.components,
      random,
      known,
      applicationId: undefined,
      freeText: () => 'text',
    },
    { name, depth: 0 },
  )
  return typeof value === 'string' ? value : String(value)
}

function urlOf(
  { path, parameters }: DescribedOperation,
  given: Drawing & { readonly params: ReadonlyMap<string, string>; readonly spoilt: ReadonlySet<Part> },
): { readonly url: string; readonly isTwisted: boolean } {
  const { random, params, spoilt } = given
  const isTwisted = spoilt.has('path')
  const plain = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    isTwisted && random.chance(0.7) ? random.pick(pathParts) : encodeURIComponent(params.get(name) ?? ''),
  )
  const twisted = isTwisted ? twistedPath(plain, random) : plain
  const query = spoilt.has('query')
    ? random.pick([
        random.pick(queries),
        `${queryOf(parameters, given)}&${random.pick(queries)}`,
        `x=${encodeURIComponent(random.pick(texts).toWellFormed())}`,
      ])
    : queryOf(parameters, given)
  return { url: query === '' ? twisted : `${twisted}?${query}`, isTwisted }
}

function twistedPath(path: string, random: Random): string {
  switch (random.below(10)) {
    case 0:
      return `${path}/`
    case 1:
      return path.replace('/', '//')
    case 2:
      return path.toUpperCase()
    case 3:
      return path.replace(/\/(\w)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`)
    case 4:
      return `/x/..${path}`
    case 5:
      return `${path}/${random.pick(pathParts)}`
    case 6:
      return path.replace('/v1', random.pick(['/v2', '/v1/.', '/v1;a=1', '', '/V1', '/v1%2f']))
    default:
      return path
  }
}

function queryOf(parameters: readonly Parameter[], drawing: Drawing): string {
  const { random } = drawing
  return parameters
    .filter((parameter) => parameter.in === 'query' && (parameter.required || random.chance(0.3)))
    .map(({ name, schema }) => `${name}=${encodeURIComponent(textFor(schema, drawing, name))}`)
    .join('&')
}

interface Sent {
  readonly type: string
  readonly body: Buffer
}

function bodyOf(
  operation: DescribedOperation,
  given: Drawing & {
    readonly caller: Caller
    readonly applicationId: string | undefined
    readonly spoilt: ReadonlySet<Part>
  },
): Sent | undefined {
  const { random, spoilt } = given
  const types = [...operation.bodies.keys()]
  if (types.length === 0)
    return spoilt.has('body')
      ? { type: 'application/json', body: Buffer.from(random.pick(['{}', 'null', '[1]'])) }
      : undefined
  if (spoilt.has('body') && random.chance(0.05)) return undefined
  const type = random.pick(types)
  const lines = type.startsWith('application/json') ? 1 : 1 + random.below(6)
  const values = Array.from({ length: lines }, () => goodBody(operation, type, given))
  const text = type.startsWith('text/csv')
    ? csvOf(values)
    : values
        .map((value) =>
          spoilt.has('body') && random.chance(0.5)
            ? spoiltValue(value, random)
            : (JSON.stringify(value) ?? 'null'),
        )
        .join('\n')
  const body = spoilt.has('body') && random.chance(0.5) ? spoiltText(text, random) : Buffer.from(text)
  return { type, body }
}

function goodBody(
  operation: DescribedOperation,
  type: string,
  { source, random, caller, known, applicationId }: Parameters<typeof bodyOf>[1],
): unknown {
  const sample = random.chance(0.5) ? source.sampleBody(operation.id, applicationId) : undefined
  if (sample !== undefined) return marked(sample, caller, random)
  const { components } = source.description
  const described = operation.bodies.get(type) ?? {}
  const ofApplication = components[`${applicationId}.case`]
  const schema = type.startsWith('application/json') ? described : (ofApplication ?? described)
  const freeText = () =>
    random.chance(0.4) ? `${caller.word}${random.below(1_000_000)}` : random.pick(texts).toWellFormed()
  return drawnValue(schema, { components, random, known, applicationId, freeText })
}

/** A known good body gets the caller's word in a text of it, so that a stranger who sees it is found out. */
function marked(sample: unknown, { word }: Caller, random: Random): unknown {
  if (typeof sample !== 'object' || sample === null) return sample
  const names = Object.entries(sample).flatMap(([name, value]) =>
    typeof value === 'string' && /[a-z] |^[A-Z]+-/.test(value) ? [name] : [],
  )
  return names.length === 0
    ? sample
    : { ...sample, [random.pick(names)]: `${word}${random.below(1_000_000)}` }
}

function csvOf(values: readonly unknown[]): string {
  const rows = values.map((value) =>
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  )
  const names = [...new Set(rows.flatMap((row) => row.map(([name]) => name)))]
  const cell = (value: unknown) =>
    `"${String(typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? '')).replaceAll('"', '""')}"`
  const line = (row: readonly (readonly [string, unknown])[]) =>
    names.map((name) => cell(new Map(row).get(name))).join(',')
  return `${[names.join(','), ...rows.map(line)].join('\r\n')}\r\n`
}

function headersOf(
  { parameters }: DescribedOperation,
  given: {
    readonly random: Random
    readonly caller: Caller
    readonly spoilt: ReadonlySet<Part>
    readonly type: string | undefined
  },
): Record<string, string> {
  const { random, caller, spoilt, type } = given
  const headers: Record<string, string> = {
    ...(spoilt.has('caller') ? strangerHeaders(caller, random) : caller.headers),
    'accept-language': random.pick(['en', 'ur', 'ur-PK, en;q=0.5', 'de', '*']),
  }
  for (const { name, required } of parameters.filter((parameter) => parameter.in === 'header')) {
    const value = headerOf(name.toLowerCase(), random)
    if (value !== undefined && (required || random.chance(0.25))) headers[name.toLowerCase()] = value
  }
  if (random.chance(0.2))
    headers.accept = random.pick(['application/json', 'text/csv', 'application/x-ndjson', '*/*', 'image/png'])
  if (type !== undefined) headers['content-type'] = spoilt.has('type') ? random.pick(mediaTypes) : type
  if (spoilt.has('header'))
    for (let count = 1 + random.below(4); count > 0; count -= 1)
      headers[random.pick(twistedHeaders)] = random.pick(headerValues)
  return headers
}

function headerOf(name: string, random: Random): string | undefined {
  switch (name) {
    case 'if-match':
    case 'if-none-match':
      return `"${random.below(4)}"`
    case 'idempotency-key':
      return `key-${random.below(40)}`
    case 'x-request-id':
      return `request-of-a-client-${random.below(1_000)}`
    default:
      return undefined
  }
}

const twistedHeaders = [
  ...[
    'accept',
    'accept-encoding',
    'accept-language',
    'authorization',
    'content-encoding',
    'cookie',
    'forwarded',
    'from',
    'host',
  ],
  ...[
    'idempotency-key',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'origin',
    'range',
    'referer',
    'sec-fetch-site',
    'te',
    'upgrade',
  ],
  ...[
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-http-method-override',
    'x-original-url',
    'x-request-id',
    'x-user-id',
    'via',
  ],
] as const

/** Who is nobody, or says it wrong. */
function strangerHeaders({ headers }: Caller, random: Random): Record<string, string> {
  const [name = '', value = ''] = Object.entries(headers)[0] ?? []
  return random.pick<Record<string, string>>([
    {},
    { [name]: value.slice(0, -1) },
    { [name]: `${value}, ${value}` },
    { [name]: value.toUpperCase() },
    { authorization: `Bearer ${Buffer.alloc(48, random.below(256)).toString('base64url')}` },
    { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` },
    { ...headers, cookie: 'khudi-session=__proto__; khudi-language=ur' },
  ])
}
