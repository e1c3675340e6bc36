/** What is wrong with a reply, if anything: a fault of ours, words of our inside, words of others, or a form not described. */
import { z } from 'zod'
import { catalogue } from '../../kernel/errors.ts'
import { Problem } from '../../server/http/problem.ts'
import type { DescribedOperation, Description, Schema } from './document.ts'
import type { DrawnRequest } from './draw.ts'

export interface JudgedReply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

/** What must be seen by nobody of an institution: words planted elsewhere, and identifiers of what is elsewhere. */
export interface Foreign {
  readonly words: readonly string[]
  isForeign(identifier: string): boolean
  /** Whether it names an institution or its issuer, of which the way in tells everybody. */
  isAtTheDoor(identifier: string): boolean
}

/** What speaks against a reply. */
export interface Fault {
  /** The same for all replies that it speaks against alike. */
  readonly what: string
  readonly detail: string
}

export interface Judge {
  /** `undefined` where all is well. */
  fault(request: DrawnRequest, reply: JudgedReply, foreign: Foreign): Fault | undefined
  /** Codes of refusals by language, as they were seen. */
  readonly seen: { readonly en: Set<string>; readonly ur: Set<string> }
}

/** Our inside: stacks, places of files, statements, columns, drivers. */
const inside =
  /\n\s+at .+:\d+:\d+|node:internal|node_modules|file:\/\/\/|\/(?:srv|opt|root|home|tmp|var|usr)\/\w+\/|\.ts:\d+|\binstitution_id\b|\b(?:case|decision|account|holder|entry)_id\b|payload_digest|key_hash|token_hash|password_hash|\$argon2|khudi_(?:kernel|owner|app)|khudi\.institution|current_setting|\bpg_[a-z]+|PostgreSQL|SQLSTATE|syntax error at|violates|\brelation "|ECONN|ENOENT|EACCES|ZodError|TypeError|RangeError|ReferenceError|undefined is not|is not a function|Cannot read/

const uuids = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{64}\b/g
const urdu = /[\u0600-\u06ff]/

export function judgeOf(description: Description): Judge {
  const schemas = new Map<string, z.ZodType>()
  const seen = { en: new Set<string>(), ur: new Set<string>() }
  const schemaFor = (operation: DescribedOperation, status: number, type: string): z.ZodType | undefined => {
    const key = `${operation.id} ${status} ${type}`
    const found = schemas.get(key)
    if (found !== undefined) return found
    const described = operation.responses.get(status)?.get(type)
    if (described === undefined) return undefined
    const made = zodOf(described, description.components)
    schemas.set(key, made)
    return made
  }
  const fault: Judge['fault'] = (request, reply, foreign) => {
    const { status, headers, body } = reply
    if (status >= 500) return { what: `status ${status}`, detail: body.toString().slice(0, 300) }
    const text = `${JSON.stringify(headers)}\n${body.toString()}`
    const found = inside.exec(text)
    if (found !== null && !saidByCaller(found[0], request))
      return { what: 'tells of our inside', detail: found[0] }
    const word = foreign.words.find((one) => text.includes(one) && !saidByCaller(one, request))
    if (word !== undefined) return { what: `shows another's word ${word}`, detail: '' }
    const isAtTheDoor = request.operation.id.startsWith('sign_in.')
    for (const [identifier] of text.matchAll(uuids))
      if (
        foreign.isForeign(identifier) &&
        !saidByCaller(identifier, request) &&
        !(isAtTheDoor && foreign.isAtTheDoor(identifier))
      )
        return { what: "shows another's identifier", detail: identifier }
    const problem = status >= 400 ? problemFault(reply, request, seen) : undefined
    if (problem !== undefined) return problem
    return request.isAtOperation ? formFault(request, reply, schemaFor) : undefined
  }
  return { fault, seen }
}

/** What the caller said may be said back. */
function saidByCaller(text: string, { url, headers, body }: DrawnRequest): boolean {
  return (
    url.includes(text) ||
    decoded(url).includes(text) ||
    Object.values(headers).some((value) => value.includes(text)) ||
    (body?.includes(text) ?? false)
  )
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}

/** A refusal is problem details of a known code, in the language it says, and fields in both. */
function problemFault(
  { status, headers, body }: JudgedReply,
  { method }: DrawnRequest,
  seen: Judge['seen'],
): Fault | undefined {
  const detail = body.toString().slice(0, 400)
  if (method === 'HEAD') return body.length === 0 ? undefined : { what: 'a body where there is none', detail }
  const type = String(headers['content-type'])
  // Pages answer people.
  if (type.startsWith('text/html')) return undefined
  if (type !== 'application/problem+json; charset=utf-8') return { what: `a refusal of type ${type}`, detail }
  const read = Problem.safeParse(JSON.parse(body.toString()))
  if (!read.success) return { what: 'no problem details', detail }
  const { code, title, detail: remedy, problems = [], status: said } = read.data
  if (!Object.hasOwn(catalogue, code)) return { what: `an unknown code ${code}`, detail }
  if (said !== status) return { what: `says ${said} under ${status}`, detail }
  const language = headers['content-language']
  if (language !== 'en' && language !== 'ur') return { what: 'no language', detail }
  seen[language].add(code)
  for (const one of [title, remedy])
    if (language === 'ur' ? !urdu.test(one) : !/[A-Za-z]{2}/.test(one))
      return { what: `${code} is not in ${language}`, detail }
  const bare = problems.find(({ message }) => message.en === '' || !urdu.test(message.ur))
  return bare === undefined ? undefined : { what: `${bare.code} is in one language`, detail }
}

/** Status, type and body are among those that the description names. */
function formFault(
  { operation }: DrawnRequest,
  { status, headers, body }: JudgedReply,
  schemaFor: (operation: DescribedOperation, status: number, type: string) => z.ZodType | undefined,
): Fault | undefined {
  const detail = body.toString().slice(0, 400)
  const types = operation.responses.get(status)
  if (types === undefined) return { what: `status ${status} is not described`, detail }
  if (types.size === 0)
    return body.length === 0 ? undefined : { what: `${status} has a body, and none is described`, detail }
  const [type = ''] = String(headers['content-type']).split(';')
  if (!types.has(type)) return { what: `type ${type} is not described for ${status}`, detail }
  const schema = schemaFor(operation, status, type)
  const values = valuesOf(type, body.toString())
  for (const value of values) {
    const read = schema?.safeParse(value)
    if (read?.success === false)
      return {
        what: `${status} is not of its described form`,
        detail: `${z.prettifyError(read.error)} ${detail}`,
      }
  }
  return undefined
}

function valuesOf(type: string, text: string): readonly unknown[] {
  if (type.endsWith('json') && type !== 'application/x-ndjson') return [JSON.parse(text)]
  if (type !== 'application/x-ndjson') return []
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}

/** The schema as a checker that shares nothing with the one that the operation was declared with. */
function zodOf(schema: Schema, components: Description['components']): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: components }).replaceAll(
    '#/components/schemas/',
    '#/$defs/',
  )
  return z.fromJSONSchema(JSON.parse(text))
}
