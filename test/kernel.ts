/**
 * A kernel for tests: a fresh database, real workers and engines, a clock that stands still until it is told.
 *
 * ```ts
 * const { kernel, clock, database } = await freshKernel()   // at the top of a test file, before its first test
 * const operator = await foundInstitution(kernel, 'alpha')
 * const [result] = await submit(kernel, operator, 'permits', permit({ answer: 'check' }))
 * ```
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { accountsOf, createAccount } from '../kernel/access/access.ts'
import { type Actor, operatorActor } from '../kernel/access/roles.ts'
import type { DecisionRow } from '../kernel/decisions/decisions.ts'
import { type IntakeRequest, type IntakeResult, intake } from '../kernel/decisions/intake.ts'
import * as institutions from '../kernel/institutions/institutions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { keyFolder } from '../kernel/keys/key-folder.ts'
import { promotionOf } from '../kernel/models/promotion.ts'
import { trainModel } from '../kernel/models/training.ts'
import type { ServingKernel } from '../kernel/operation.ts'
import { approve, type Proposal, propose } from '../kernel/proposals/proposals.ts'
import { loadApplications } from '../kernel/register/applications.ts'
import { registerApplication } from '../kernel/register/register.ts'
import { setSecondFactor } from '../kernel/sign-in/rules.ts'
import { makeKernel, objectsFolderOf } from '../server/platform.ts'
import { freshDatabase, type TestDatabase } from './database.ts'
import { root } from './files.ts'

/** Applications that exist for tests only. */
export const testApplications = join(root, 'test/applications')
/** The applications of the product. */
export const productApplications = join(root, 'applications')

/** Stands still until it is told. */
export interface TestClock {
  readonly now: Date
  advance(ms: number): void
  set(iso: string): void
}

export interface TestKernel {
  readonly kernel: ServingKernel
  readonly database: TestDatabase
  readonly clock: TestClock
  /** Data folder: keys, objects, tiles. */
  readonly folder: string
  /** Where the objects are, content-addressed. */
  readonly objectsFolder: string
  /** The same institution's data as another process of the product sees it: own workers, nothing loaded yet. */
  another(): ServingKernel
}

/** @param foreignFolders of applications that run confined */
export async function freshKernel(
  folders: readonly string[] = [testApplications],
  foreignFolders: readonly string[] = [],
): Promise<TestKernel> {
  const database = await freshDatabase()
  const applications = await loadApplications(folders, foreignFolders)
  const folder = freshFolder('kernel')
  // The least memory that Argon2id takes: what it costs is not what these tests are about.
  const keys = await keyFolder({ folder: join(folder, 'keys'), passphrase: 'test', memoryKib: 8 })
  const clock = testClock()
  const made: ServingKernel[] = []
  const another = (): ServingKernel => {
    const kernel = makeKernel(
      { db: database.db, applications, keys, folder },
      { settings: { enginesFolder: join(root, 'engines') }, workers: 1, clock: () => clock.now },
    )
    made.push(kernel)
    return kernel
  }
  after(async () => {
    await Promise.all(made.map(({ workers }) => workers.close()))
  })
  return { kernel: another(), database, clock, folder, objectsFolder: objectsFolderOf(folder), another }
}

/** A new folder, gone after the file's tests. */
export function freshFolder(name: string): string {
  const parent = join(root, 'var')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, `test-${name}-`))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function testClock(): TestClock {
  let now = new Date('2026-03-02T06:00:00.000Z')
  return {
    get now() {
      return now
    },
    advance: (ms) => {
      now = new Date(now.getTime() + ms)
    },
    set: (iso) => {
      now = new Date(iso)
    },
  }
}

/** Founds an institution and registers every installed application there; answers its operator. */
export async function foundInstitution(kernel: Kernel, slug: string): Promise<Actor> {
  const title = { en: `Institution ${slug}`, ur: `ادارہ ${slug}` }
  const { institutionId } = await institutions.foundInstitution(
    kernel,
    { name: 'operator:test' },
    { slug, title },
  )
  // Tests also open, review and record as the operator, which at the command line only imports do.
  const named = operatorActor(institutionId, 'test')
  const operator = { ...named, roles: [...named.roles, 'officer'] }
  await setSecondFactor(kernel, operator, 'optional')
  for (const applicationId of kernel.applications.keys())
    await registerApplication(kernel, operator, applicationId)
  return operator
}

/** A person with an account at the operator's institution. */
export async function makeOfficer(
  kernel: Kernel,
  operator: Actor,
  { username, roles }: { readonly username: string; readonly roles: readonly string[] },
): Promise<Actor & { readonly accountId: string }> {
  await createAccount(kernel, operator, { username, password: `${username} password`, roles, language: 'en' })
  const account = (await accountsOf(kernel, operator.institutionId)).find((one) => one.username === username)
  if (account === undefined) throw new Error('the account was just opened')
  const { accountId } = account
  return {
    institutionId: operator.institutionId,
    name: `account:${accountId}`,
    accountId,
    roles,
    applicationId: undefined,
    // Proves themselves before whatever they do.
    verifiedAt: new Date('2100-01-01'),
  }
}

/** Makes a model live as two people do: one proposes it, another approves. */
export async function promote(
  kernel: ServingKernel,
  operator: Actor,
  given: { readonly applicationId: string; readonly digest: Uint8Array },
): Promise<Proposal> {
  const { proposalId } = await propose(kernel, operator, await promotionOf(kernel, operator, given))
  return approve(kernel, operatorActor(operator.institutionId, 'second'), proposalId)
}

/** Trains a model of an application from its own samples and makes it live; answers its digest. */
export async function trainLive(
  kernel: ServingKernel,
  operator: Actor,
  given: {
    readonly applicationId: string
    readonly modelName: string
    readonly seed?: number
    readonly count?: number
  },
): Promise<Uint8Array> {
  const { applicationId, modelName, seed = 1, count = 150 } = given
  const application = kernel.applications.get(applicationId)?.application
  const samples = [...(application?.sample?.({ seed, count }) ?? [])]
  const submissions = samples.map((one) => ({ json: JSON.stringify(one.case), outcome: one.outcome }))
  await intake(kernel, operator, { applicationId, source: 'sample', isDecided: false, submissions })
  const period = { from: '2000-01-01', to: '2100-01-01' }
  const { modelDigest } = await trainModel(kernel, operator, { applicationId, modelName, seed, ...period })
  await promote(kernel, operator, { applicationId, digest: modelDigest })
  return modelDigest
}

let numbered = 0

/** A permit in its JSON form, with a number of its own unless one is given. */
export function permit(
  given: {
    readonly answer?: string
    readonly permitNumber?: string
    readonly filedOn?: string
    readonly score?: number
    readonly applicantCnic?: string
    readonly applicantName?: string
    /** Code of the unit whose permit it is. */
    readonly office?: string
  } = {},
) {
  numbered += 1
  return { permitNumber: `PERMIT-${numbered}`, filedOn: '2026-02-01', answer: 'grant', ...given }
}

/** Takes cases in through one transaction. */
export function submit(
  kernel: Kernel,
  actor: Actor,
  applicationId: string,
  ...cases: readonly unknown[]
): Promise<readonly IntakeResult[]> {
  return intake(kernel, actor, intakeOf(applicationId, cases))
}

export function intakeOf(applicationId: string, cases: readonly unknown[]): IntakeRequest {
  const submissions = cases.map((one) => ({ json: JSON.stringify(one) }))
  return { applicationId, source: 'api', isDecided: true, submissions }
}

export type TakenCase = Exclude<IntakeResult, { status: 'refused' }>

/** The result of a case that was taken. @throws Error where it was refused */
export function taken(result: IntakeResult | undefined): TakenCase {
  if (result === undefined || result.status === 'refused')
    throw new Error(`not taken: ${JSON.stringify(result)}`)
  return result
}

/** Takes one case in and answers it with its decision. */
export async function decided(
  kernel: Kernel,
  actor: Actor,
  applicationId: string,
  given: unknown,
): Promise<TakenCase & { readonly decision: DecisionRow }> {
  const [result] = await submit(kernel, actor, applicationId, given)
  const { decision, ...rest } = taken(result)
  if (decision === undefined) throw new Error('a case that was taken here was decided')
  return { ...rest, decision }
}
