/** Witnesses for tests: institutions of the same node, reached by the functions that the HTTP endpoints call. */
import type { Actor } from '../kernel/access/roles.ts'
import type { Fatal } from '../kernel/errors.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Transport } from '../kernel/log/ask-witness.ts'
import { witnessStates } from '../kernel/log/cosign.ts'
import { Cosigning } from '../kernel/log/cosigning.ts'
import { logKeysOf } from '../kernel/log/log-keys.ts'
import { logOf, publishedCheckpoint } from '../kernel/log/published.ts'
import { recordCosigned } from '../kernel/log/store.ts'
import { enableWitness } from '../kernel/witness/keys.ts'
import { addCheckpoint, addWitnessedLog, cosignedCheckpoint } from '../kernel/witness/witness.ts'

export interface TestWitness {
  /** Submission and monitoring prefix. */
  readonly url: string
  /** Ed25519, then ML-DSA-44. */
  readonly vkeys: readonly string[]
  readonly actor: Actor
}

export async function makeWitness(kernel: Kernel, actor: Actor, slug: string): Promise<TestWitness> {
  const { vkeys } = await enableWitness(kernel, actor, `${slug}.test/witness`)
  return { url: `https://${slug}.test/witness/${slug}`, vkeys: vkeys.split(' '), actor }
}

/** The witness trusts the keys in use of a log. */
export async function trustLog(kernel: Kernel, witness: TestWitness, institutionId: string): Promise<void> {
  const { keys } = await logKeysOf(kernel, institutionId)
  const inUse = keys.filter(({ retiredAt }) => retiredAt === null)
  await addWitnessedLog(
    kernel,
    witness.actor,
    inUse.map(({ vkey }) => vkey),
  )
}

export interface WitnessNet {
  readonly transport: Transport
  /** URLs of witnesses that do not answer. */
  readonly down: Set<string>
  /** What was asked for, `GET <url>`. */
  readonly asked: string[]
}

export function witnessNet(kernel: Kernel, witnesses: readonly TestWitness[]): WitnessNet {
  const down = new Set<string>()
  const asked: string[] = []
  const transport: Transport = async ({ method, url, body = '' }) => {
    asked.push(`${method} ${url}`)
    const witness = witnesses.find((one) => url.startsWith(`${one.url}/`))
    if (witness === undefined || down.has(witness.url)) throw new Error('no route to host')
    const { institutionId } = witness.actor
    if (method === 'POST') return addCheckpoint(kernel, institutionId, { body: Buffer.from(body) })
    const hash = url.slice(witness.url.length + 1).replace('/checkpoint', '')
    const shown = await cosignedCheckpoint(kernel, institutionId, hash)
    return shown === undefined ? { status: 404, body: '' } : { status: 200, body: shown }
  }
  return { transport, down, asked }
}

export interface Asked {
  readonly fatals: readonly Fatal[]
  readonly faults: readonly unknown[]
}

/** Asks every witness of the policy about the newest checkpoint, until each has answered or failed once. */
export async function askOnce(kernel: Kernel, institutionId: string, transport: Transport): Promise<Asked> {
  const fatals: Fatal[] = []
  const faults: unknown[] = []
  const cosigning = new Cosigning({
    ...kernel,
    transport,
    onFatal: (_institutionId, fatal) => fatals.push(fatal),
    onFault: (error) => faults.push(error),
    timing: { intervalMs: 0, backOffMs: 60_000 },
  })
  for (const { url } of await witnessStates(kernel, institutionId))
    await kernel.db.transaction(institutionId, (tx) => tx.run(recordCosigned, [institutionId, url, 0, null]))
  cosigning.published(institutionId)
  const place = await logOf(kernel, institutionId)
  const size = (place && (await publishedCheckpoint(place, kernel.clock())))?.size
  const isSettled = async () =>
    (await witnessStates(kernel, institutionId)).every((one) => one.size === size || one.failure !== null)
  while (fatals.length === 0 && !(await isSettled()));
  await cosigning.stop()
  return { fatals, faults }
}
