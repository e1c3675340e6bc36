/** A throw-away installation: a database, a folder and keys of its own, in which a check may do what it likes. */
import { type Actor, everywhere } from '../access/roles.ts'
import type { Cluster } from '../db/cluster.ts'
import { intake } from '../decisions/intake.ts'
import type { Kernel } from '../kernel.ts'
import { keysAtHand } from '../log/audit/at-hand.ts'
import { auditLog } from '../log/audit/audit.ts'
import { sentenceOf } from '../log/audit/findings.ts'
import { signerOf } from '../log/log-keys.ts'
import { logOf } from '../log/published.ts'
import { Sequencer } from '../log/sequencer.ts'
import type { SignedCheckpoint } from '../log/standing.ts'

export interface Sandbox {
  readonly kernel: Kernel
  /** Operator and officer of its one institution, at which the probe is registered. */
  readonly operator: Actor
  /** Keys, objects and tiles. */
  readonly folder: string
  readonly objectsFolder: string
  readonly cluster: Cluster
  close(): Promise<void>
}

/** @param archive of a backup, which fills it; without one it begins empty, with one institution. */
export type OpenSandbox = (archive?: string) => Promise<Sandbox>

/** The database cannot hold another one beside it. */
export class SandboxImpossible extends Error {}

/** The application of every sandbox: a case has a number in clear, a name and an identifier that are sealed. */
export const probe = 'probe'

/** Made up: no such card is issued, and no such name is borne. */
export interface ProbePerson {
  readonly number: string
  readonly name: string
  readonly cnic: string
}

export function probePerson(index: number): ProbePerson {
  return { number: `PROBE-${index}`, name: `Zzyqx Canary ${index}`, cnic: `7999912345${String(670 + index)}` }
}

export const subjectName = ({ cnic }: ProbePerson) => `cnic:${cnic}`

/** Does the work in a sandbox, and throws it away whatever happens. */
export async function inSandbox<T>(open: OpenSandbox, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await open()
  try {
    return await work(sandbox)
  } finally {
    await sandbox.close()
  }
}

/** Opens one case about somebody and has it decided. @returns its identifier */
export async function openProbeCase(
  { kernel, operator }: Pick<Sandbox, 'kernel' | 'operator'>,
  person: ProbePerson,
): Promise<{ readonly caseId: string; readonly holderId: string }> {
  const json = JSON.stringify({ ...person, filedOn: '2026-01-01' })
  const submissions = [{ json, outcome: { finding: 'right', words: `${person.name} said so` } }]
  const request = { applicationId: probe, source: 'sample', isDecided: true, submissions } as const
  const [result] = await intake(kernel, operator, request)
  if (result === undefined || result.status === 'refused' || result.holderId === null)
    throw new Error(`the probe was not taken: ${result?.status === 'refused' ? result.code : 'unsealed'}`)
  return { caseId: result.caseId, holderId: result.holderId }
}

/** Gives every entry its place, signs and publishes; answers the checkpoint. */
export async function placeEntries({ kernel, operator }: Sandbox): Promise<SignedCheckpoint> {
  const { promise, resolve, reject } = Promise.withResolvers<SignedCheckpoint>()
  const sequencer = new Sequencer({
    ...kernel,
    originOf: ({ slug }) => `sandbox.invalid/${slug}`,
    signerFor: (log) => signerOf(kernel, log),
    onPublished: ({ institutionId, checkpoint }) => {
      if (institutionId === operator.institutionId) resolve(checkpoint)
    },
    onFatal: (_, fatal) => reject(fatal),
    onFault: (fault) => reject(fault),
    timing: { roundMs: 5, standbyMs: 20, faultMs: 20 },
  })
  sequencer.start()
  try {
    return await promise
  } finally {
    await sequencer.stop()
  }
}

/** What the audit of the sandbox's log finds, in English; none where it holds. */
export async function auditSandbox({ kernel, operator }: Sandbox): Promise<readonly string[]> {
  const { institutionId } = operator
  const place = await logOf(kernel, institutionId)
  if (place === undefined) return ['there is no log']
  const report = await auditLog(
    {
      ...place,
      transact: (work, options) =>
        kernel.db.transaction(institutionId, work, { isReadOnly: true, units: everywhere, ...options }),
    },
    keysAtHand(kernel.keys, place),
  )
  return report.findings.map((finding) => sentenceOf(finding).en)
}
