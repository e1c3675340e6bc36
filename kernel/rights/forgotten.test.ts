/** What retention or a correction took out is nowhere any more: not in a table, not in a backup made later, not in a lesson. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { freshDatabase } from '../../test/database.ts'
import {
  decided,
  foundInstitution,
  freshFolder,
  freshKernel,
  makeOfficer,
  permit,
} from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { backup } from '../backup/backup.ts'
import { restore } from '../backup/restore.ts'
import { getCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { outcomesOf, recordOutcome } from '../outcomes/outcomes.ts'
import { completeReview, reviewsOf } from '../reviews/reviews.ts'
import { findHolder } from '../vault/vault.ts'
import { runRetention, setRetention } from './retention.ts'

const { kernel, database, objectsFolder, clock } = await freshKernel()
const owner = await database.connect()
const copies = [await freshDatabase(), await freshDatabase()]
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const clerk = await makeOfficer(kernel, operator, { username: 'clerk', roles: ['officer', 'permits.clerk'] })
const law = { en: 'Act of the tests', ur: 'ٹیسٹوں کا ایکٹ' }
const cnic = '3520279999991'

/** A permit of the person, reviewed and found out about, with something sealed in every part. */
async function whole(filedOn: string) {
  const about = { applicantCnic: cnic, applicantName: `Canary of ${filedOn}`, answer: 'check', filedOn }
  const { caseId } = await decided(kernel, operator, 'permits', permit(about))
  const words = { recommendation: 'grant', reason: `Canary words of ${filedOn}` }
  const { version } = await completeReview(kernel, clerk, { caseId, version: 1, ...words })
  const outcome = { finding: 'right', witness: `Canary witness of ${filedOn}` }
  await recordOutcome(kernel, operator, { caseId, version, outcome })
  return caseId
}

async function fileOf(caseId: string) {
  const file = await getCase(kernel, operator, caseId)
  const [outcomes, reviews] = await Promise.all([
    outcomesOf(kernel, operator, caseId),
    reviewsOf(kernel, operator, caseId),
  ])
  return { ...file, outcomes, reviews }
}

/** Every sealed text of a case, as it lies in the database. */
async function sealedOf(caseId: string): Promise<readonly string[]> {
  const { row, decision, outcomes, reviews } = await fileOf(caseId)
  const texts = [
    row.sealed,
    decision?.sealed,
    ...outcomes.map((one) => one.sealed),
    ...reviews.map((one) => one.sealed),
  ]
  return texts.flatMap((bytes) => (bytes ? [Buffer.from(bytes).toString('hex')] : []))
}

/** Every row of what was backed up, once it is put back into a database of its own. */
async function backedUp(name: string): Promise<string> {
  const into = copies.pop()
  assert.ok(into)
  const folder = freshFolder('backup')
  const destination = join(folder, name)
  const { cluster } = database
  await backup({ cluster, objectsFolder, destination, productVersion: '0.1.0', now: clock.now })
  const target = { cluster: into.cluster, objectsFolder: join(folder, 'objects') }
  await restore({ ...target, source: destination, applications: [] })
  const { rows } = await (await into.connect()).query<{ text: string }>(
    `select string_agg(row::text, ' ') as text from (
       select cases::text as row from cases union all select decisions::text from decisions
       union all select outcomes::text from outcomes union all select reviews::text from reviews
     ) as rows`,
  )
  return rows[0]?.text ?? ''
}

const old = await whole('2010-01-01')
const young = await whole('2025-01-01')
const gone = await sealedOf(old)
const kept = await sealedOf(young)
const before = await backedUp('before.tar')
await setRetention(kernel, operator, { classification: 'personal', years: 5, law, after: 'anonymise' })
const done = (await Array.fromAsync(runRetention(kernel, operator))).at(-1)
const later = await backedUp('after.tar')

test('the sealed parts of a case that is past its time are in no backup made later, and those of the others are', () => {
  assert.deepEqual([gone.length, kept.length, done?.cases, done?.texts, done?.persons], [4, 4, 1, 4, 0])
  for (const text of [...gone, ...kept]) assert.ok(before.includes(text), 'the search reaches what it should')
  for (const text of kept) assert.ok(later.includes(text))
  for (const text of gone) assert.ok(!later.includes(text))
})

test('the person keeps their key for what is kept of them, and that still opens', async () => {
  assert.notEqual(await findHolder(kernel, institutionId, `cnic:${cnic}`), undefined)
  const { secrets } = await reveal(kernel, clerk, { ...(await fileOf(young)), purpose: 'review' })
  assert.match([...secrets.values()].join(), /Canary words[\s\S]*|Canary witness/)
})

test('a case that lost its sealed part says so, and takes nothing sealed any more', async () => {
  const file = await fileOf(old)
  const shown = await reveal(kernel, clerk, { ...file, purpose: 'review' })
  assert.deepEqual([shown.secrets.size, shown.erasedAt], [0, clock.now])
  const outcome = { finding: 'right', witness: 'Canary again' }
  const late = recordOutcome(kernel, operator, { caseId: old, version: undefined, outcome })
  await assert.rejects(late, { code: 'case.person_erased' })
  await recordOutcome(kernel, operator, { caseId: old, version: undefined, outcome: { finding: 'wrong' } })
})

test('the log bears out every row, of the one and of the other', async () => {
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
