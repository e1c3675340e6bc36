/** Without a purpose nothing shows what is sealed; with one it is shown after a read that the person can see, and not before. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { authenticator } from '../../server/authenticate.ts'
import { createHttpServer } from '../../server/http/http-server.ts'
import { findOperations } from '../../server/operations.ts'
import { sessionCookie } from '../../server/pages/session.ts'
import { furnish } from '../../test/institution.ts'
import { decided, freshKernel, makeOfficer, permit } from '../../test/kernel.ts'
import { bodyOf, targetsOf } from '../../test/scope-requests.ts'
import { type Actor, holds, roles } from '../access/roles.ts'
import { issueKey } from '../access-keys/access-keys.ts'
import { newId } from '../identifiers.ts'
import type { AnyOperation } from '../operation.ts'
import { recordOutcome } from '../outcomes/outcomes.ts'
import { completeReview } from '../reviews/reviews.ts'
import { signIn } from '../sign-in/sign-in.ts'
import { erasePerson } from '../vault/erase.ts'
import { getCase } from './cases.ts'
import { ReadingPurpose } from './open.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const furnished = await furnish(kernel, 'alpha')
const { operator } = furnished
const { institutionId } = operator
const operations = await findOperations()
const app = createHttpServer({
  kernel,
  operations,
  authenticate: authenticator(kernel, { isSecure: false }),
  checksReplies: true,
})
after(() => app.close())

/** Every role that may have to do with cases. */
const caseRoles = [
  ...Object.keys(roles).filter((role) => role !== 'administrator'),
  'permits.inspector',
  'permits.clerk',
]

/** Headers of an officer with these roles. */
async function headersOf(own: readonly string[]) {
  const username = `officer-${newId()}`
  await makeOfficer(kernel, operator, { username, roles: own })
  const { token } = await signIn(kernel, { institutionId, username, password: `${username} password` })
  return { cookie: `${sessionCookie(false)}=${token}` }
}
const everybody = await headersOf(caseRoles)
const administrator = await headersOf(['administrator'])

async function keyOf(own: readonly string[]) {
  const expiresAt = new Date('2027-01-01')
  const token = await issueKey(kernel, operator, {
    label: 'key',
    roles: own,
    applicationId: undefined,
    expiresAt,
  })
  return { authorization: `Bearer ${token}` }
}

let people = 0

interface Planted {
  readonly cnic: string
  readonly caseId: string
  readonly decisionId: string
  readonly personId: string
}

/** A case about a person, reviewed and with an outcome, all of whose sealed texts hold the word; back in a state to be read. */
async function plant(word: string): Promise<Planted> {
  people += 1
  const cnic = `35202${String(8_000_000 + people)}3`
  const { caseId, version, decision } = await decided(
    kernel,
    operator,
    'permits',
    permit({ answer: 'check', applicantCnic: cnic, applicantName: `name ${word}` }),
  )
  const reviewer: Actor = { ...furnished.clerk, roles: ['officer', 'permits.clerk'] }
  const reason = `because ${word}`
  await completeReview(kernel, reviewer, { caseId, version, recommendation: 'grant', reason })
  const outcome = { finding: 'right', witness: `seen by ${word}` }
  await recordOutcome(kernel, operator, { caseId, version: undefined, outcome })
  const { row } = await getCase(kernel, operator, caseId)
  return { cnic, caseId, decisionId: decision.decisionId, personId: row.holderId ?? '' }
}

const get = (url: string, headers: Readonly<Record<string, string>>) => app.inject({ url, headers })

async function readsOf(caseId: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ role: string; purpose: string }>(
    `select role, purpose from reads where case_id = $1 order by read_id`,
    [caseId],
  )
  const { rowCount } = await owner.query(`select from log_all where case_id = $1 and kind = 'access.read'`, [
    caseId,
  ])
  assert.equal(rowCount, rows.length, 'every read has its entry in the log, and every entry its read')
  return rows.map(({ role, purpose }) => `${role}: ${purpose}`)
}

/** Every request about what was planted that states no purpose, as somebody sends it who may do everything. */
async function everyReply({ caseId, decisionId, personId }: Planted): Promise<readonly [string, string][]> {
  const cases = { opened: caseId, inReview: caseId, decided: caseId, closed: caseId }
  const person = { personId, caseId }
  const home = { ...furnished, cases, decisionId, person, parcel: { caseId, decisionId } }
  const replies: [string, string][] = []
  for (const operation of operations.filter(shows)) {
    const [target] = targetsOf(operation, { home, abroad: home }).own
    assert.ok(target)
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => target.params[name] ?? '0')
    const body = operation.method === 'GET' ? undefined : bodyOf(operation, target)
    const { body: reply } = await app.inject({
      method: operation.method,
      url: path,
      headers: {
        ...(holds({ roles: caseRoles }, operation.scope) ? everybody : administrator),
        ...(operation.kind === 'json' && operation.editsVersion === true && { 'if-match': '"3"' }),
        ...(body !== undefined && {
          'content-type': operation.kind === 'intake' ? 'application/x-ndjson' : 'application/json',
        }),
      },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    })
    replies.push([operation.id, reply])
  }
  return replies
}

/** The archive is made for the person, and recorded; an erasure would leave nothing to look for. */
const shows = ({ id }: AnyOperation) => id !== 'persons.export' && id !== 'persons.erase'

const word = fc.stringMatching(/^[a-z]{12}$/)

test('without a purpose no operation shows what is sealed, and none is a read', async () => {
  await fc.assert(
    fc.asyncProperty(word, async (canary) => {
      const planted = await plant(canary)
      const waiting = await decided(
        kernel,
        operator,
        'permits',
        permit({ answer: 'check', applicantCnic: planted.cnic, applicantName: canary, score: 1 }),
      )
      const replies = await everyReply(planted)
      assert.ok(replies.length > 15)
      for (const id of ['cases.list', 'cases.queue', 'decisions.export'])
        assert.ok(new Map(replies).get(id)?.includes(waiting.caseId), id)
      for (const [id, reply] of replies) {
        assert.ok(!reply.includes(canary), `${id}: ${reply}`)
        assert.ok(!reply.includes(planted.cnic), `${id}: ${reply}`)
      }
      assert.deepEqual(await readsOf(planted.caseId), [])
    }),
    { numRuns: 5 },
  )
})

test('with a purpose all of it is shown, after exactly one read each time', async () => {
  await fc.assert(
    fc.asyncProperty(
      word,
      fc.array(fc.constantFrom(...ReadingPurpose.options.filter((one) => one !== 'service')), {
        maxLength: 4,
      }),
      async (canary, purposes) => {
        const { caseId, decisionId } = await plant(canary)
        let reads = 0
        for (const purpose of purposes)
          for (const path of [
            `/v1/cases/${caseId}`,
            `/v1/decisions/${decisionId}`,
            `/v1/cases/${caseId}/outcome`,
          ]) {
            const { statusCode, body } = await get(`${path}?purpose=${purpose}`, everybody)
            assert.equal(statusCode, 200, body)
            assert.ok(body.includes(canary), `${path}: ${body}`)
            assert.doesNotMatch(body, /"sealed":true/)
            const read = (await readsOf(caseId)).slice(reads)
            assert.deepEqual(
              read.map((one) => one.replace(/^.*: /, '')),
              [purpose],
            )
            reads += 1
          }
      },
    ),
    { numRuns: 10 },
  )
})

test('the office is told and never the account: of an officer the one in the application', async () => {
  const { caseId, personId } = await plant('nobody')
  const opened = [
    [['officer', 'permits.inspector'], 'correction', 'permits.inspector'],
    [['supervisor'], 'review', 'supervisor'],
    [['officer', 'auditor', 'permits.clerk'], 'audit', 'auditor'],
    [['data_protection_officer'], 'subject_request', 'data_protection_officer'],
  ] as const
  for (const [own, purpose] of opened) {
    const { statusCode } = await get(`/v1/cases/${caseId}?purpose=${purpose}`, await headersOf(own))
    assert.equal(statusCode, 200)
  }
  const machine = await keyOf(['machine'])
  assert.equal((await get(`/v1/cases/${caseId}?purpose=service`, machine)).statusCode, 200)
  const expected = [...opened.map(([, purpose, office]) => `${office}: ${purpose}`), 'machine: service']
  assert.deepEqual(await readsOf(caseId), expected)
  const { body } = await get(`/v1/persons/${personId}/reads`, everybody)
  const { items } = JSON.parse(body)
  assert.deepEqual(
    items.map((one: { role: string; purpose: string }) => `${one.role}: ${one.purpose}`),
    expected.toReversed(),
  )
  assert.deepEqual(items[0].institution, { en: 'Institution alpha', ur: 'ادارہ alpha' })
  assert.deepEqual(items[1].roleTitle, { en: 'Data-protection officer', ur: 'افسر تحفظِ معلومات' })
  assert.doesNotMatch(body, /account|officer-/)
})

test('a purpose that the roles do not permit is refused in both languages, and is no read', async () => {
  const { caseId, decisionId } = await plant('nobody')
  const refused = [
    [['auditor'], 'review'],
    [['auditor'], 'subject_request'],
    [['supervisor'], 'audit'],
    [['officer', 'permits.clerk'], 'audit'],
    [['officer', 'permits.clerk'], 'service'],
  ] as const
  for (const [own, purpose] of refused) {
    const headers = await headersOf(own)
    for (const path of [
      `/v1/cases/${caseId}`,
      `/v1/decisions/${decisionId}`,
      `/v1/cases/${caseId}/outcome`,
    ]) {
      const english = await get(`${path}?purpose=${purpose}`, headers)
      const urdu = await get(`${path}?purpose=${purpose}`, { ...headers, 'accept-language': 'ur' })
      assert.deepEqual([english.statusCode, english.json().code], [403, 'vault.purpose_forbidden'])
      assert.match(english.json().title, /do not permit/)
      assert.match(urdu.json().title, /عہدے/)
    }
  }
  for (const purpose of ['training', 'curiosity', ''])
    assert.equal((await get(`/v1/cases/${caseId}?purpose=${purpose}`, everybody)).statusCode, 400)
  assert.deepEqual(await readsOf(caseId), [])
})

test('where the log takes no entry nothing is opened, by itself or in a batch', async () => {
  const { caseId, decisionId } = await plant('canaryinside')
  await owner.query(`
    create function refuse_entries() returns trigger language plpgsql as
      $$begin raise exception 'the log is full'; end$$;
    create trigger refuse_entries before insert on log_pending for each row execute function refuse_entries()`)
  try {
    for (const path of [
      `/v1/cases/${caseId}`,
      `/v1/decisions/${decisionId}`,
      `/v1/cases/${caseId}/outcome`,
    ]) {
      const reply = await get(`${path}?purpose=audit`, everybody)
      assert.equal(reply.statusCode, 500)
      assert.doesNotMatch(reply.body, /canaryinside/)
    }
    const exported = await get('/v1/applications/permits/decisions?purpose=audit', everybody)
    assert.equal(exported.statusCode, 500)
    assert.equal((await get(`/v1/cases/${caseId}`, everybody)).statusCode, 200)
  } finally {
    await owner.query('drop trigger refuse_entries on log_pending')
  }
  assert.deepEqual(await readsOf(caseId), [])
})

test('an audit of all decisions is one read a batch, with the exact count of what was opened', async () => {
  await plant('exportedword')
  const erased = await plant('erasedword')
  await erasePerson(kernel, operator, { holderId: erased.personId, ground: 'request' })
  const { rows } = await owner.query<{ sealed: number }>(
    `select count(*)::int as sealed from decisions join cases using (institution_id, case_id)
     join vault_keys using (institution_id, holder_id)
     where decisions.application_id = 'permits' and decisions.sealed is not null and wrapped_key is not null`,
  )
  const batches = `select cases::int, role, purpose from reads where holder_id is null and purpose = 'audit'`
  const before = (await owner.query(batches)).rowCount ?? 0
  const plain = await get('/v1/applications/permits/decisions', everybody)
  assert.doesNotMatch(plain.body, /exportedword/)
  assert.equal((await owner.query(batches)).rowCount, before)
  const { body } = await get('/v1/applications/permits/decisions?purpose=audit', await headersOf(['auditor']))
  assert.match(body, /exportedword/)
  assert.doesNotMatch(body, /erasedword/)
  assert.deepEqual((await owner.query(batches)).rows.slice(before), [
    { cases: rows[0]?.sealed, role: 'auditor', purpose: 'audit' },
  ])
  const refused = await get(
    '/v1/applications/permits/decisions?purpose=audit',
    await headersOf(['model_owner']),
  )
  assert.deepEqual([refused.statusCode, refused.json().code], [403, 'vault.purpose_forbidden'])
})

test('an erased case says when, keeps what is not about the person, and opening it is no read', async () => {
  const { caseId, decisionId, personId } = await plant('erasedword')
  await erasePerson(kernel, operator, { holderId: personId, ground: 'request' })
  for (const purpose of ['', '?purpose=audit']) {
    const { body } = await get(`/v1/cases/${caseId}${purpose}`, everybody)
    const shown = JSON.parse(body)
    assert.equal(shown.erasedAt, kernel.clock().toISOString())
    assert.deepEqual([shown.sealed, shown.state, shown.payload.answer], [true, 'closed', 'check'])
    assert.equal(shown.decision.recommendation, 'check')
    assert.doesNotMatch(body, /erasedword/)
    const decision = await get(`/v1/decisions/${decisionId}${purpose}`, everybody)
    assert.deepEqual([decision.statusCode, decision.json().sealed], [200, true])
  }
  assert.deepEqual(await readsOf(caseId), [])
})

test('a case of which nothing is sealed is no read, whatever is said', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  const { body } = await get(`/v1/cases/${caseId}?purpose=audit`, everybody)
  assert.equal(JSON.parse(body).sealed, false)
  assert.deepEqual(await readsOf(caseId), [])
})
