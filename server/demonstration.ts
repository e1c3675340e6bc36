/**
 * The demonstration: an institution with an account for each role and seeded sample cases, decided. Every step may be run
 * again, so a kill in the middle is mended by the next start.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Application, SampleCase } from '@khudi/sdk'
import { z } from 'zod'
import { createAccount } from '../kernel/access/access.ts'
import { type Actor, operatorActor, roles } from '../kernel/access/roles.ts'
import { issueKey } from '../kernel/access-keys/access-keys.ts'
import { intake } from '../kernel/decisions/intake.ts'
import { Refusal } from '../kernel/errors.ts'
import { foundInstitution, type InstitutionRow, institutions } from '../kernel/institutions/institutions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { modelsOf } from '../kernel/models/models.ts'
import { promotionOf } from '../kernel/models/promotion.ts'
import { trainModel } from '../kernel/models/training.ts'
import type { ProposingKernel } from '../kernel/proposals/kinds.ts'
import { proposeAlone } from '../kernel/proposals/proposals.ts'
import { registerApplication } from '../kernel/register/register.ts'
import { secondFactorOf, setSecondFactor } from '../kernel/sign-in/rules.ts'
import { progress } from './progress.ts'

const slug = 'demonstration'
const seed = 20_260_101
/** Cases with their outcome, to learn from; enough for a model worth looking at, few enough for a quick first start. */
const historyCount = 3_000
/** Cases that are then decided. */
const decidedCount = 500
const batchSize = 500
/** Nobody has an account yet who could approve what the setting up proposes: this is in the log, and shown until reviewed. */
const alone = 'The demonstration is being set up: there is no second person yet who could approve its models.'

const Credential = z.strictObject({ username: z.string(), password: z.string(), roles: z.array(z.string()) })
const Credentials = z.strictObject({ accounts: z.array(Credential), key: z.string() })
export type Credentials = z.infer<typeof Credentials>

export interface Demonstration {
  readonly institution: InstitutionRow
  /** Set by the start that made them; they are printed once. */
  readonly credentials: Credentials | undefined
  readonly credentialsFile: string
}

/**
 * Sets the demonstration up where the node has no institution, or goes on where an earlier start was cut off; `undefined`
 * where the node has institutions of its own.
 */
export async function setUpDemonstration(
  kernel: ProposingKernel,
  folder: string,
): Promise<Demonstration | undefined> {
  const present = await institutions(kernel)
  if (present.length > 0 && !present.some((one) => one.slug === slug)) return undefined
  const credentialsFile = join(folder, 'demonstration-accounts.json')
  const complete = join(folder, 'demonstration-complete')
  const institution = present.find((one) => one.slug === slug) ?? (await found(kernel))
  if (existsSync(complete)) return { institution, credentials: undefined, credentialsFile }
  const actor = operatorActor(institution.institutionId, 'setup')
  // Whoever tries it out has the password alone; the pages say that an institution would ask for more.
  if ((await secondFactorOf(kernel, actor.institutionId)) === 'required')
    await setSecondFactor(kernel, actor, 'optional')
  const applications = [...kernel.applications.values()].map(({ application }) => application)
  for (const { id } of applications) await registerApplication(kernel, actor, id)
  const credentials = await makeAccounts(kernel, actor, { applications, file: credentialsFile })
  for (const application of applications) await makeCases(kernel, actor, application)
  writeFileSync(complete, '', { flush: true, mode: 0o600 })
  return { institution, credentials, credentialsFile }
}

async function found(kernel: Kernel): Promise<InstitutionRow> {
  return foundInstitution(
    kernel,
    { name: 'operator:setup' },
    {
      slug,
      title: { en: 'Demonstration institution', ur: 'نمائشی ادارہ' },
    },
  )
}

/** Passwords and the key are written down before any account has them: a kill in between loses nothing. */
async function makeAccounts(
  kernel: Kernel,
  actor: Actor,
  { applications, file }: { readonly applications: readonly Application[]; readonly file: string },
): Promise<Credentials> {
  const accounts = existsSync(file)
    ? Credentials.parse(JSON.parse(readFileSync(file, 'utf8'))).accounts
    : plannedAccounts(applications)
  writePrivately(file, { accounts, key: '' })
  for (const account of accounts) {
    await createAccount(kernel, actor, { ...account, language: 'en' }).catch((error: unknown) => {
      if (!(error instanceof Refusal && error.code === 'access.account_exists')) throw error
    })
  }
  const aYear = new Date(kernel.clock().getTime() + 365 * 86_400_000)
  const key = await issueKey(kernel, actor, {
    label: 'demonstration',
    roles: ['machine'],
    applicationId: undefined,
    expiresAt: aYear,
  })
  const credentials = { accounts, key }
  writePrivately(file, credentials)
  return credentials
}

/** One account for each role: the institution's, then each application's officers. */
function plannedAccounts(applications: readonly Application[]): Credentials['accounts'] {
  const password = () => randomBytes(12).toString('base64url')
  const officers = applications.flatMap(({ id, roles: own }) =>
    Object.keys(own).map((role) => `${id}.${role}`),
  )
  const general = Object.keys(roles).filter((role) => role !== 'machine')
  return [
    ...general.map((role) => ({
      username: role.replaceAll('_', '-'),
      password: password(),
      roles: role === 'supervisor' ? [role, ...officers] : [role],
    })),
    ...officers.map((role) => ({ username: role, password: password(), roles: ['officer', role] })),
  ]
}

/** Only the owner of the data folder may read it. */
function writePrivately(file: string, credentials: Credentials): void {
  mkdirSync(join(file, '..'), { recursive: true })
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flush: true })
  renameSync(unfinished, file)
}

async function makeCases(kernel: ProposingKernel, actor: Actor, application: Application): Promise<void> {
  if (application.sample === undefined) return
  const samples = [...application.sample({ seed, count: historyCount + decidedCount })]
  const history = samples.slice(0, historyCount)
  const isDecided = Object.keys(application.models).length === 0
  await submit(kernel, actor, { application, samples: history, isDecided, title: 'Sample records' })
  for (const modelName of Object.keys(application.models))
    await makeModel(kernel, actor, { application, modelName, history })
  const recent = samples.slice(historyCount).map((one) => ({ case: one.case }))
  await submit(kernel, actor, {
    application,
    samples: recent,
    isDecided: true,
    title: 'Sample cases, decided',
  })
}

async function submit(
  kernel: Kernel,
  actor: Actor,
  given: {
    readonly application: Application
    readonly samples: readonly SampleCase[]
    readonly isDecided: boolean
    readonly title: string
  },
): Promise<void> {
  const { application, samples, isDecided, title } = given
  const shown = progress(`${title} (${application.id})`)
  shown.update(0, samples.length)
  for (let start = 0; start < samples.length; start += batchSize) {
    const submissions = samples
      .slice(start, start + batchSize)
      .map((one) => ({ json: JSON.stringify(one.case), outcome: one.outcome }))
    const results = await intake(kernel, actor, {
      applicationId: application.id,
      source: 'sample',
      isDecided,
      submissions,
    })
    const refused = results.find(({ status }) => status === 'refused')
    if (refused !== undefined)
      throw new Error(`a sample of "${application.id}" was refused: ${JSON.stringify(refused)}`)
    shown.update(start + submissions.length, samples.length)
  }
  shown.end()
}

async function makeModel(
  kernel: ProposingKernel,
  actor: Actor,
  given: {
    readonly application: Application
    readonly modelName: string
    readonly history: readonly SampleCase[]
  },
): Promise<void> {
  const { application, modelName, history } = given
  const models = await modelsOf(kernel, actor, application.id)
  if (models.some((model) => model.modelName === modelName && model.state === 'live')) return
  const days = history.map((one) => application.occurredOn(application.case.parse(one.case))).sort()
  const shown = progress(`Training (${application.id}/${modelName})`)
  const trained = await trainModel(kernel, actor, {
    applicationId: application.id,
    modelName,
    from: days[0] ?? '',
    to: days.at(-1) ?? '',
    seed,
    onProgress: ({ done, total }) => shown.update(done, total),
  })
  const made = { applicationId: application.id, digest: trained.modelDigest }
  await proposeAlone(kernel, actor, { ...(await promotionOf(kernel, actor, made)), reason: alone })
  shown.end(`live, ${Buffer.from(trained.modelDigest).toString('hex').slice(0, 12)}`)
}
