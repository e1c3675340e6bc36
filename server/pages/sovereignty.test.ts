/** The page of the eleven checks, and what Prometheus is told of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Registry } from 'prom-client'
import { checklist } from '../../kernel/sovereignty/checklist.ts'
import { freshDatabase } from '../../test/database.ts'
import { SovereigntyWatch } from '../sovereignty/watch.ts'
import { openOffice } from './sample/office.ts'

const database = await freshDatabase()
const registry = new Registry()
const enginesFolder = fileURLToPath(new URL('../../engines', import.meta.url))
let watch: SovereigntyWatch | undefined
const office = await openOffice(database, (kernel, folder) => {
  const { cluster } = database
  const platform = { kernel, database: { cluster }, settings: { folder, enginesFolder } }
  watch = new SovereigntyWatch({ platform, logger: { warn: () => undefined }, registry })
  return watch
})

test('before anybody looked the page says so', async () => {
  const auditor = await office.signedIn('auditor')
  const { status, body } = await auditor.open('/sovereignty')
  assert.equal(status, 200)
  assert.match(body, /Nobody has looked yet/)
})

test('whoever may read about backends looks, and sees each check with its evidence, in both languages', async () => {
  const auditor = await office.signedIn('auditor')
  await auditor.open('/sovereignty')
  const looked = await auditor.send('/sovereignty/look', {})
  assert.equal(looked.status, 303, looked.body)
  assert.match((await auditor.follow(looked)).body, /being made/)
  await watch?.look(office.institution.institutionId)
  const { body } = await auditor.follow(looked)
  for (const { title, id } of checklist) {
    assert.ok(body.includes(`id="${id}"`), id)
    assert.ok(body.includes(title.en), title.en)
  }
  const urdu = await (await office.signedIn('auditor', 'ur')).open('/sovereignty')
  for (const { title } of checklist) assert.ok(urdu.body.includes(title.ur), title.ur)
  // What only a run of the suite shows was not shown here.
  assert.match(body, /id="alone"[\s\S]*?Not shown yet[\s\S]*?What to do/)
  assert.match(body, /id="moves_whole"[\s\S]*?Fulfilled/)
})

test('the metric tells the same', async () => {
  const metrics = await registry.metrics()
  assert.match(metrics, /khudi_sovereignty_check\{institution="lahore",check="alone",state="not_yet"\} 1/)
  assert.match(metrics, /khudi_sovereignty_check\{institution="lahore",check="moves_whole",state="green"\} 1/)
  assert.match(metrics, /khudi_sovereignty_check\{institution="lahore",check="moves_whole",state="red"\} 0/)
})

test('an officer who has nothing to do with backends is refused', async () => {
  const clerk = await office.signedIn('clerk')
  assert.equal((await clerk.open('/sovereignty')).status, 403)
})
