/** Pages of models: where they come from and how good they were. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { evaluateModel } from '../../kernel/models/evaluations.ts'
import { type ModelRow, modelsOf } from '../../kernel/models/models.ts'
import { furnishModels } from '../../test/institution-models.ts'
import { foundInstitution, freshKernel, makeOfficer, trainLive } from '../../test/kernel.ts'
import { createHttpServer } from '../http/http-server.ts'
import { addressOfModel } from './models.ts'
import { pages } from './pages.ts'
import { Browser } from './sample/browser.ts'

const { kernel } = await freshKernel()
const operator = await foundInstitution(kernel, 'lahore')
const elsewhere = await foundInstitution(kernel, 'multan')
for (const institution of [operator, elsewhere])
  await makeOfficer(kernel, institution, { username: 'auditor', roles: ['auditor'] })
await makeOfficer(kernel, operator, { username: 'clerk', roles: ['officer'] })
await trainLive(kernel, operator, { applicationId: 'parcels', modelName: 'danger', count: 300 })
await trainLive(kernel, elsewhere, { applicationId: 'parcels', modelName: 'danger', seed: 9 })
await furnishModels(kernel, operator)
const models = await modelsOf(kernel, operator, 'parcels')
const app = createHttpServer({
  kernel,
  operations: [],
  authenticate: () => undefined,
  pages: pages({ kernel, isSecure: false }),
})
after(() => app.close())

async function signedIn(username: string, language: 'en' | 'ur' = 'en', { institutionId } = operator) {
  const browser = new Browser(app, language)
  const sent = { institution: institutionId, username, password: `${username} password` }
  assert.equal((await browser.send('/sign-in', sent)).status, 303)
  return browser
}

const auditor = await signedIn('auditor')
const urdu = await signedIn('auditor', 'ur')

function modelThat(is: (row: ModelRow) => boolean): ModelRow {
  const found = models.find(is)
  assert.ok(found)
  return found
}
const live = modelThat(({ state }) => state === 'live')
const taken = modelThat(({ origin }) => origin === 'imported')

test('models are listed with state and origin, for whoever may read them', async () => {
  const { status, body } = await auditor.open('/models')
  assert.equal(status, 200)
  assert.match(body, /<span class="tag good">Live<\/span>/)
  assert.match(body, /Taken in/)
  assert.ok(body.includes(`href="${addressOfModel(live)}"`))
  const other = (await urdu.open('/models')).body
  for (const word of [/>فعال</, /باہر سے لیا گیا/]) assert.match(other, word)
  assert.equal((await (await signedIn('clerk')).open('/models')).status, 403)
})

test('a model shows what it learned from, and each chart beside a table of its figures, in both languages', async () => {
  const { status, body } = await auditor.open(addressOfModel(live))
  assert.equal(status, 200, body)
  for (const id of ['facts', 'measured', 'reliability', 'capacity', 'importance', 'drift'])
    assert.match(body, new RegExp(`<h2 id="${id}">`), id)
  assert.equal([...body.matchAll(/<svg class="chart"/g)].length, 2)
  assert.match(body, /role="img" aria-label="Does the score mean what it says\?"/)
  assert.match(body, /pages\/charts-[0-9a-f]{16}\.css/)
  assert.match(body, /among those that the model learned from/)
  assert.match(body, /<bdi class="latin">Contents<\/bdi>/)
  assert.doesNotMatch(body, /NaN|undefined|style="|<script/)
  const other = (await urdu.open(addressOfModel(live))).body
  assert.match(other, /کیا اسکور وہی بتاتا ہے جو کہتا ہے؟/)
  assert.match(other, /سامان/)
  // A chart reads from left to right there too.
  assert.match(other, /<svg class="chart"[^>]* direction="ltr"/)
})

test('a model that nobody measured says how it is measured', async () => {
  const { body } = await auditor.open(addressOfModel(taken))
  assert.match(body, /Nobody has measured this model yet/)
  assert.ok(body.includes('khudi model evaluate parcels --model'))
  assert.match(body, /Digest of the file taken in/)
  assert.match(body, /lightgbm/)
})

test('the latest measurement is shown, and those before are a link away', async () => {
  const period = { from: '2026-01-20', to: '2026-01-25' }
  await evaluateModel(kernel, operator, { model: taken, ...period, seed: 1 })
  await evaluateModel(kernel, operator, { model: taken, from: '2026-01-10', to: '2026-01-19', seed: 1 })
  const { body } = await auditor.open(addressOfModel(taken))
  assert.match(body, /10 Jan 2026 to 19 Jan 2026/)
  assert.match(body, /It is not known which cases this model learned from/)
  const [, link = ''] = /href="(\/models\/[^"]*\?evaluation=[^"]*)"/.exec(body) ?? []
  assert.match((await auditor.open(link)).body, /cases of 20 Jan 2026 to 25 Jan 2026/)
})

test('a digest that no model has, or too little of one, or one of another institution, shows nothing', async () => {
  const foreign = await signedIn('auditor', 'en', elsewhere)
  assert.equal((await foreign.open(addressOfModel(live))).status, 404)
  const digest = addressOfModel(live).slice(-12)
  for (const address of [
    '/models/parcels/000000000000',
    `/models/parcels/${digest.slice(0, 6)}`,
    `/models/permits/${digest}`,
    `/models/nowhere/${digest}`,
  ])
    assert.equal((await auditor.open(address)).status, 404, address)
})
