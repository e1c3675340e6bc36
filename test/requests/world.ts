/** Where generated requests go: a server with three institutions, of which two ask and the third only has what nobody may see. */
import type pg from 'pg'
import { pino } from 'pino'
import { holds, roles, type Scope } from '../../kernel/access/roles.ts'
import { issueKey } from '../../kernel/access-keys/access-keys.ts'
import { Refusal } from '../../kernel/errors.ts'
import type { ServingKernel } from '../../kernel/operation.ts'
import { recordOutcome } from '../../kernel/outcomes/outcomes.ts'
import { signIn } from '../../kernel/sign-in/sign-in.ts'
import { authenticator } from '../../server/authenticate.ts'
import { createHttpServer } from '../../server/http/http-server.ts'
import { findOperations } from '../../server/operations.ts'
import { pages } from '../../server/pages/pages.ts'
import { sessionCookie } from '../../server/pages/session.ts'
import { transparency } from '../../server/transparency/transparency.ts'
import { type Furnished, furnish } from '../institution.ts'
import { decided, makeOfficer, permit } from '../kernel.ts'
import { bodyOf } from '../scope-requests.ts'
import { readDescription } from './document.ts'
import type { Caller, Source } from './draw.ts'
import type { Foreign } from './judge.ts'
import type { Random } from './random.ts'

export interface World extends Source {
  readonly app: ReturnType<typeof createHttpServer>
  /** What this caller may not see. */
  foreignTo(caller: Caller): Foreign
  /** Lines of the log since the last call. */
  linesLogged(): string
  /** Words of all institutions: none of them belongs into the log. */
  readonly words: readonly string[]
  /** Looks anew what is there, so that later requests name what earlier ones made. */
  refresh(): Promise<void>
  /** Keeps of a reply what a later request can name. */
  sawReply(operationId: string, body: string): void
  /** Gives a caller a new key where another request has ended theirs. */
  renew(caller: Caller): Promise<void>
}

interface Institution {
  readonly slug: string
  readonly word: string
  readonly furnished: Furnished
}

const slugs = ['home', 'abroad', 'still'] as const
const wordOf = (slug: string) => `zq${slug}x`
/** Stands in what is of a unit far from the one that the local officer works at. */
const elsewhereWord = (slug: string) => `zq${slug}farx`
const officerRoles = ['permits.clerk', 'permits.inspector', 'parcels.inspector']
const manyPerMinute = { anonymousPerMinute: 1e9, personPerMinute: 1e9, systemPerMinute: 1e9 }

export async function makeWorld(kernel: ServingKernel, owner: pg.Client): Promise<World> {
  const institutions: Institution[] = []
  for (const slug of slugs) {
    const furnished = await furnish(kernel, slug)
    await plant(kernel, furnished, wordOf(slug))
    for (const [index, held] of duties.entries())
      await makeOfficer(kernel, furnished.operator, { username: `drawn-${index}`, roles: held })
    institutions.push({ slug, word: wordOf(slug), furnished })
  }
  const log = logSink()
  const app = createHttpServer({
    kernel,
    operations: await findOperations(),
    authenticate: authenticator(kernel, { isSecure: false }),
    limits: { rates: manyPerMinute },
    logger: log.logger,
    pages: pages({ kernel, isSecure: false, reporting: { logger: log.logger, onFatal: () => undefined } }),
    transparency: transparency(kernel),
  })
  await app.ready()
  const document = await app.inject({ url: '/v1/openapi.json' })
  const callers = new Map<string, Caller>()
  for (const one of institutions.slice(0, 2))
    for (const [name, make] of callersOf(kernel, one)) callers.set(name, await make())
  const things = await thingsOf(owner, institutions)
  const applicationIds = [...kernel.applications.keys()]
  const cursors = new Map<string, string[]>()
  const makers = new Map(institutions.flatMap((one) => [...callersOf(kernel, one)]))
  return {
    app,
    description: readDescription(document.body),
    get callers() {
      return [...callers.values()]
    },
    applicationIds,
    known: (caller) => (name, random) => pick(things, { name, caller, random, applicationIds }),
    receipts: institutions.map(
      ({ furnished: { receipt } }) =>
        new Map([
          ['caseId', receipt.caseId],
          ['entryIndex', String(receipt.entryIndex)],
        ]),
    ),
    cursorOf: (operationId, random) => {
      const seen = cursors.get(operationId) ?? []
      return seen.length > 0 ? random.pick(seen) : undefined
    },
    sawReply: (operationId, body) => {
      // Whoever sees only a part of the institution may now see another; who may is looked up with the next refresh.
      if (operationId === 'units.move' || operationId === 'accounts.grant') things.isLocalSettled = false
      const [, cursor] = /"next":"([^"]+)"/.exec(body) ?? []
      if (cursor !== undefined)
        cursors.set(operationId, [cursor, ...(cursors.get(operationId) ?? [])].slice(0, 20))
    },
    sampleBody: await sampleBodies(),
    foreignTo: ({ home, isLocal }) => ({
      words: [
        ...slugs.filter((slug) => slug !== home).map(wordOf),
        ...(isLocal && things.isLocalSettled ? [elsewhereWord(home)] : []),
      ],
      isForeign: (identifier) =>
        (things.ownerOf.get(identifier) ?? home) !== home ||
        (isLocal && things.isLocalSettled && things.elsewhere.has(identifier)),
      isAtTheDoor: (identifier) => things.door.has(identifier),
    }),
    linesLogged: log.take,
    words: [...slugs.map(wordOf), ...slugs.map(elsewhereWord)],
    refresh: async () => {
      things.take(await thingsOf(owner, institutions))
    },
    renew: async ({ name }) => {
      // An account that a request has closed stays closed; its holder goes on asking, and is nobody.
      const renewed = await makers
        .get(name)?.()
        .catch((error: unknown) => {
          if (error instanceof Refusal) return undefined
          throw error
        })
      if (renewed !== undefined) callers.set(name, renewed)
    },
  }
}

/** Puts the word wherever an institution writes something of its own. */
async function plant(kernel: ServingKernel, { operator, clerk }: Furnished, word: string): Promise<void> {
  const about = { applicantCnic: '3520212345671', applicantName: word }
  for (const answer of ['grant', 'check', 'refuse']) {
    const { caseId } = await decided(
      kernel,
      operator,
      'permits',
      permit({ ...about, answer, permitNumber: `${word}-${answer}` }),
    )
    if (answer !== 'grant') continue
    const outcome = { finding: 'right', note: word, witness: word }
    await recordOutcome(kernel, clerk, { caseId, version: undefined, outcome })
  }
  const far = word.replace(/x$/, 'farx')
  for (const answer of ['grant', 'check'])
    await decided(
      kernel,
      operator,
      'permits',
      permit({
        applicantCnic: '3520298765431',
        applicantName: far,
        answer,
        permitNumber: `${far}-${answer}`,
        office: 'KHI',
      }),
    )
}

const holding = (held: readonly string[]) => (scope: string) =>
  scopes.some((known) => known === scope && holds({ roles: held }, known))

const scopes = Object.values(roles).flatMap((role): readonly Scope[] => role.scopes)

/** Duties that people have; some belong together. */
const duties: readonly (readonly string[])[] = [
  ['officer', 'permits.clerk', 'permits.inspector', 'parcels.inspector'],
  ...[
    'supervisor',
    'auditor',
    'model_owner',
    'engineer',
    'data_protection_officer',
    'administrator',
    'council',
  ].map((role) => [role]),
]

function callersOf(
  kernel: ServingKernel,
  { slug, word, furnished }: Institution,
): ReadonlyMap<string, () => Promise<Caller>> {
  const expiresAt = new Date(kernel.clock().getTime() + 7 * 86_400_000)
  const every = [...Object.keys(roles), ...officerRoles]
  const key =
    (name: string, held: readonly string[], applicationId?: string) => async (): Promise<Caller> => {
      const token = await issueKey(kernel, furnished.operator, {
        label: 'drawn',
        roles: held,
        applicationId,
        expiresAt,
      })
      return {
        name: `${slug} ${name}`,
        home: slug,
        holds: holding(held),
        isLocal: false,
        word,
        headers: { authorization: `Bearer ${token}` },
      }
    }
  const made = new Map<string, () => Promise<Caller>>([
    ...Object.keys(roles).map((role) => [`${slug} ${role}`, key(role, [role])] as const),
    [`${slug} every role`, key('every role', every)],
    [`${slug} every role of permits`, key('every role of permits', every, 'permits')],
    [`${slug} every role of parcels`, key('every role of parcels', every, 'parcels')],
  ])
  const { institutionId } = furnished.operator
  const person =
    (username: string, held: readonly string[], isLocal: boolean) => async (): Promise<Caller> => {
      const { token } = await signIn(kernel, { institutionId, username, password: `${username} password` })
      const cookie = `${sessionCookie(false)}=${token}`
      return {
        name: `${slug} ${username}`,
        home: slug,
        holds: holding(held),
        isLocal,
        word,
        headers: { cookie },
      }
    }
  for (const [index, held] of duties.entries())
    made.set(`${slug} drawn-${index}`, person(`drawn-${index}`, held, false))
  made.set(`${slug} local`, person('local', ['officer', 'permits.clerk'], true))
  return made
}

/** Identifiers by the name under which the API takes them, and whose they are. */
interface Things {
  byHome: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
  ownerOf: ReadonlyMap<string, string>
  /** Institutions and issuers. */
  door: ReadonlySet<string>
  /** Of the first institution's cases in the unit that its local officer does not see. */
  elsewhere: ReadonlySet<string>
  /** Whether it is known that the local officer still does not see that unit. */
  isLocalSettled: boolean
  take(newer: Things): void
}

const atTheDoor = new Set(['institution_id', 'issuer_id'])

/** The newest of each column; older ones are drawn no more, but still belong to their institution. */
const most = 200

async function thingsOf(owner: pg.Client, institutions: readonly Institution[]): Promise<Things> {
  const { rows: columns } = await owner.query<{ table: string; column: string; isBytes: boolean }>(
    `select relname as table, attname as column, atttypid = 'bytea'::regtype as "isBytes"
     from pg_class join pg_attribute on attrelid = pg_class.oid
     where relnamespace = 'kernel'::regnamespace and relkind = 'r' and attnum > 0
       and (atttypid = 'uuid'::regtype or attname in ('model_digest', 'key_hash', 'policy_digest', 'backend_id')
         or relname = 'units' and attname = 'code')
       and exists (select from pg_attribute own where own.attrelid = pg_class.oid and own.attname = 'institution_id')`,
  )
  const ownerOf = new Map<string, string>()
  const door = new Set<string>()
  const byHome = new Map<string, Map<string, string[]>>()
  for (const { slug, furnished } of institutions) {
    const named = new Map<string, string[]>()
    for (const { table, column, isBytes } of columns) {
      const value = isBytes ? `encode(${column}, 'hex')` : `${column}::text`
      const { rows } = await owner.query<{ id: string }>(
        `select ${value} as id from ${table} where institution_id = $1 and ${column} is not null order by ${column} desc limit ${most}`,
        [furnished.operator.institutionId],
      )
      const name = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      named.set(name, [...(named.get(name) ?? []), ...rows.map(({ id }) => id)])
      if (atTheDoor.has(column)) for (const { id } of rows) door.add(id)
      // What models and applications are made of is the same everywhere.
      if (!isBytes) for (const { id } of rows) ownerOf.set(id, slug)
    }
    byHome.set(slug, named)
  }
  const { rows: far } = await owner.query<{ id: string }>(
    `select unnest(array[case_id, decision_id])::text as id from cases join units using (institution_id, unit_id)
     left join decisions using (institution_id, case_id) where units.code = 'KHI'`,
  )
  const { rows: seers } = await owner.query(seersOfKhi, [institutions[0]?.furnished.operator.institutionId])
  const things: Things = {
    byHome,
    ownerOf,
    door,
    elsewhere: new Set(far.map(({ id }) => id)),
    isLocalSettled: seers.length === 0,
    take: (newer) => {
      things.byHome = newer.byHome
      things.elsewhere = newer.elsewhere
      things.isLocalSettled = newer.isLocalSettled
      things.door = things.door.union(newer.door)
      things.ownerOf = new Map([...things.ownerOf, ...newer.ownerOf])
    },
  }
  return things
}

/** Grants of the local officer that reach the unit which they do not see to begin with. */
const seersOfKhi = `with recursive above as (
  select institution_id, unit_id, parent_id from units where institution_id = $1 and code = 'KHI'
  union select units.institution_id, units.unit_id, units.parent_id
  from units join above on units.institution_id = above.institution_id and units.unit_id = above.parent_id
)
select from account_grants join accounts using (institution_id, account_id)
where institution_id = $1 and username = 'local' and revoked_at is null
  and (unit_id is null or unit_id in (select unit_id from above))`

const otherNames: Readonly<Record<string, string>> = {
  unit: 'code',
  unitCode: 'code',
  parent: 'code',
  keyId: 'keyHash',
  requestId: 'proceedingId',
  holdId: 'proceedingId',
  breachId: 'proceedingId',
  personId: 'holderId',
  subjectId: 'holderId',
  digest: 'modelDigest',
}

function pick(
  { byHome }: Things,
  given: {
    readonly name: string
    readonly caller: Caller
    readonly random: Random
    readonly applicationIds: readonly string[]
  },
): string | undefined {
  const { name, caller, random, applicationIds } = given
  if (name === 'applicationId' || name === 'application')
    return random.chance(0.8)
      ? random.pick(['permits', 'parcels'])
      : random.pick([...applicationIds, 'nowhere'])
  if (name === 'entryIndex') return String(random.below(40))
  const of = (slug: string) => byHome.get(slug)?.get(otherNames[name] ?? name) ?? []
  const list = random.chance(0.6) ? of(caller.home) : random.chance(0.7) ? of(random.pick(slugs)) : []
  if (list.length > 0) return random.pick(list)
  return of('still').length > 0 ? '01900000-0000-7000-8000-000000000000' : undefined
}

/** Bodies that tests of scopes know to be good. */
async function sampleBodies(): Promise<Source['sampleBody']> {
  const byId = new Map((await findOperations()).map((operation) => [operation.id, operation]))
  return (operationId, applicationId) => {
    const operation = byId.get(operationId)
    if (operation === undefined) return undefined
    try {
      return bodyOf(operation, { params: {}, applicationId })
    } catch {
      return undefined
    }
  }
}

function logSink() {
  let lines = ''
  const logger = pino(
    { level: 'trace', base: null },
    {
      write: (line: string) => {
        lines += line
      },
    },
  )
  const take = () => {
    const taken = lines
    lines = ''
    return taken
  }
  return { logger, take }
}
