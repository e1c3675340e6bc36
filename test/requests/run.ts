/** Sends so many drawn requests to a world, several at a time, and gathers what is wrong with the replies. */
import { type DrawnRequest, drawRequest, kinds } from './draw.ts'
import { type Fault, type JudgedReply, judgeOf } from './judge.ts'
import { randomOf } from './random.ts'
import type { World } from './world.ts'

export interface RequestRun {
  readonly seed: number
  /** Number of the first request and how many. */
  readonly from: number
  readonly count: number
  /** Told every so often how many were answered. */
  onProgress?(answered: number): void
}

export interface Finding {
  readonly what: string
  readonly times: number
  /** The first of them: its numbers, and a line for a shell that asks it again. */
  readonly example: string
}

export interface RunReport {
  readonly answered: number
  readonly byKind: Readonly<Record<string, number>>
  /** Replies by hundreds of their status. */
  readonly byStatus: Readonly<Record<string, number>>
  /** Requests that an operation carried out. */
  readonly succeeded: ReadonlySet<string>
  readonly codes: { readonly en: ReadonlySet<string>; readonly ur: ReadonlySet<string> }
  readonly findings: readonly Finding[]
}

/** Under way at once. */
const lanes = 16
const refreshEvery = 2_000

export async function sendRequests(
  world: World,
  { seed, from, count, onProgress }: RequestRun,
): Promise<RunReport> {
  const judge = judgeOf(world.description)
  const findings = new Map<string, Finding>()
  const byKind: Record<string, number> = Object.fromEntries(kinds.map((kind) => [kind, 0]))
  const byStatus: Record<string, number> = {}
  const succeeded = new Set<string>()
  let next = from
  let answered = 0
  const note = ({ what, detail }: Fault, request: DrawnRequest, index: number) => {
    const key = `${request.operation.id}: ${what}`
    const known = findings.get(key)
    const example =
      known?.example ??
      `${detail}\n  seed ${seed}, request ${index} (${request.kind}, ${request.caller.name})\n  ${curlOf(request)}`
    findings.set(key, { what: key, times: (known?.times ?? 0) + 1, example })
  }
  const one = async (index: number): Promise<void> => {
    const request = drawRequest(world, randomOf(seed, index))
    const reply = await send(world, request)
    if (reply === undefined) {
      // A file or a stream whose rest cannot be given is broken off; where that is our fault, the log tells of one.
      if (isOneDocument(request))
        note({ what: 'the reply broke off', detail: 'it is one document' }, request, index)
      checkLog(world, (found) => note(found, request, index))
      byStatus['broken off'] = (byStatus['broken off'] ?? 0) + 1
      answered += 1
      return
    }
    const fault = judge.fault(request, reply, world.foreignTo(request.caller))
    if (fault !== undefined) note(fault, request, index)
    byKind[request.kind] = (byKind[request.kind] ?? 0) + 1
    const hundred = `${Math.floor(reply.status / 100)}xx`
    byStatus[hundred] = (byStatus[hundred] ?? 0) + 1
    if (request.isAtOperation && reply.status < 300) {
      succeeded.add(request.operation.id)
      world.sawReply(request.operation.id, reply.body.toString())
    }
    if (reply.status === 401 && request.kind === 'valid') await world.renew(request.caller)
    checkLog(world, (found) => note(found, request, index))
    answered += 1
    if (answered % refreshEvery === 0) {
      onProgress?.(answered)
      await world.refresh()
    }
  }
  const lane = async () => {
    while (next < from + count) {
      const index = next
      next += 1
      await one(index)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return { answered, byKind, byStatus, succeeded, codes: judge.seen, findings: [...findings.values()] }
}

const isOneDocument = ({ operation }: DrawnRequest) =>
  operation.responses.get(200)?.has('application/json') !== false

function checkLog(world: World, note: (fault: Fault) => void): void {
  const lines = world.linesLogged()
  const word = world.words.find((one) => lines.includes(one))
  if (word !== undefined) note({ what: `the log holds ${word}`, detail: lines.slice(0, 400) })
  const fault = /"msg":"fault"/.test(lines)
    ? lines.split('\n').find((line) => line.includes('"msg":"fault"'))
    : undefined
  if (fault !== undefined) note({ what: 'the log tells of a fault', detail: fault.slice(0, 1_200) })
}

/** Undefined where the reply was begun and not ended: whoever asked could take half of it for the whole. */
async function send(
  { app }: World,
  { method, url, headers, body }: DrawnRequest,
): Promise<JudgedReply | undefined> {
  const reply = await app
    .inject({
      // Any method may be sent; the type knows the usual ones.
      method: injectable(method),
      url,
      headers,
      ...(body !== undefined && { payload: body }),
    })
    .catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'LIGHT_ECONNRESET') return
      throw error
    })
  if (reply === undefined) return
  return { status: reply.statusCode, headers: reply.headers, body: reply.rawPayload }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'] as const

function injectable(method: string): (typeof methods)[number] {
  const found = methods.find((one) => one === method)
  if (found === undefined) throw new Error(`nobody draws ${method}`)
  return found
}

/** What a shell would send again, with the key left for whoever repeats it. */
export function curlOf({ method, url, headers, body }: DrawnRequest): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const shown = Object.entries(headers).map(
    ([name, value]) =>
      `-H ${quoted(`${name}: ${name === 'authorization' || name === 'cookie' ? '$WHO' : value}`)}`,
  )
  const data = body === undefined ? [] : [`--data-binary ${dataOf(body)}`]
  return [
    'curl -i --path-as-is',
    `-X ${method}`,
    ...shown,
    ...data,
    quoted(`http://127.0.0.1:8080${url}`),
  ].join(' ')
}

/** Bytes as bash writes them. */
function dataOf(body: Buffer): string {
  const text = [...body.subarray(0, 2_000)].map((byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  )
  return `$'${text.join('')}'${body.length > 2_000 ? ` # and ${body.length - 2_000} bytes more` : ''}`
}
