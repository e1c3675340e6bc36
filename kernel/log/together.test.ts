/** Rule 2 of the design: a change of state and its log entry commit together or not at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileOf, mapping } from '../../test/applications/permits/mapping.ts'
import { furnish } from '../../test/institution.ts'
import { freshKernel, permit, promote, submit, taken } from '../../test/kernel.ts'
import { createAccount } from '../access/access.ts'
import { issueKey, revokeKey } from '../access-keys/access-keys.ts'
import { breakGlass, reviewGlass } from '../break-glass/break-glass.ts'
import { sha256 } from '../canonical.ts'
import { decideBacklog } from '../decisions/backlog.ts'
import { intake } from '../decisions/intake.ts'
import { type ImportRequest, refusedFile, runImport } from '../imports/imports.ts'
import { foundInstitution } from '../institutions/institutions.ts'
import { modelsOf } from '../models/models.ts'
import { trainModel } from '../models/training.ts'
import { recordOutcome } from '../outcomes/outcomes.ts'
import { propose, proposeAlone, reject, withdraw } from '../proposals/proposals.ts'
import { registerApplication } from '../register/register.ts'
import { completeReview } from '../reviews/reviews.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const furnished = await furnish(kernel, 'alpha')
const { operator, clerk, cases } = furnished
await owner.query(`
  create function refuse_entries() returns trigger language plpgsql as
    $$begin raise exception 'the log is full'; end$$`)

/** Runs `work` while the log takes no entry of these kinds. */
async function withoutLog<T>(work: () => Promise<T>, kinds = '%'): Promise<T> {
  await owner.query(`
    create trigger refuse_entries before insert on log_pending for each row
    when (new.kind like '${kinds}') execute function refuse_entries()`)
  try {
    return await work()
  } finally {
    await owner.query('drop trigger refuse_entries on log_pending')
  }
}

/** A digest of every table of the kernel, so that no change anywhere goes unseen. */
async function everything(): Promise<Record<string, string>> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'kernel'::regnamespace and relkind = 'r' order by 1`,
  )
  const digests: Record<string, string> = {}
  for (const { name } of tables) {
    const { rows } = await owner.query<{ digest: string }>(
      `select md5(coalesce(string_agg(row::text, ',' order by row::text), '')) as digest from ${name} as row`,
    )
    digests[name] = rows[0]?.digest ?? ''
  }
  return digests
}

const { institutionId } = operator
const parcels = { applicationId: 'parcels', modelName: 'danger' }
const always = { from: '2000-01-01', to: '2100-01-01' }
const submission = { json: JSON.stringify(permit()) }
const of = { applicantCnic: '79999-1234567-1' }
// The key of whom a case is about commits before the case; theirs is there.
await submit(kernel, operator, 'permits', { ...permit(), ...of })
const [sealed] = await submit(kernel, operator, 'permits', { ...permit({ answer: 'check' }), ...of })
const { finishedImport, duties } = furnished
const [owning, supervisor, auditor, , engineer] = duties.people.map(({ actor }) => actor)
const [proposalId = ''] = duties.proposalIds
const [withdrawableId = ''] = duties.withdrawableIds
if (!owning || !supervisor || !auditor || !engineer) throw new Error('an institution has people')
const reason = 'The log is to take this as well, or nothing.'

/** Everything that changes a state, each in one call. */
const changes: Readonly<Record<string, () => Promise<unknown>>> = {
  'founding an institution': () =>
    foundInstitution(kernel, operator, { slug: 'gamma', title: { en: 'Gamma', ur: 'گاما' } }),
  'opening an account': () =>
    createAccount(kernel, operator, { username: 'newcomer', password: 'p', roles: [], language: 'ur' }),
  'issuing a key': () =>
    issueKey(kernel, operator, {
      label: 'new',
      roles: [],
      applicationId: undefined,
      expiresAt: new Date(clock.now.getTime() + 1),
    }),
  'revoking a key': () => revokeKey(kernel, operator, duties.keyId),
  proposing: () => propose(kernel, owning, duties.proposal),
  'letting a proposal through alone': () => proposeAlone(kernel, operator, { ...duties.proposal, reason }),
  'rejecting a proposal': () => reject(kernel, supervisor, { proposalId, reason }),
  'withdrawing a proposal': () => withdraw(kernel, owning, withdrawableId),
  'breaking the glass': () => breakGlass(kernel, engineer, { role: 'officer', minutes: 5, reason }),
  'reviewing a break-glass': () => reviewGlass(kernel, auditor, { glassId: duties.glassId, finding: reason }),
  'registering an application': () => registerApplication(kernel, operator, 'permits'),
  'training a model': () => trainModel(kernel, operator, { ...parcels, ...always, seed: 77 }),
  'opening cases': () =>
    intake(kernel, operator, {
      applicationId: 'permits',
      source: 'api',
      isDecided: false,
      submissions: [{ json: JSON.stringify(permit()) }],
    }),
  'deciding cases': () => submit(kernel, operator, 'permits', permit(), permit({ answer: 'check' })),
  'deciding sealed cases': () => submit(kernel, operator, 'permits', { ...permit(), ...of }),
  'completing a review of a sealed case': () =>
    completeReview(kernel, clerk, {
      caseId: taken(sealed).caseId,
      version: 1,
      recommendation: 'grant',
      reason: 'Known.',
    }),
  'recording a sealed outcome': () =>
    recordOutcome(kernel, operator, {
      caseId: taken(sealed).caseId,
      version: undefined,
      outcome: { finding: 'wrong', witness: 'Somebody' },
    }),
  'opening refused rows': () => Array.fromAsync(refusedFile(kernel, operator, finishedImport)),
  'deciding a single case': () =>
    kernel.singles.submit(kernel, operator, {
      applicationId: 'permits',
      source: 'api',
      submission,
      idempotency: { key: 'full', requestDigest: sha256('r') },
      replyOf: () => ({ status: 201, body: '{}' }),
    }),
  'deciding the backlog': () =>
    Array.fromAsync(decideBacklog(kernel, operator, { applicationId: 'permits', ...always })),
  'completing a review': () =>
    completeReview(kernel, clerk, {
      caseId: cases.inReview,
      version: 1,
      recommendation: 'check',
      reason: 'Yes.',
    }),
  'recording an outcome': () =>
    recordOutcome(kernel, operator, {
      caseId: cases.decided,
      version: undefined,
      outcome: { finding: 'wrong' },
    }),
}

for (const [what, change] of Object.entries(changes))
  test(`${what} leaves nothing where the log takes no entry, and works where it does`, async () => {
    const before = await everything()
    await assert.rejects(withoutLog(change), /the log is full/)
    assert.deepEqual(await everything(), before)
    await change()
    assert.notDeepEqual(await everything(), before)
  })

test('a promotion leaves nothing where the log takes no entry', async () => {
  await trainModel(kernel, operator, { ...parcels, ...always, seed: 78 })
  const [draft] = (await modelsOf(kernel, operator, 'parcels')).filter(({ state }) => state === 'draft')
  const change = () =>
    promote(kernel, operator, { applicationId: 'parcels', digest: draft?.modelDigest ?? sha256('') })
  const before = await everything()
  await assert.rejects(withoutLog(change), /the log is full/)
  assert.deepEqual(await everything(), before)
  assert.equal((await change()).state, 'approved')
})

test('a batch of an import and its end each wait for the log, and the next run goes on', async () => {
  const file = fileOf([{ number: 'TOGETHER-1', finding: 'right' }, { number: 'TOGETHER-2' }])
  const request: ImportRequest = {
    applicationId: 'permits',
    mapping,
    sourceName: 'permits.csv',
    isDecided: true,
    open: async function* () {
      yield Buffer.from(file)
    },
  }
  const run = () => runImport(kernel, operator, request)
  const state = async () => {
    const { rows } = await owner.query(
      'select state, records::int from imports where institution_id = $1 and source_digest = $2',
      [institutionId, sha256(file)],
    )
    return rows
  }
  await assert.rejects(withoutLog(run), /the log is full/)
  assert.deepEqual(await state(), [{ state: 'running', records: 0 }])
  await assert.rejects(withoutLog(run, 'import.finished'), /the log is full/)
  assert.deepEqual(await state(), [{ state: 'running', records: 2 }])
  assert.equal((await run()).state, 'finished')
})
