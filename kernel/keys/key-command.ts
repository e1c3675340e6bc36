/**
 * Keys behind a command of the institution, which reaches its own hardware. The program is started once for each operation,
 * without a shell, as `<program> <operation> <name> [<algorithm>]`:
 *
 * | operation | standard input | standard output |
 * |---|---|---|
 * | `has NAME` | | `yes` or `no` |
 * | `make NAME secret`, `make NAME ed25519`, `make NAME ml-dsa-44` | | nothing; where there is such a key already, it stays |
 * | `public NAME ALGORITHM` | | the raw public key in base64 |
 * | `sign NAME ALGORITHM` | the message in base64 | the signature in base64 |
 * | `secret NAME` | | 32 bytes in base64 |
 * | `destroy NAME` | | nothing; nothing happens where there is no such key |
 *
 * It ends with 0 when done, with 3 where there is no such key, with anything else where it failed; the last line of its
 * standard error is then shown to the operator. What it has made it has made durable.
 */
import { spawn } from 'node:child_process'
import { Fatal, Refusal } from '../errors.ts'
import type { KeyName, Keys, SignatureAlgorithm, Signer } from './keys.ts'
import { isSignedBy, publicKeyBytes, publicKeyFrom } from './signing.ts'

export interface KeyCommandOptions {
  /** Path of the program. */
  readonly program: string
  /** After this time the program is killed; 10 s unless told. */
  readonly timeLimitMs?: number
}

/**
 * @throws Fatal `keys.missing` from what uses a key; Refusal `keys.command_failed` from everything: a device that is away
 *   may come back, and nothing was done meanwhile
 */
export function keyCommand(options: KeyCommandOptions): Keys {
  const run = (call: Call) => callProgram(options, call)
  const signer = (name: KeyName, algorithm: SignatureAlgorithm) => commandSigner(run, name, algorithm)
  return {
    has: async (name) => {
      const call = { operation: 'has', name }
      const answer = await run(call)
      if (answer !== 'yes' && answer !== 'no') throw failed(call, 'it answered neither yes nor no')
      return answer === 'yes'
    },
    makeSecret: async (name) => {
      await run({ operation: 'make', name, kind: 'secret' })
    },
    secret: async (name) => {
      const call = { operation: 'secret', name }
      return bytesOf(call, await run(call), 32)
    },
    makeSigner: async (name, algorithm) => {
      await run({ operation: 'make', name, kind: algorithm })
      return signer(name, algorithm)
    },
    signer,
    destroy: async (name) => {
      await run({ operation: 'destroy', name })
    },
  }
}

interface Call {
  readonly operation: string
  readonly name: KeyName
  readonly kind?: 'secret' | SignatureAlgorithm
  readonly input?: Uint8Array
}

const signatureBytes = { ed25519: 64, 'ml-dsa-44': 2420 } as const
const mostOutputBytes = 65_536
const noSuchKey = 3

async function commandSigner(
  run: (call: Call) => Promise<string>,
  name: KeyName,
  algorithm: SignatureAlgorithm,
): Promise<Signer> {
  const asked: Call = { operation: 'public', name, kind: algorithm }
  const publicKey = bytesOf(asked, await run(asked), publicKeyBytes[algorithm])
  const verifying = publicKeyFrom(algorithm, publicKey)
  return {
    algorithm,
    publicKey,
    sign: async (message) => {
      const call: Call = { operation: 'sign', name, kind: algorithm, input: message }
      const signature = bytesOf(call, await run(call), signatureBytes[algorithm])
      // A wrong signature that was published could never be taken back.
      if (!isSignedBy(verifying, message, signature)) throw failed(call, 'its signature does not verify')
      return signature
    },
  }
}

function bytesOf(call: Call, answer: string, length: number): Uint8Array {
  const bytes = Buffer.from(answer, 'base64')
  if (bytes.length !== length || bytes.toString('base64') !== answer)
    throw failed(call, `it answered something other than ${length} bytes in base64`)
  return bytes
}

function failed({ operation, name }: Call, detail: string, cause?: unknown): Refusal {
  return new Refusal('keys.command_failed', { operation, name, detail }, { cause })
}

async function callProgram(
  { program, timeLimitMs = 10_000 }: KeyCommandOptions,
  call: Call,
): Promise<string> {
  const { operation, name, kind, input } = call
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = started(program, [operation, name, ...(kind === undefined ? [] : [kind])], timeLimitMs)
  if (child instanceof Error) throw failed(call, child.message, child)
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.length > mostOutputBytes) child.kill('SIGKILL')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4_000)
  })
  // A program that does not read its input closes it early; its exit status says what became of the call.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input === undefined ? '' : `${Buffer.from(input).toString('base64')}\n`)
  child.on('error', (error) => reject(failed(call, error.message, error)))
  child.on('close', (status, signal) => {
    if (status === 0) resolve(output.trim())
    else if (status === noSuchKey) reject(new Fatal('keys.missing', { name }))
    else if (signal !== null) reject(failed(call, `it was ended by ${signal} within ${timeLimitMs} ms`))
    else reject(failed(call, lastLine(errors) || `exit status ${status}`))
  })
  return promise
}

/** Some failures to start are thrown, others are events. */
function started(program: string, parameters: readonly string[], timeLimitMs: number) {
  const limits = { timeout: timeLimitMs, killSignal: 'SIGKILL' } as const
  try {
    return spawn(program, parameters, { ...limits, stdio: ['pipe', 'pipe', 'pipe'] })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? ''
