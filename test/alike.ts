/**
 * What is absent and what is forbidden, asked for in pairs: every operation that names a thing, by somebody who may do it, once with
 * the name of nothing, once with the name of what is another institution's or of an application that they are not bound to.
 */
import { after } from 'node:test'
import pg from 'pg'
import { roles } from '../kernel/access/roles.ts'
import { issueKey } from '../kernel/access-keys/access-keys.ts'
import type { AnyOperation } from '../kernel/operation.ts'
import { signIn } from '../kernel/sign-in/sign-in.ts'
import { authenticator } from '../server/authenticate.ts'
import { createHttpServer } from '../server/http/http-server.ts'
import { findOperations } from '../server/operations.ts'
import { sessionCookie } from '../server/pages/session.ts'
import { type Furnished, furnish } from './institution.ts'
import { freshKernel } from './kernel.ts'
import { applicationIds, bodyOf, type Target, targetsOf } from './scope-requests.ts'

/** A request for something. */
export interface Asking {
  readonly operation: AnyOperation
  readonly target: Target
  /** Who asks. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Pair {
  /** `cases.show: of another institution` */
  readonly name: string
  readonly absent: Asking
  readonly forbidden: Asking
  /** What is there for whoever asks: to see that a difference would be seen. */
  readonly own: Asking
}

export interface AlikeAnswer {
  readonly status: number
  /** Without what is another at every request: its number, and where a new thing is. */
  readonly body: string
  readonly headers: string
}

export interface AlikeWorld {
  readonly pairs: readonly Pair[]
  ask(asking: Asking): Promise<AlikeAnswer>
}

type App = ReturnType<typeof createHttpServer>
type Headers = Asking['headers']

const officerRoles = ['permits.clerk', 'permits.inspector', 'parcels.inspector']
const unlimited = { anonymousPerMinute: 1e9, personPerMinute: 1e9, systemPerMinute: 1e9 }

export async function makeAlikeWorld(): Promise<AlikeWorld> {
  const { kernel, clock, database } = await freshKernel()
  const operations = (await findOperations()).filter(({ path }) => path.includes('{'))
  const authenticate = authenticator(kernel, { isSecure: false })
  const app = createHttpServer({ kernel, operations, authenticate, limits: { rates: unlimited } })
  after(() => app.close())
  const [home, abroad] = [await furnish(kernel, 'home'), await furnish(kernel, 'abroad')]
  const expiresAt = new Date(clock.now.getTime() + 86_400_000)
  const every = [...Object.keys(roles), ...officerRoles]
  const key = async (applicationId: string | undefined): Promise<Headers> => {
    const about = { label: 'every role', roles: every, applicationId, expiresAt }
    return { authorization: `Bearer ${await issueKey(kernel, home.operator, about)}` }
  }
  const person = async (username: string): Promise<Headers> => {
    const { institutionId } = home.operator
    const { token } = await signIn(kernel, { institutionId, username, password: `${username} password` })
    return { cookie: `${sessionCookie(false)}=${token}` }
  }
  const people = [home.session, ...home.duties.people.map(({ session }) => session)]
  const anybody = [
    await key(undefined),
    ...people.map((session): Headers => ({ cookie: `${sessionCookie(false)}=${session}` })),
  ]
  const local = await person('local')
  const far = await farAway(await database.connect(), home)
  const bound = await key(applicationIds[0])
  const pairs: Pair[] = []
  for (const operation of operations) {
    const { own, abroad: hidden, absent } = targetsOf(operation, { home, abroad })
    const [mine] = own
    const add = (what: string, target: Target | undefined, headers: Headers, there = mine) => {
      const asking = (of: Target): Asking => ({ operation, target: of, headers })
      if (target === undefined || there === undefined) return
      const name = `${operation.id}: ${what}`
      pairs.push({ name, absent: asking(absent), forbidden: asking(target), own: asking(there) })
    }
    if (mine !== undefined)
      add('of another institution', hidden[0], await whoMay(app, { operation, target: mine }, anybody))
    const [id, other] = applicationIds
    const ofApplication = (wanted: string) => own.find(({ applicationId }) => applicationId === wanted)
    add('of an application that the key is not bound to', ofApplication(other), bound, ofApplication(id))
    const [name = ''] = Object.keys(absent.params)
    const elsewhere = far.get(name)
    if (elsewhere !== undefined && Object.keys(absent.params).length === 1)
      add(
        'of a unit where they do not work',
        { params: { [name]: elsewhere }, applicationId: 'permits' },
        local,
      )
  }
  return { pairs, ask: (asking) => ask(app, asking) }
}

/** The first who is not told that this is not for them: what is refused to everybody tells nothing of what is there. */
async function whoMay(
  app: App,
  asked: Omit<Asking, 'headers'>,
  candidates: readonly Headers[],
): Promise<Headers> {
  for (const headers of candidates) {
    const { status } = await ask(app, { ...asked, headers })
    if (status !== 403 && status !== 401) return headers
  }
  return candidates[0] ?? {}
}

/** A case and its decision in a unit that the local officer of the institution does not see, by the name of a parameter. */
async function farAway(owner: pg.Client, { operator }: Furnished): Promise<ReadonlyMap<string, string>> {
  const { rows } = await owner.query<{ caseId: string; decisionId: string }>(
    `select case_id as "caseId", decision_id as "decisionId"
     from cases join units using (institution_id, unit_id) join decisions using (institution_id, case_id)
     where institution_id = $1 and units.code = 'KHI' limit 1`,
    [operator.institutionId],
  )
  return new Map(Object.entries(rows[0] ?? {}))
}

async function ask(app: App, { operation, target, headers: who }: Asking): Promise<AlikeAnswer> {
  const url = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => target.params[name] ?? '')
  // The body is the same for both: what it says must not make the difference.
  const body =
    operation.method === 'GET' ? undefined : bodyOf(operation, { ...target, applicationId: 'permits' })
  const editsVersion = operation.kind === 'json' && operation.editsVersion === true
  const type = operation.kind === 'intake' ? 'application/x-ndjson' : 'application/json'
  const reply = await app.inject({
    method: operation.method,
    url,
    headers: {
      ...who,
      ...(body !== undefined && { 'content-type': type }),
      ...(editsVersion && { 'if-match': '"1"' }),
    },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  })
  const { 'x-request-id': _, date: __, ...headers } = reply.headers
  return {
    status: reply.statusCode,
    body: reply.body.replace(/"requestId":"[^"]*"/, ''),
    headers: JSON.stringify(headers),
  }
}

/** Names and texts of the statements that the process sends to the database while `work` runs. */
export async function statementsOf<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly statements: readonly string[] }> {
  const statements: string[] = []
  const query = pg.Client.prototype.query
  const watched = new Proxy(query, {
    apply(target, client, given) {
      const [first] = given
      statements.push(sayingOf(first))
      return Reflect.apply(target, client, given)
    },
  })
  Reflect.set(pg.Client.prototype, 'query', watched)
  try {
    return { result: await work(), statements }
  } finally {
    Reflect.set(pg.Client.prototype, 'query', query)
  }
}

function sayingOf(first: unknown): string {
  if (typeof first === 'string') return first
  if (typeof first !== 'object' || first === null) return String(first)
  if ('name' in first && typeof first.name === 'string') return first.name
  return 'text' in first ? String(first.text) : 'a statement'
}
