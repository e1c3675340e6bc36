/**
 * Who sees what at which unit: every operation, by people with any roles at any units of one institution.
 *
 * What each of them may see is worked out here from the grants and the tree alone. A case outside of that answers every request
 * like one that does not exist, is in no list and no count, and none of its identifiers is in any reply.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { grantRole } from '../kernel/access/grants.ts'
import { type Actor, roles, type Scope } from '../kernel/access/roles.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { AnyOperation } from '../kernel/operation.ts'
import { signIn } from '../kernel/sign-in/sign-in.ts'
import { sessionCookie } from '../server/pages/session.ts'
import { tree, type UnitCode } from './institution-units.ts'
import { makeOfficer, permit } from './kernel.ts'
import type { Target } from './scope-requests.ts'

/** One role of somebody, in the whole institution or at a unit. */
interface Grant {
  readonly role: string
  readonly unit: UnitCode | null
}

/** Somebody with grants, and the headers by which they ask. */
export interface Local {
  readonly grants: readonly Grant[]
  readonly headers: Readonly<Record<string, string>>
}

/** A case as its owner finds it in the database. */
interface Known {
  readonly caseId: string
  readonly unit: UnitCode | null
  readonly state: string
  readonly reviewRole: string | null
  /** Identifiers that tell of the case: its own, its decisions', its outcomes', its number. */
  readonly identifiers: readonly string[]
  readonly decisionId: string | null
}

/** What the tests work with; `ask` sends a request and answers without the number of the request. */
export interface UnitWorld {
  readonly kernel: Kernel
  readonly operator: Actor
  readonly owner: {
    query(text: string, values: readonly unknown[]): Promise<{ rows: Record<string, string | null>[] }>
  }
  ask(
    operation: AnyOperation,
    request: { readonly target: Target; readonly headers: Local['headers'] },
  ): Promise<{ readonly status: number; readonly body: string }>
  get(url: string, headers: Local['headers']): Promise<{ readonly status: number; readonly body: string }>
}

/** Roles that see cases, and some that must not. */
const drawnRoles = [
  'officer',
  'supervisor',
  'auditor',
  'data_protection_officer',
  'model_owner',
  'permits.clerk',
  'permits.inspector',
  'engineer',
  'council',
] as const
const unitsBelowAll = ['engineer', 'council']
const grant = fc
  .record({
    role: fc.constantFrom(...drawnRoles),
    unit: fc.option(fc.constantFrom('PB', 'LHR', 'MODEL', 'KHI', 'SD' as const), { freq: 4 }),
  })
  .map((one): Grant => (unitsBelowAll.includes(one.role) ? { ...one, unit: null } : one))
const drawn = fc.uniqueArray(grant, { maxLength: 4, selector: ({ role, unit }) => `${role} ${unit}` })

/** Always among them: an officer of one branch, of another, of two offices with different roles, and of nothing. */
const always: readonly (readonly Grant[])[] = [
  [
    { role: 'officer', unit: 'LHR' },
    { role: 'permits.clerk', unit: 'LHR' },
  ],
  [
    { role: 'officer', unit: 'SD' },
    { role: 'permits.clerk', unit: 'PB' },
  ],
  [
    { role: 'auditor', unit: 'MODEL' },
    { role: 'model_owner', unit: 'KHI' },
  ],
  [],
]

let people = 0

/** People with the same roles as grants in the database; they sign in as everybody does. */
export async function localsOf({ kernel, operator }: UnitWorld): Promise<readonly Local[]> {
  const sets = [...always, ...fc.sample(drawn, 4)]
  const made: Local[] = []
  for (const grants of sets) {
    const username = `at-unit-${++people}`
    const { accountId } = await makeOfficer(kernel, operator, { username, roles: [] })
    for (const { role, unit } of grants)
      await grantRole(kernel, operator, { accountId, role, unit: unit ?? undefined })
    const { institutionId } = operator
    const { token } = await signIn(kernel, { institutionId, username, password: `${username} password` })
    made.push({ grants, headers: { cookie: `${sessionCookie(false)}=${token}` } })
  }
  return made
}

const roleScopes: Readonly<Record<string, { readonly scopes: readonly Scope[] }>> = roles

/** Whether a unit is another one or lies below it. */
function isWithin(unit: UnitCode | null, other: UnitCode): boolean {
  return unit !== null && (unit === other || isWithin(tree[unit], other))
}

/** The model: some role of theirs holds the scope, and holds where the case is. */
function maySee({ grants }: Local, scope: Scope, place: UnitCode | null): boolean {
  return grants.some(
    ({ role, unit }) =>
      (roleScopes[role]?.scopes ?? []).includes(scope) && (unit === null || isWithin(place, unit)),
  )
}

const hasRoleAt = ({ grants }: Local, role: string | null, place: UnitCode | null) =>
  grants.some((one) => one.role === role && (one.unit === null || isWithin(place, one.unit)))

async function knownCases({ owner, operator }: UnitWorld): Promise<readonly Known[]> {
  const { rows } = await owner.query(
    `select case_id, units.code as unit, state, review_role, reference,
       (select decision_id from decisions d where d.institution_id = c.institution_id and d.case_id = c.case_id
        order by round desc limit 1) as decision_id,
       (select string_agg(outcome_id::text, ' ') from outcomes o
        where o.institution_id = c.institution_id and o.case_id = c.case_id) as outcomes,
       (select string_agg(review_id::text, ' ') from reviews r
        where r.institution_id = c.institution_id and r.case_id = c.case_id) as reviews
     from cases c left join units using (institution_id, unit_id) where c.institution_id = $1`,
    [operator.institutionId],
  )
  return rows.map((row) => ({
    caseId: row.case_id ?? '',
    unit: Object.keys(tree).find((code): code is UnitCode => code === row.unit) ?? null,
    state: row.state ?? '',
    reviewRole: row.review_role ?? null,
    decisionId: row.decision_id ?? null,
    identifiers: [row.case_id, row.decision_id, row.outcomes, row.reviews].flatMap((ids) =>
      typeof ids === 'string' ? ids.split(' ') : [],
    ),
  }))
}

/** Registers the tests of a noun's operations. */
export function checkUnitScopes(
  noun: string,
  operations: readonly AnyOperation[],
  { world, locals }: { readonly world: UnitWorld; readonly locals: readonly Local[] },
): void {
  for (const operation of operations)
    test(`${operation.id}: nothing of a unit where whoever asks may not gets through`, () =>
      checkOperation(world, operation, locals))
  if (noun === 'cases') {
    test('cases.list: each sees, page by page, exactly the cases of their units', () =>
      checkList(world, locals))
    test('cases.queue: each is shown exactly what waits for a role of theirs at its unit', () =>
      checkQueue(world, locals))
  }
  if (noun === 'decisions') {
    test('decisions.export: each gets exactly the decisions of their units', () => checkExport(world, locals))
    test('decisions.submit: a case is opened where its unit is known, open and one of theirs', () =>
      checkSubmit(world, operations, locals))
  }
}

async function checkOperation(
  world: UnitWorld,
  operation: AnyOperation,
  locals: readonly Local[],
): Promise<void> {
  const known = await knownCases(world)
  const nowhere = '01900000-0000-7000-8000-000000000000'
  for (const local of locals) {
    const hidden = known.filter(({ unit }) => !maySee(local, operation.scope, unit))
    const targets = targetsOf(operation, known)
    const absent = targetsOf(operation, [{ ...blank, caseId: nowhere, decisionId: nowhere }])
    const [nothing] = await Promise.all(
      absent.map(({ target }) => world.ask(operation, { target, headers: local.headers })),
    )
    for (const { target, about } of targets) {
      const answer = await world.ask(operation, { target, headers: local.headers })
      const who = `${JSON.stringify(local.grants)} ${operation.id} ${about?.unit ?? 'the institution'}`
      assert.ok(answer.status < 500, answer.body)
      if (about !== undefined && hidden.includes(about))
        assert.deepEqual(answer, nothing, `${who}: a case that is hidden answers like none`)
      else if (about !== undefined)
        assert.notDeepEqual(answer, nothing, `${who}: a case that may be seen is there`)
      // Whoever names it learns nothing from seeing it again.
      for (const { identifiers } of hidden)
        for (const id of identifiers)
          if (!Object.values(target.params).includes(id))
            assert.ok(!answer.body.includes(id), `${who}: ${id}`)
    }
  }
}

const blank: Known = {
  caseId: '',
  unit: null,
  state: '',
  reviewRole: null,
  identifiers: [],
  decisionId: null,
}

/** What a request may name: a case or a decision each, where its address has one; else one request about no case. */
function targetsOf(
  { path }: AnyOperation,
  known: readonly Known[],
): readonly { readonly target: Target; readonly about: Known | undefined }[] {
  const applicationId = 'permits'
  const about = (one: Known, params: Target['params']) => ({ target: { params, applicationId }, about: one })
  if (path.includes('{entryIndex}'))
    return known.map((one) => about(one, { caseId: one.caseId, entryIndex: '1' }))
  if (path.includes('{caseId}')) return known.map((one) => about(one, { caseId: one.caseId }))
  if (path.includes('{decisionId}'))
    return known.flatMap((one) =>
      one.decisionId === null ? [] : [about(one, { decisionId: one.decisionId })],
    )
  if (path.includes('{applicationId}'))
    return [{ target: { params: { applicationId }, applicationId }, about: undefined }]
  return path.includes('{') ? [] : [{ target: { params: {}, applicationId: undefined }, about: undefined }]
}

/** Every item of a list, by its pages of two. */
async function pagesOf(world: UnitWorld, path: string, { headers }: Local): Promise<readonly string[]> {
  const found: string[] = []
  for (let cursor = ''; ; ) {
    const { status, body } = await world.get(`${path}?limit=2${cursor}`, headers)
    assert.equal(status, 200, body)
    const { items, next }: { items: { caseId: string }[]; next: string | null } = JSON.parse(body)
    found.push(...items.map(({ caseId }) => caseId))
    if (next === null) return found
    cursor = `&cursor=${next}`
  }
}

const holdsSomewhere = ({ grants }: Local, scope: Scope) =>
  grants.some(({ role }) => (roleScopes[role]?.scopes ?? []).includes(scope))

async function checkList(world: UnitWorld, locals: readonly Local[]): Promise<void> {
  const known = await knownCases(world)
  for (const local of locals.filter((one) => holdsSomewhere(one, 'case.read'))) {
    const visible = known.filter(({ unit }) => maySee(local, 'case.read', unit)).map(({ caseId }) => caseId)
    const listed = await pagesOf(world, '/v1/cases', local)
    assert.deepEqual(listed, visible.toSorted().toReversed(), JSON.stringify(local.grants))
  }
}

async function checkQueue(world: UnitWorld, locals: readonly Local[]): Promise<void> {
  const known = await knownCases(world)
  for (const local of locals.filter((one) => holdsSomewhere(one, 'case.review'))) {
    const waiting = known.filter(
      ({ unit, state, reviewRole }) =>
        state === 'in_review' && maySee(local, 'case.review', unit) && hasRoleAt(local, reviewRole, unit),
    )
    const queued = await pagesOf(world, '/v1/queue', local)
    assert.deepEqual(
      queued.toSorted(),
      waiting.map(({ caseId }) => caseId).toSorted(),
      JSON.stringify(local.grants),
    )
  }
}

async function checkExport(world: UnitWorld, locals: readonly Local[]): Promise<void> {
  const known = await knownCases(world)
  for (const local of locals.filter((one) => holdsSomewhere(one, 'decision.read'))) {
    const visible = known.filter(({ unit }) => maySee(local, 'decision.read', unit))
    const { body } = await world.get('/v1/applications/permits/decisions', local.headers)
    const lines = body.split('\n').filter((line) => line !== '')
    const exported = lines.map((line): string => JSON.parse(line).caseId)
    const expected = visible.filter(({ decisionId }) => decisionId !== null).map(({ caseId }) => caseId)
    const ofPermits = new Set(exported)
    assert.ok(
      exported.every((id) => expected.includes(id)),
      JSON.stringify(local.grants),
    )
    for (const one of visible)
      if (one.unit !== null)
        assert.ok(ofPermits.has(one.caseId), `${JSON.stringify(local.grants)} ${one.unit}`)
  }
}

async function checkSubmit(
  world: UnitWorld,
  operations: readonly AnyOperation[],
  locals: readonly Local[],
): Promise<void> {
  const submit = operations.find(({ id }) => id === 'decisions.submit')
  assert.ok(submit)
  for (const local of locals.filter((one) => holdsSomewhere(one, 'case.open')))
    for (const office of ['LHR', 'MODEL', 'KHI', 'OLD', 'NOWHERE', undefined] as const) {
      const body = permit(office === undefined ? {} : { office })
      const target = { params: { applicationId: 'permits' }, applicationId: 'permits', body }
      const { status, body: said } = await world.ask(submit, { target, headers: local.headers })
      const place = office === 'OLD' || office === 'NOWHERE' ? undefined : (office ?? null)
      const who = `${JSON.stringify(local.grants)} ${office}: ${said}`
      if (office === 'NOWHERE') assert.equal(JSON.parse(said).code, 'unit.unknown', who)
      else if (place === undefined) assert.match(said, /"unit\.(closed|outside)"/, who)
      else if (maySee(local, 'case.open', place)) assert.equal(status, 201, who)
      else assert.deepEqual([status, JSON.parse(said).code], [403, 'unit.outside'], who)
    }
}
