/** An office for tests: an institution with officers and the application of permits, and browsers to visit its pages. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Language } from '@khudi/sdk'
import type { FastifyInstance } from 'fastify'
import { createAccount } from '../../../kernel/access/access.ts'
import type { Database } from '../../../kernel/db/database.ts'
import { intake } from '../../../kernel/decisions/intake.ts'
import { foundInstitution, type InstitutionRow } from '../../../kernel/institutions/institutions.ts'
import type { Kernel } from '../../../kernel/kernel.ts'
import { keyFolder } from '../../../kernel/keys/key-folder.ts'
import type { ServingKernel } from '../../../kernel/operation.ts'
import { loadApplications } from '../../../kernel/register/applications.ts'
import { registerApplication } from '../../../kernel/register/register.ts'
import { setSecondFactor } from '../../../kernel/sign-in/rules.ts'
import type { SovereigntyLook } from '../../../kernel/sovereignty/score.ts'
import { createHttpServer } from '../../http/http-server.ts'
import { makeKernel } from '../../platform.ts'
import { pages } from '../pages.ts'
import { Browser } from './browser.ts'

export const password = 'correct horse battery staple'

/** User names and what they may do. */
const officers = {
  amna: ['officer', 'permits.inspector'],
  bilal: ['officer', 'permits.inspector'],
  clerk: ['officer'],
  auditor: ['auditor'],
  supervisor: ['supervisor'],
  'data-protection': ['data_protection_officer'],
  administrator: ['administrator'],
  'model-owner': ['model_owner'],
  engineer: ['engineer'],
} as const
export type OfficerName = keyof typeof officers

export interface Office {
  readonly kernel: ServingKernel
  readonly app: FastifyInstance
  readonly institution: InstitutionRow
  /** The database as its owner reaches it, past every rule of the kernel. */
  readonly databaseUrl: string
  /** A browser in which this officer has signed in, reading this language; English unless given. */
  signedIn(username: OfficerName, language?: Language): Promise<Browser>
  browser(language?: Language): Browser
  /** Opens a case of this many risk points; 50 and more have to be reviewed. Its identifier. */
  openCase(given?: Readonly<Record<string, unknown>>): Promise<string>
}

interface GivenDatabase {
  readonly db: Database
  readonly url: string
}

/** Opens the office on an empty database, which its test brings along. */
export async function openOffice(
  { db, url }: GivenDatabase,
  looks: (kernel: Kernel, folder: string) => SovereigntyLook | undefined = () => undefined,
): Promise<Office> {
  const applications = await loadApplications([fileURLToPath(new URL('applications', import.meta.url))])
  const folder = await mkdtemp(join(tmpdir(), 'khudi-pages-'))
  const enginesFolder = fileURLToPath(new URL('../../../engines', import.meta.url))
  const keys = await keyFolder({ folder: join(folder, 'keys'), passphrase: 'test', memoryKib: 8 })
  const kernel = makeKernel({ db, applications, keys, folder }, { settings: { enginesFolder }, workers: 1 })
  const institution = await founded(kernel)
  const sovereignty = looks(kernel, folder)
  const app = createHttpServer({
    kernel,
    operations: [],
    authenticate: () => undefined,
    pages: pages({ kernel, isSecure: false, ...(sovereignty && { sovereignty }) }),
  })
  after(async () => {
    await app.close()
    await kernel.workers.close()
    await rm(folder, { recursive: true })
  })
  const browser = (language: Language = 'en') => new Browser(app, language)
  return {
    kernel,
    app,
    institution,
    databaseUrl: url,
    browser,
    async signedIn(username, language) {
      const own = browser(language)
      const { status } = await own.send('/sign-in', { username, password })
      if (status !== 303) throw new Error(`${username} could not sign in: ${status}`)
      return own
    },
    openCase: (given = {}) => openCase(kernel, institution, given),
  }
}

async function founded(kernel: Kernel): Promise<InstitutionRow> {
  const institution = await foundInstitution(
    kernel,
    { name: 'operator:test' },
    { slug: 'lahore', title: { en: 'Lahore permits office', ur: 'دفترِ اجازت نامہ لاہور' } },
  )
  const actor = operator(institution)
  await setSecondFactor(kernel, actor, 'optional')
  await registerApplication(kernel, actor, 'permits')
  for (const [username, roles] of Object.entries(officers)) {
    await createAccount(kernel, actor, { username, password, roles, language: 'en' })
  }
  return institution
}

function operator({ institutionId }: InstitutionRow) {
  const roles = ['engineer', 'officer']
  return { institutionId, name: 'operator:test', accountId: undefined, roles, applicationId: undefined }
}

let opened = 0

async function openCase(
  kernel: Kernel,
  institution: InstitutionRow,
  given: Readonly<Record<string, unknown>>,
): Promise<string> {
  opened += 1
  const request = {
    number: `P-${opened}`,
    filedOn: '2026-03-01',
    applicant: { name: 'Zainab' },
    kind: 'food',
    rent: { amountMinor: '2500050', currency: 'PKR' },
    points: 80,
    ...given,
  }
  const [result] = await intake(kernel, operator(institution), {
    applicationId: 'permits',
    source: 'api',
    isDecided: true,
    submissions: [{ json: JSON.stringify(request) }],
  })
  if (result?.status !== 'accepted') throw new Error(`the case was not accepted: ${JSON.stringify(result)}`)
  return result.caseId
}
