import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { parsePolicy, verifyReceipt } from '@khudi/sdk/verify'
import { extract } from 'tar-stream'
import { exportPages } from '../../server/pages/export-pages.ts'
import { root } from '../../test/files.ts'
import { decided, foundInstitution, freshKernel, makeOfficer, submit } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { holdLog } from '../../test/signed-log.ts'
import { runRound } from '../log/round.ts'
import { recordOutcome } from '../outcomes/outcomes.ts'
import { completeReview } from '../reviews/reviews.ts'
import { erasePerson } from './erase.ts'
import { exportPerson } from './export.ts'

const { kernel, database } = await freshKernel([join(root, 'test/people')])
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const examiner = await makeOfficer(kernel, operator, {
  username: 'examiner',
  roles: ['officer', 'pensions.examiner'],
})
const pages = exportPages(kernel)

function claim(claimNumber: string, cnic: string) {
  const pensioner = { cnic, name: `Pensioner ${cnic} <b>`, phone: '0300-1234567' }
  return { claimNumber, filedOn: '2020-01-31', grade: 'full', pensioner, illness: `asthma of ${cnic}` }
}

async function membersOf(archive: AsyncIterable<Uint8Array>): Promise<ReadonlyMap<string, string>> {
  const members = new Map<string, string>()
  const reading = extract()
  const read = async () => {
    for await (const entry of reading) members.set(entry.header.name, (await buffer(entry)).toString())
  }
  await Promise.all([pipeline(Readable.from(archive), reading), read()])
  return members
}

const exported = async (cnic: string, actor = operator) =>
  membersOf(await exportPerson(kernel, actor, { name: `cnic:${cnic}`, purpose: 'subject_request', pages }))

test('everything held on a person is in the archive, in JSON and for people, and nothing of anybody else', async () => {
  const [mine, other] = ['3520270000011', '3520270000021']
  const half = { ...claim('MINE-1', mine), grade: 'half' }
  const { caseId, version } = await decided(kernel, operator, 'pensions', half)
  await submit(kernel, operator, 'pensions', claim('OTHER-1', other), claim('MINE-2', mine))
  const reason = 'Papers of the pensioner are complete.'
  await completeReview(kernel, examiner, { caseId, version, recommendation: 'grant', reason })
  const outcome = { paid: 'yes', remark: 'Paid to the widow.' }
  await recordOutcome(kernel, operator, { caseId, version: undefined, outcome })
  const members = await exported(mine)
  const names = [...members.keys()]
  assert.equal(names[0], 'index.html')
  assert.equal(names.filter((name) => /^cases\/pensions\/[0-9a-f-]{36}\.json$/.test(name)).length, 2)
  const one = JSON.parse(members.get(`cases/pensions/${caseId}.json`) ?? '')
  assert.equal(one.submitted.pensioner.cnic, mine)
  assert.equal(one.submitted.illness, `asthma of ${mine}`)
  assert.deepEqual(
    [one.decision.recommendation, one.decision.reasons[0].value],
    ['look', `asthma of ${mine}`],
  )
  assert.deepEqual([one.reviews[0].reason, one.outcomes[0].said], [reason, outcome])
  assert.deepEqual(
    one.log.map(({ kind }: { readonly kind: string }) => kind),
    ['case.opened', 'decision.made', 'review.completed', 'outcome.recorded'],
  )
  const page = members.get('cases-0001.html') ?? ''
  for (const text of [
    'Full pension',
    'پوری پنشن',
    'The illness named is',
    'MINE-2',
    reason,
    'Paid to the widow.',
    `Pensioner ${mine} &lt;b&gt;`,
  ])
    assert.ok(page.includes(text), text)
  const [read] = JSON.parse(members.get('reads-0001.json') ?? '')
  assert.deepEqual(
    [read.purpose, read.role, read.cases, read.case],
    ['subject_request', 'data_protection_officer', 2, null],
  )
  const all = [...members.values()].join('\n')
  for (const foreign of [other, 'OTHER-1', examiner.accountId, 'examiner<'])
    assert.ok(!all.includes(foreign), foreign)
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

test('the read is in the log before anything is opened, whether or not the archive is taken', async () => {
  const cnic = '3520270000031'
  await submit(kernel, operator, 'pensions', claim('UNTAKEN-1', cnic))
  const count = async () =>
    (
      await owner.query(`select from log_all where kind = 'access.read' and institution_id = $1`, [
        institutionId,
      ])
    ).rowCount
  const before = (await count()) ?? 0
  await exportPerson(kernel, operator, { name: `cnic:${cnic}`, purpose: 'subject_request', pages })
  assert.equal(await count(), before + 1)
})

test('many cases go by in pages', async () => {
  const cnic = '3520270000041'
  const claims = Array.from({ length: 230 }, (_, index) => claim(`MANY-${index}`, cnic))
  await submit(kernel, operator, 'pensions', ...claims)
  const members = await exported(cnic)
  assert.deepEqual(
    [...members.keys()].filter((name) => name.startsWith('cases-')),
    ['cases-0001.html', 'cases-0002.html', 'cases-0003.html'],
  )
  assert.equal([...members.keys()].filter((name) => name.startsWith('cases/')).length, 230)
  for (const { claimNumber } of claims)
    assert.ok(
      [...members].some(([name, text]) => name.startsWith('cases-') && text.includes(`>${claimNumber}<`)),
    )
})

test('an archive breaks off where the person is erased while it is being taken', async () => {
  const cnic = '3520270000051'
  await submit(
    kernel,
    operator,
    'pensions',
    ...Array.from({ length: 40 }, (_, index) => claim(`GONE-${index}`, cnic)),
  )
  const archive = await exportPerson(kernel, operator, {
    name: `cnic:${cnic}`,
    purpose: 'subject_request',
    pages,
  })
  const { holderId } = await erasePerson(kernel, operator, { name: `cnic:${cnic}`, ground: 'request' })
  await assert.rejects(membersOf(archive), { code: 'vault.person_erased' })
  await assert.rejects(exported(cnic), { code: 'vault.person_unknown' })
  const byId = (holderId: string) =>
    exportPerson(kernel, operator, { holderId, purpose: 'subject_request', pages })
  await assert.rejects(byId(holderId), { code: 'vault.person_erased' })
  await assert.rejects(byId(randomUUID()), { code: 'vault.person_unknown' })
})

test('whoever holds no such scope exports nobody', async () => {
  const cnic = '3520270000061'
  await submit(kernel, operator, 'pensions', claim('SCOPE-1', cnic))
  await assert.rejects(exported(cnic, examiner), { code: 'vault.purpose_forbidden' })
})

test('receipts are in the archive, and verify by the policy beside them', async () => {
  const held = await holdLog(kernel, institutionId, 'alpha')
  const mine = '3520270000099'
  const { caseId } = await decided(kernel, operator, 'pensions', claim('PROVEN-1', mine))
  await runRound(held)
  const members = await exported(mine)
  const policy = await parsePolicy(members.get('receipts/policy.txt') ?? '')
  const [name = ''] = [...members.keys()].filter((one) => one.endsWith('.tlog-proof'))
  assert.match(name, new RegExp(`^receipts/pensions/${caseId}-\\d+\\.tlog-proof$`))
  const result = await verifyReceipt(members.get(name) ?? '', { policy })
  assert.ok(result.verdict === 'valid')
  assert.deepEqual([result.facts.caseId, result.facts.said], [caseId, 'grant'])
})
