import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { claim, enqueue, fail, findJobs } from '../../kernel/jobs/jobs.ts'
import { freshDatabase } from '../../test/database.ts'
import { openOffice } from './sample/office.ts'

const office = await openOffice(await freshDatabase())
const database = await freshDatabase()
const broken = await openOffice(database)

async function failedJob(): Promise<string> {
  const { kernel, institution } = office
  const { institutionId } = institution
  await kernel.db.transaction(institutionId, (tx) =>
    enqueue(tx, kernel.clock(), { kind: 'sweep', payload: {}, maxAttempts: 1 }),
  )
  const job = await claim(kernel, institutionId, ['sweep'])
  assert.ok(job)
  await fail(kernel, institutionId, { job: job, reason: 'the disk is <full>' })
  return job.jobId
}

test('a failed job is shown with what went wrong and can be tried again, once', async () => {
  const jobId = await failedJob()
  const engineer = await office.signedIn('engineer')
  const page = await engineer.open('/jobs')
  assert.match(page.body, /the disk is &lt;full&gt;/)
  const sent = await engineer.send(`/jobs/${jobId}/requeue`, {})
  assert.match((await engineer.follow(sent)).body, /The job has been queued again/)
  const again = await engineer.send(`/jobs/${jobId}/requeue`, {})
  assert.equal(again.status, 409)
  assert.match(again.body, /The job is not among the failed ones/)
  const actor = {
    ...office.institution,
    name: 'operator:test',
    accountId: undefined,
    roles: [],
    applicationId: undefined,
  }
  const jobs = await findJobs(office.kernel, actor, { state: 'queued', after: undefined, size: 9 })
  assert.deepEqual(
    jobs.map((job) => job.jobId),
    [jobId],
  )
})

test('who may only look at failed jobs gets no button', async () => {
  await failedJob()
  const administrator = await office.signedIn('administrator')
  assert.doesNotMatch((await administrator.open('/jobs')).body, /Try again/)
})

test('a form that could not be handled now is kept on the page that says so', async () => {
  const caseId = await broken.openCase()
  const amna = await broken.signedIn('amna', 'ur')
  await amna.open(`/cases/${caseId}`)
  await database.close()
  const failed = await amna.send(`/cases/${caseId}/review`, {
    recommendation: 'grant',
    reason: 'دیکھا',
    _version: '1',
  })
  assert.ok(failed.status >= 500)
  assert.match(failed.body, /<html lang="ur" dir="rtl">/)
  assert.match(failed.body, /آپ کا لکھا ہوا اس صفحے پر محفوظ ہے/)
  assert.match(failed.body, new RegExp(`action="/cases/${caseId}/review"`))
  assert.match(failed.body, /name="reason" value="دیکھا"/)
  assert.match(failed.body, /name="_check" value="1"/)
})

test('a form larger than any of ours is refused in words', async () => {
  const amna = await office.signedIn('amna')
  const sent = await amna.send('/cases/new/permits', { remarks: 'x'.repeat(300_000) })
  assert.equal(sent.status, 413)
  assert.match(sent.body, /<h1>The body is larger than 262144 bytes<\/h1>/)
})
