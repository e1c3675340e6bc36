/**
 * Who may do what: every operation of a noun, through the HTTP server in process, by random people and connected systems.
 *
 * Whatever their roles and bonds, nothing of another institution, or of an application they are not bound to, is in any
 * reply or changed by any request; what is hidden from them answers exactly like what does not exist.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type pg from 'pg'
import { type Actor, holds, roles } from '../kernel/access/roles.ts'
import { issueKey } from '../kernel/access-keys/access-keys.ts'
import type { AnyOperation } from '../kernel/operation.ts'
import { signIn } from '../kernel/sign-in/sign-in.ts'
import { authenticator } from '../server/authenticate.ts'
import { createHttpServer } from '../server/http/http-server.ts'
import { findOperations } from '../server/operations.ts'
import { sessionCookie } from '../server/pages/session.ts'
import { furnish } from './institution.ts'
import { identifiersOf, identifiersOfApplication, rowDigests } from './institution-rows.ts'
import { freshKernel, makeOfficer, type TestKernel } from './kernel.ts'
import {
  applicationIds,
  bodyOf,
  type Institutions,
  type Target,
  type Targets,
  targetsOf,
} from './scope-requests.ts'
import { checkUnitScopes, localsOf, type UnitWorld } from './unit-scopes.ts'

/** Who asks: the headers that say so, and what the kernel knows of them. */
interface Caller {
  readonly actor: Pick<Actor, 'roles' | 'applicationId'>
  readonly headers: Readonly<Record<string, string>>
}

interface World extends TestKernel, Institutions {
  readonly owner: pg.Client
  readonly app: ReturnType<typeof createHttpServer>
}

const officerRoles = ['permits.clerk', 'permits.inspector', 'parcels.inspector']

/** Registers the tests of the noun's operations. Awaited at the top of `<noun>.scopes.test.ts`. */
export async function checkScopes(noun: string): Promise<void> {
  const operations = (await findOperations()).filter(({ id }) => id.startsWith(`${noun}.`))
  assert.notEqual(operations.length, 0, `no operation of ${noun}`)
  const world = await makeWorld(operations)
  const callers = await callersOf(world)
  const unitWorld = unitWorldOf(world)
  const locals = await localsOf(unitWorld)
  const before = await rowDigests(world.owner, world.abroad)
  for (const operation of operations) {
    test(`${operation.id}: nobody is let in who does not say who they are`, () =>
      checkStrangers(world, operation))
    test(`${operation.id}: nothing outside the scope of whoever asks gets through`, () =>
      checkCallers(world, operation, callers))
  }
  checkUnitScopes(noun, operations, { world: unitWorld, locals })
  test(`${noun}: after all this nothing of the other institution has changed`, async () => {
    assert.deepEqual(await rowDigests(world.owner, world.abroad), before)
  })
}

async function makeWorld(operations: readonly AnyOperation[]): Promise<World> {
  const fresh = await freshKernel()
  const { kernel, database } = fresh
  const app = createHttpServer({
    kernel,
    operations,
    authenticate: authenticator(kernel, { isSecure: false }),
    checksReplies: true,
  })
  after(() => app.close())
  const [home, abroad] = [await furnish(kernel, 'home'), await furnish(kernel, 'abroad')]
  return { ...fresh, owner: await database.connect(), home, abroad, app }
}

/** The home institution for the tests of units. */
function unitWorldOf(world: World): UnitWorld {
  const { kernel, owner, home, app } = world
  return {
    kernel,
    owner,
    operator: home.operator,
    ask: (operation, request) => ask(world, operation, request),
    async get(url, headers) {
      const { statusCode, body } = await app.inject({ method: 'GET', url, headers })
      return { status: statusCode, body }
    },
  }
}

/** A draw of a few people and of keys with any roles and bond. */
async function callersOf({ kernel, home }: World): Promise<fc.Arbitrary<Promise<Caller>>> {
  const { operator } = home
  const { institutionId } = operator
  const people: Promise<Caller>[] = []
  const roleSets = [['officer', ...officerRoles], ['supervisor', 'parcels.inspector'], ['administrator']]
  for (const [index, held] of roleSets.entries()) {
    const username = `person-${index}`
    const actor = await makeOfficer(kernel, operator, { username, roles: held })
    const { token } = await signIn(kernel, { institutionId, username, password: `${username} password` })
    people.push(Promise.resolve({ actor, headers: { cookie: `${sessionCookie(false)}=${token}` } }))
  }
  const key = fc.record({
    roles: fc.subarray([...Object.keys(roles), ...officerRoles]),
    applicationId: fc.constantFrom(undefined, ...applicationIds),
  })
  const expiresAt = new Date('2027-01-01')
  const keys = key.map(async (actor): Promise<Caller> => {
    const token = await issueKey(kernel, operator, { label: 'drawn', ...actor, expiresAt })
    return { actor, headers: { authorization: `Bearer ${token}` } }
  })
  return fc.oneof(fc.constantFrom(...people), { arbitrary: keys, weight: 3 })
}

interface Answer {
  readonly status: number
  /** Without the number of the request, which is always another, and without when keys were used. */
  readonly body: string
}

async function ask(
  { app }: World,
  operation: AnyOperation,
  { target, headers }: { readonly target: Target; readonly headers: Caller['headers'] },
): Promise<Answer> {
  const url = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => target.params[name] ?? '')
  const body = operation.method === 'GET' ? undefined : bodyOf(operation, target)
  const editsVersion = operation.kind === 'json' && operation.editsVersion === true
  const contentType = operation.kind === 'intake' ? 'application/x-ndjson' : 'application/json'
  const reply = await app.inject({
    method: operation.method,
    url,
    headers: {
      ...headers,
      ...(body !== undefined && { 'content-type': contentType }),
      ...(editsVersion && { 'if-match': `"${target.version ?? 1}"` }),
    },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  })
  const text = reply.body
    .replace(/"requestId":"[^"]*"/, '"requestId":""')
    // Noted beside the request that used a key, sooner or later.
    .replaceAll(/"usedAt":("[^"]*"|null)/g, '"usedAt":null')
  return { status: reply.statusCode, body: text }
}

async function checkStrangers(world: World, operation: AnyOperation): Promise<void> {
  const { own, abroad, absent } = targetsOf(operation, world)
  const wrong = Buffer.alloc(48, 1).toString('base64url')
  for (const headers of [
    {},
    { authorization: `Bearer ${wrong}` },
    { cookie: `${sessionCookie(false)}=${wrong}` },
  ]) {
    const answers = await Promise.all(
      [...own, ...abroad, absent].map((target) => ask(world, operation, { target, headers })),
    )
    assert.equal(new Set(answers.map(({ body }) => body)).size, 1)
    for (const { status } of answers) assert.equal(status, 401)
  }
}

async function checkCallers(
  world: World,
  operation: AnyOperation,
  callers: fc.Arbitrary<Promise<Caller>>,
): Promise<void> {
  const targets = targetsOf(operation, world)
  const secrets = await secretsOf(world)
  const examples = await everyCaller(world, targets)
  let succeeded = 0
  await fc.assert(
    fc.asyncProperty(callers, fc.constantFrom(...targets.own), fc.nat(), async (drawn, own, pick) => {
      const caller = await drawn
      const { actor, headers } = caller
      const from = (target: Target) => ask(world, operation, { target, headers })
      const [absent, hidden, answer] = await Promise.all([
        from(targets.absent),
        from(targets.abroad.length === 0 ? targets.absent : at(targets.abroad, pick)),
        from(own),
      ])
      if (answer.status < 300) succeeded += 1
      assert.deepEqual(hidden, absent, 'what is of another institution answers like what does not exist')
      if (!holds(actor, operation.scope)) {
        assert.deepEqual([answer.status, JSON.parse(answer.body).code], [403, 'access.scope_missing'])
        assert.deepEqual(absent, answer, 'who may not ask is not told what exists')
      } else if (isBoundElsewhere(actor, own)) {
        assert.deepEqual(answer, absent, 'what is of another application answers like what does not exist')
      }
      for (const one of [answer, hidden, absent]) {
        assert.ok(one.status < 500, one.body)
        for (const secret of secrets(actor)) assert.ok(!one.body.includes(secret), `${secret} in ${one.body}`)
      }
    }),
    { numRuns: examples.length + 20, examples },
  )
  assert.ok(succeeded > 0, 'nobody may do this at all: the test shows nothing')
}

/** Beside the draw, always: somebody with every role, and somebody bound to each application. */
async function everyCaller(
  { kernel, home }: World,
  { own }: Targets,
): Promise<[Promise<Caller>, Target, number][]> {
  const every = [...Object.keys(roles), ...officerRoles]
  const expiresAt = new Date('2027-01-01')
  const key = async (applicationId: string | undefined): Promise<Caller> => {
    const actor = { roles: every, applicationId }
    const token = await issueKey(kernel, home.operator, { label: 'every role', ...actor, expiresAt })
    return { actor, headers: { authorization: `Bearer ${token}` } }
  }
  const clerk: Caller = {
    actor: home.clerk,
    headers: { cookie: `${sessionCookie(false)}=${home.session}` },
  }
  const people = home.duties.people.map(
    ({ actor, session }): Caller => ({ actor, headers: { cookie: `${sessionCookie(false)}=${session}` } }),
  )
  const keys = await Promise.all([key(undefined), ...applicationIds.map(key)])
  const callers = [...keys, clerk, ...people]
  return callers.flatMap((caller) =>
    own.map((target, index): [Promise<Caller>, Target, number] => [Promise.resolve(caller), target, index]),
  )
}

function at<T>(list: readonly T[], pick: number): T {
  const one = list[pick % list.length]
  if (one === undefined) throw new Error('the list is empty')
  return one
}

function isBoundElsewhere({ applicationId }: Caller['actor'], target: Target): boolean {
  return (
    applicationId !== undefined &&
    target.applicationId !== undefined &&
    target.applicationId !== applicationId
  )
}

/** Identifiers that no reply to this actor may hold: those of the other institution, and of applications not theirs. */
async function secretsOf({
  owner,
  home,
  abroad,
}: World): Promise<(actor: Caller['actor']) => readonly string[]> {
  const foreign = await identifiersOf(owner, abroad)
  const byApplication = new Map<string, readonly string[]>()
  for (const id of applicationIds) byApplication.set(id, await identifiersOfApplication(owner, home, id))
  return ({ applicationId }) => {
    if (applicationId === undefined) return foreign
    const others = applicationIds.filter((id) => id !== applicationId)
    return [...foreign, ...others.flatMap((id) => byApplication.get(id) ?? [])]
  }
}
