/**
 * What is sealed of a person is nowhere in clear: not in any table, file, backup, log line or metric, whichever way it came in.
 * After the person is erased nothing opens any more, and the record goes on being borne out.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { parsePolicy, verifyReceipt } from '@khudi/sdk/verify'
import { to as copyTo } from 'pg-copy-streams'
import pino from 'pino'
import { everywhere } from '../kernel/access/roles.ts'
import { issueKey } from '../kernel/access-keys/access-keys.ts'
import { backup } from '../kernel/backup/backup.ts'
import { restore } from '../kernel/backup/restore.ts'
import { caseIdOf, getCase } from '../kernel/cases/cases.ts'
import { reveal } from '../kernel/cases/open.ts'
import { decideBacklog } from '../kernel/decisions/backlog.ts'
import { intake } from '../kernel/decisions/intake.ts'
import { flatMapping } from '../kernel/imports/flat.ts'
import { refusedFile, runImport } from '../kernel/imports/imports.ts'
import { signerOf } from '../kernel/log/log-keys.ts'
import { receiptOf, receiptsOf, verifyingPolicy } from '../kernel/log/receipts.ts'
import { runRound } from '../kernel/log/round.ts'
import { makeLog } from '../kernel/log/store.ts'
import { TileFolder } from '../kernel/log/tiles.ts'
import { evaluationSet } from '../kernel/models/evaluation.ts'
import { trainModel } from '../kernel/models/training.ts'
import { outcomesOf, recordOutcome } from '../kernel/outcomes/outcomes.ts'
import { completeReview, reviewsOf } from '../kernel/reviews/reviews.ts'
import { erasePerson } from '../kernel/vault/erase.ts'
import { authenticator } from '../server/authenticate.ts'
import { createHttpServer } from '../server/http/http-server.ts'
import { describeError } from '../server/http/log.ts'
import { createHttpMetrics } from '../server/http/metrics.ts'
import { findOperations } from '../server/operations.ts'
import { found, grantOf, nameOf, needles, outcomeOf as outcomeFor } from './canary/persons.ts'
import { freshDatabase, type TestDatabase } from './database.ts'
import { root } from './files.ts'
import { foundInstitution, freshKernel, makeOfficer, promote } from './kernel.ts'
import { contradictions, entryCounts } from './log.ts'

const { kernel, database, folder, clock } = await freshKernel([join(root, 'test/canary')])
const owner = await database.connect()
const restored = [await freshDatabase(), await freshDatabase()]
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const origin = 'log.test/alpha'
const visitor = await makeOfficer(kernel, operator, {
  username: 'visitor',
  roles: ['officer', 'grants.visitor'],
})
const token = await issueKey(kernel, operator, {
  label: 'terminal',
  roles: ['machine'],
  applicationId: undefined,
  expiresAt: new Date('2027-01-01'),
})

await kernel.db.transaction(institutionId, (tx) => tx.run(makeLog, [institutionId, origin, kernel.clock()]))

/** Everything that the server logged. */
const logged: Buffer[] = []
const sink = new Writable({
  write: (chunk: Buffer, _encoding, done) => {
    logged.push(Buffer.from(chunk))
    done()
  },
})
const app = createHttpServer({
  kernel,
  operations: await findOperations(),
  authenticate: authenticator(kernel, { isSecure: false }),
  metrics: createHttpMetrics({ process: true }),
  logger: pino({ level: 'trace', serializers: { err: describeError }, base: null }, sink),
})
after(() => app.close())

const period = { from: '2000-01-01', to: '2100-01-01' }
const grants = { applicationId: 'grants', ...period }
/** Who submits one by one, in a stream, in a table, in a file, and waits for a decision. */
const persons = { single: 200, streamed: 201, tabled: 202, imported: 203, waiting: 204 } as const
const key = 'the-key'

const headers = { authorization: `Bearer ${token}` }
const json = { ...headers, 'content-type': 'application/json' }
const submit = (body: string) =>
  app.inject({
    method: 'POST',
    url: '/v1/applications/grants/cases',
    headers: { ...json, 'idempotency-key': key },
    payload: body,
  })
const stream = (type: string, body: string) =>
  app.inject({
    method: 'POST',
    url: '/v1/applications/grants/cases/stream',
    headers: { ...headers, 'content-type': type },
    payload: body,
  })

/** What a table of grants holds: the columns that a table can have. */
const columns = [
  'grantNumber',
  'filedOn',
  'areaM2',
  'applicant.name',
  'applicant.cnic',
  'applicant.mobile',
] as const
const line = ({ grantNumber, filedOn, areaM2, applicant }: ReturnType<typeof grantOf>) =>
  [grantNumber, filedOn, areaM2, applicant.name, applicant.cnic, applicant.mobile].join(',')
const table = (...lines: readonly string[]) => `${columns.join(',')}\n${lines.join('\n')}\n`

const caseIdFor = (person: number) =>
  caseIdOf(kernel, operator, { applicationId: 'grants', reference: `GRANT-${person}` })
const single = JSON.stringify(grantOf(persons.single))

/** Every table of every schema as `copy` writes it, and what the server keeps of their values to plan by. */
async function dumpOf({ connect }: TestDatabase): Promise<Buffer> {
  const client = await connect()
  await client.query('analyze')
  const { rows } = await client.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind in ('r', 'p', 'm') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)' order by 1`,
  )
  const sources = [...rows.map(({ name }) => name), '(select * from pg_stats)']
  const parts: Buffer[] = []
  for (const source of sources) parts.push(await buffer(client.query(copyTo(`copy ${source} to stdout`))))
  return Buffer.concat(parts)
}

/** Every file of the data folder by its path in it. */
function files(): readonly { readonly path: string; readonly bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ path: path.slice(folder.length + 1), bytes: readFileSync(path) }))
}

/** A backup, put back into a database of its own. */
async function backedUp(name: string): Promise<TestDatabase> {
  const into = restored.pop()
  assert.ok(into)
  const destination = join(folder, name)
  const objectsFolder = join(folder, 'objects')
  await backup({
    cluster: database.cluster,
    objectsFolder,
    destination,
    productVersion: '0.1.0',
    now: clock.now,
  })
  const target = { cluster: into.cluster, objectsFolder: join(folder, `${name}-objects`) }
  await restore({ ...target, source: destination, applications: [] })
  return into
}

async function placeEntries(): Promise<void> {
  const round = await runRound({
    institutionId,
    origin,
    folder: new TileFolder(join(kernel.logFolder, institutionId)),
    transact: (work) => kernel.db.transaction(institutionId, work, { units: everywhere }),
    signer: await signerOf(kernel, { institutionId, origin }),
    clock: kernel.clock,
    onDamage: assert.fail,
  })
  assert.ok(round.added > 0)
}

/** The receipts of everything that was done about a case. */
async function receiptsFor(caseId: string): Promise<readonly string[]> {
  const { entries } = await receiptsOf(kernel, visitor, caseId)
  const indices = entries.map(({ entry, state }) => (state === 'ready' ? entry.entryIndex : null))
  return Promise.all(
    indices
      .filter((index) => index !== null)
      .map((entryIndex) => receiptOf(kernel, visitor, { caseId, entryIndex })),
  )
}

async function assertProven(receipts: readonly string[]): Promise<void> {
  const policy = await parsePolicy(await verifyingPolicy(kernel, institutionId))
  for (const receipt of receipts) {
    const { verdict } = await verifyReceipt(receipt, { policy })
    assert.equal(verdict, 'valid')
    assert.deepEqual(found(Buffer.from(receipt)), [])
  }
}

/** Nothing shows any person anywhere. The reference, in clear by declaration, shows that the search reaches what it should. */
async function assertNothingShows(backupName: string): Promise<void> {
  const dump = await dumpOf(database)
  assert.deepEqual(found(dump), [])
  assert.ok(dump.includes(`GRANT-${persons.single}`), 'the dump is not of these tables')
  const copy = await dumpOf(await backedUp(backupName))
  assert.deepEqual(found(copy), [])
  assert.ok(copy.includes(`GRANT-${persons.single}`), 'the backup is not of these tables')
  const kept = files()
  for (const { path, bytes } of kept)
    assert.deepEqual(found(Buffer.concat([Buffer.from(path), bytes])), [], path)
  for (const part of ['objects/', 'keys/', 'log/', backupName])
    assert.ok(
      kept.some(({ path }) => path.startsWith(part)),
      `no file of ${part}`,
    )
  const { body } = await app.inject({ url: '/metrics' })
  assert.match(body, /decisions\.submit/)
  assert.deepEqual(found(Buffer.from(body)), [])
  const lines = Buffer.concat(logged)
  assert.match(lines.toString(), /decisions\.submit[^\n]*422/)
  assert.deepEqual(found(lines), [])
}

test('each canary is found where it stands, also as hexadecimal and base64', () => {
  const text = JSON.stringify([grantOf(7), outcomeFor(7)])
  const written = `${text} +9239948201 ${grantOf(7).applicant.cnic.replaceAll('-', '')}`
  assert.deepEqual(found(Buffer.from(written)), needles)
  assert.deepEqual(found(Buffer.from(Buffer.from(written).toString('hex'))), needles)
  for (const before of ['', '1', '12'])
    assert.deepEqual(found(Buffer.from(Buffer.from(before + written).toString('base64'))), needles)
})

test('persons come in every way, are decided, reviewed, learned from, and what turns out is recorded', async () => {
  const history = Array.from({ length: 150 }, (_, person) => ({
    json: JSON.stringify(grantOf(person)),
    outcome: outcomeFor(person),
  }))
  const { applicationId } = grants
  const results = await intake(kernel, operator, {
    applicationId,
    source: 'sample',
    isDecided: false,
    submissions: [...history, { json: JSON.stringify(grantOf(persons.waiting)) }],
  })
  assert.ok(results.every(({ status }) => status === 'accepted'))
  const model = await trainModel(kernel, operator, { ...grants, modelName: 'need', seed: 1 })
  await promote(kernel, operator, { applicationId, digest: model.modelDigest })

  const first = await submit(single)
  assert.equal(first.statusCode, 201, first.body)
  assert.match(first.body, /Canary Name/, 'whoever submits is shown the reasons in full')
  assert.equal((await submit(single)).body, first.body)
  const bad = { ...grantOf(persons.single), filedOn: 'Canary day', areaM2: 'canary' }
  assert.equal((await submit(JSON.stringify(bad))).statusCode, 422)
  const url = '/v1/applications/grants/cases'
  for (const payload of ['{"canary":', JSON.stringify({ ...bad, canary: 1 }), '"canary"'])
    await app.inject({ method: 'POST', url, headers: json, payload })
  await app.inject({ url: '/v1/cases?application=canary&cursor=canary', headers })
  const lines = await stream(
    'application/x-ndjson',
    `${JSON.stringify(grantOf(persons.streamed))}\n{"canary\n`,
  )
  assert.match(lines.body, /"accepted"[\s\S]*"refused"/)
  const rows = await stream('text/csv', table(line(grantOf(persons.tabled)), 'canary'))
  assert.match(rows.body, /"accepted"[\s\S]*"refused"/)

  const application = kernel.applications.get('grants')?.application
  assert.ok(application)
  const text = table(
    line(grantOf(persons.imported)),
    line({ ...grantOf(205), filedOn: 'Canary day' }),
    'canary',
  )
  const state = await runImport(kernel, operator, {
    applicationId,
    mapping: flatMapping(application, new Set(columns)),
    sourceName: 'grants.csv',
    isDecided: true,
    open: async function* () {
      yield Buffer.from(text)
    },
  })
  assert.deepEqual([state.opened, state.refused], [1, 2])
  assert.match((await Array.fromAsync(refusedFile(kernel, operator, state))).join(''), /Canary day/)

  const backlog = await Array.fromAsync(decideBacklog(kernel, operator, grants))
  assert.equal(backlog.at(-1)?.decided, 151)
  const caseId = await caseIdFor(persons.single)
  const { row } = await getCase(kernel, visitor, caseId)
  const said = { recommendation: 'pay', reason: 'Canary words of the officer' }
  await completeReview(kernel, visitor, { caseId, version: row.version, ...said })
  const recorded = await app.inject({
    method: 'PUT',
    url: `/v1/cases/${caseId}/outcome`,
    headers: { ...json, 'if-match': `"${row.version + 1}"` },
    payload: JSON.stringify(outcomeFor(persons.single)),
  })
  assert.equal(recorded.statusCode, 200, recorded.body)
  const measured = await evaluationSet(kernel, operator, { ...grants, modelName: 'need', model })
  assert.deepEqual([measured.scores.length, measured.erased], [151, 0])
  await placeEntries()
})

test('nothing of them is anywhere in clear, and the log bears out every row', async () => {
  await assertNothingShows('before.tar')
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

test('after a person is erased nothing of theirs opens, and the others still do', async () => {
  const caseId = await caseIdFor(persons.single)
  const opened = async (person: number) => {
    const id = await caseIdFor(person)
    const [file, outcomes, reviews] = await Promise.all([
      getCase(kernel, visitor, id),
      outcomesOf(kernel, visitor, id),
      reviewsOf(kernel, visitor, id),
    ])
    const { secrets, erasedAt } = await reveal(kernel, visitor, {
      ...file,
      outcomes,
      reviews,
      purpose: 'review',
    })
    return { texts: [...secrets.values()].join(), isErased: erasedAt !== null }
  }
  const before = await opened(persons.single)
  for (const word of ['Canary Name200', 'Canary words', 'Canary seen 200', 'کنیری'])
    assert.ok(before.texts.includes(word), word)
  const entries = await entryCounts(owner, institutionId)
  const receipts = await receiptsFor(caseId)
  assert.equal(receipts.length, 3, 'of the decision, the review and the outcome')
  await assertProven(receipts)
  await erasePerson(kernel, operator, { name: nameOf(persons.single), ground: 'request' })
  assert.deepEqual(await opened(persons.single), { texts: '', isErased: true })
  assert.match((await opened(persons.streamed)).texts, /Canary Name201/)

  assert.equal((await submit(single)).json().code, 'idempotency.reply_erased')
  const again = await stream('application/x-ndjson', `${single}\n`)
  assert.match(again.body, /case\.reference_taken/)
  const outcome = { caseId, version: undefined, outcome: { finding: 'right', seen: 'Canary again' } }
  await assert.rejects(recordOutcome(kernel, operator, outcome), { code: 'case.person_erased' })
  await recordOutcome(kernel, operator, { ...outcome, outcome: { finding: 'right' } })
  const later = await entryCounts(owner, institutionId)
  assert.equal(later.get('person.erased'), 1)
  assert.equal(later.get('case.opened'), entries.get('case.opened'))
  await placeEntries()
  await assertProven([...receipts, ...(await receiptsFor(caseId))])
})

test('a job leaves the erased out and says how many', async () => {
  const measured = await evaluationSet(kernel, operator, { ...grants, modelName: 'need', model: undefined })
  assert.deepEqual([measured.scores.length, measured.erased], [150, 1])
  const { training } = await trainModel(kernel, operator, { ...grants, modelName: 'need', seed: 2 })
  assert.equal(JSON.parse(training).summary.erasedCases, 1)
})

test('after the erasure too nothing shows, and the log bears out every row', async () => {
  await assertNothingShows('after.tar')
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
