/** Every journey of `test/journeys/`, through the whole server in process, on the demonstration. */
import { strict as assert } from 'node:assert'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pin } from '../kernel/decisions/pin.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { keyFolder } from '../kernel/keys/key-folder.ts'
import { loadApplications } from '../kernel/register/applications.ts'
import { signIn } from '../kernel/sign-in/sign-in.ts'
import { authenticator } from '../server/authenticate.ts'
import { type Demonstration, setUpDemonstration } from '../server/demonstration.ts'
import { createHttpServer } from '../server/http/http-server.ts'
import { createLogger } from '../server/log.ts'
import { findOperations } from '../server/operations.ts'
import { sessionCookie } from '../server/pages/session.ts'
import { makeKernel } from '../server/platform.ts'
import { freshDatabase } from './database.ts'
import { root } from './files.ts'
import { firstMissing, readJourney, type Step, valueAt, withMemory } from './journey.ts'

const { db } = await freshDatabase()
const folder = await mkdtemp(join(root, 'var', 'journeys-'))
const applications = await loadApplications([join(root, 'applications')])
const kernel = makeKernel(
  {
    db,
    applications,
    keys: await keyFolder({ folder: join(folder, 'keys'), passphrase: 'test', memoryKib: 8 }),
    folder,
  },
  { settings: { enginesFolder: join(root, 'engines') }, workers: 1 },
)
after(async () => {
  await kernel.workers.close()
  await rm(folder, { recursive: true })
})

for (const file of await readdir(new URL('journeys', import.meta.url))) {
  test(`journey ${file}`, async () => {
    const { app, memory, fixtures, headersOf } = await ready
    for (const step of readJourney(await readFile(new URL(`journeys/${file}`, import.meta.url), 'utf8'))) {
      const fixture = step.fixture === undefined ? undefined : fixtures.get(step.fixture)
      assert.ok(step.fixture === undefined || fixture !== undefined, `${file}:${step.line}: unknown fixture`)
      const reply = await app.inject({
        method: step.method === 'PUT' ? 'PUT' : step.method === 'POST' ? 'POST' : 'GET',
        url: withMemory(step.path, memory),
        headers: await headersOf(step),
        ...(step.body !== undefined && { payload: withMemory(step.body, memory) }),
        ...(fixture !== undefined && { payload: fixture }),
      })
      const body: unknown = reply.json()
      assert.equal(reply.statusCode, step.status, `${file}:${step.line}: ${reply.body}`)
      const missing = firstMissing(
        body,
        step.expected.map((line) => withMemory(line, memory)),
      )
      assert.equal(missing, undefined, `${file}:${step.line}: ${reply.body}`)
      for (const path of step.remembered) memory.set(path, valueAt(body, path))
    }
  })
}

/** Made once for all journeys; awaited inside the tests, so that Node sees them before the long set-up. */
const ready = setUp()

async function setUp() {
  const demonstration = await setUpDemonstration(kernel, folder)
  if (demonstration === undefined) throw new Error('an empty node gets the demonstration')
  const app = createHttpServer({
    kernel,
    operations: await findOperations(),
    authenticate: authenticator(kernel, { isSecure: false }),
    logger: createLogger('error'),
  })
  after(() => app.close())
  const { fixtures, memory } = await declarations(kernel, demonstration)
  return { app, fixtures, memory, headersOf: (step: Step) => headers(demonstration, step, memory) }
}

async function headers(demonstration: Demonstration, step: Step, memory: ReadonlyMap<string, string>) {
  const { as, key, ifMatch, body, fixture } = step
  return {
    ...(as === 'machine' && { authorization: `Bearer ${demonstration.credentials?.key}` }),
    ...(as !== undefined &&
      as !== 'machine' && { cookie: `${sessionCookie(false)}=${await session(demonstration, as)}` }),
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(ifMatch !== undefined && { 'if-match': `"${withMemory(ifMatch, memory)}"` }),
    ...((body ?? fixture) !== undefined && { 'content-type': 'application/json' }),
  }
}

const sessions = new Map<string, Promise<string>>()
function session({ credentials, institution }: Demonstration, username: string): Promise<string> {
  const known = sessions.get(username)
  if (known !== undefined) return known
  const account = credentials?.accounts.find((one) => one.username === username)
  if (account === undefined) throw new Error(`the demonstration has no account "${username}"`)
  const { password } = account
  const made = signIn(kernel, { institutionId: institution.institutionId, username, password }).then(
    ({ token }) => token,
  )
  sessions.set(username, made)
  return made
}

/** Declarations by what the demonstration's model says of them. */
async function declarations(on: Kernel, demonstration: Demonstration) {
  const application = on.applications.get('customs')?.application
  const samples = [...(application?.sample?.({ seed: 77, count: 2_000 }) ?? [])].map((one) =>
    JSON.stringify(one.case),
  )
  const models = await liveDigests(on, demonstration)
  const said = await on.workers.run({ kind: 'decide', applicationId: 'customs', payloads: samples, models })
  const first = (recommendation: string) => {
    const index = said.findIndex((one) => one.ok && one.decided?.recommendation === recommendation)
    const [json, one] = [samples[index], said[index]]
    if (json === undefined || one?.ok !== true) throw new Error(`no sample is one to "${recommendation}"`)
    return { json, reference: one.reference, trader: one.subject ?? '' }
  }
  const suspicious = first('examine')
  const harmless = first('release')
  const fixtures = new Map([
    ['suspicious declaration', suspicious.json],
    ['harmless declaration', harmless.json],
    [
      'suspicious declaration with another mass',
      suspicious.json.replace(/"netMassKg":[\d.]+/, '"netMassKg":1'),
    ],
  ])
  const memory = new Map([
    ['suspicious declaration', suspicious.reference],
    ['harmless trader', harmless.trader],
  ])
  return { fixtures, memory }
}

async function liveDigests(on: Kernel, { institution }: Demonstration): Promise<Record<string, string>> {
  return { ...(await pin(on, institution.institutionId, 'customs')).digests }
}
