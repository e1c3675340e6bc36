/** Proposals, break-glass and keys as people see them. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Actor } from '../../kernel/access/roles.ts'
import { keyIdOf, keysOf } from '../../kernel/access-keys/access-keys.ts'
import { modelsOf } from '../../kernel/models/models.ts'
import { promotionOf } from '../../kernel/models/promotion.ts'
import { trainModel } from '../../kernel/models/training.ts'
import { propose, proposeAlone } from '../../kernel/proposals/proposals.ts'
import { foundInstitution, freshKernel, makeOfficer, trainLive } from '../../test/kernel.ts'
import { createHttpServer } from '../http/http-server.ts'
import { pages } from './pages.ts'
import { Browser } from './sample/browser.ts'

const { kernel, clock } = await freshKernel()
const operator = await foundInstitution(kernel, 'lahore')
const roles = [
  'model_owner',
  'supervisor',
  'auditor',
  'administrator',
  'engineer',
  'officer',
  'data_protection_officer',
] as const
const people = new Map<string, Actor>()
for (const role of roles)
  people.set(
    role,
    await makeOfficer(kernel, operator, { username: role.replaceAll('_', '-'), roles: [role] }),
  )
await trainLive(kernel, operator, { applicationId: 'parcels', modelName: 'danger' })
const app = createHttpServer({
  kernel,
  operations: [],
  authenticate: () => undefined,
  pages: pages({ kernel, isSecure: false }),
})
after(() => app.close())

async function signedIn(role: (typeof roles)[number], language: 'en' | 'ur' = 'en'): Promise<Browser> {
  const browser = new Browser(app, language)
  const username = role.replaceAll('_', '-')
  const { status } = await browser.send('/sign-in', { username, password: `${username} password` })
  assert.equal(status, 303)
  return browser
}

function person(role: (typeof roles)[number]): Actor {
  const found = people.get(role)
  assert.ok(found !== undefined)
  return found
}

let seed = 100
/** A draft that the model owner proposes to make live. */
async function proposed(): Promise<string> {
  seed += 1
  const period = { from: '2000-01-01', to: '2100-01-01' }
  const wanted = { applicationId: 'parcels', modelName: 'danger', ...period, seed }
  const { modelDigest: digest } = await trainModel(kernel, operator, wanted)
  const owner = person('model_owner')
  const given = await promotionOf(kernel, owner, { applicationId: 'parcels', digest })
  return (await propose(kernel, owner, given)).proposalId
}

test('a proposal waits for whoever may approve it, and nobody else is offered to', async () => {
  const proposalId = await proposed()
  const approver = await signedIn('supervisor')
  assert.match((await approver.open('/proposals')).body, /Waiting for you[\s\S]*becomes the live/)
  assert.match((await approver.open(`/proposals/${proposalId}`)).body, /Approve, and do it/)
  const owner = await signedIn('model_owner')
  const own = (await owner.open(`/proposals/${proposalId}`)).body
  assert.match(own, /This proposal is your own/)
  assert.doesNotMatch(own, /Approve, and do it/)
  const watcher = (await (await signedIn('auditor')).open(`/proposals/${proposalId}`)).body
  assert.doesNotMatch(watcher, /<form method="post" action="\/proposals/)
  const officer = await signedIn('officer')
  assert.equal((await officer.open('/proposals')).status, 403)
})

test('approving on the page makes the model live; approving one’s own is refused, whatever was sent', async () => {
  const proposalId = await proposed()
  const owner = await signedIn('model_owner')
  await owner.open(`/proposals/${proposalId}`)
  const own = await owner.send(`/proposals/${proposalId}/approve`, {})
  assert.equal(own.status, 403)
  assert.match(own.body, /This proposal is your own/)
  const approver = await signedIn('supervisor')
  await approver.open(`/proposals/${proposalId}`)
  const sent = await approver.send(`/proposals/${proposalId}/approve`, {})
  assert.equal(sent.status, 303)
  assert.match((await approver.follow(sent)).body, /Approved, and done/)
  assert.equal(
    (await modelsOf(kernel, operator, 'parcels')).filter(({ state }) => state === 'live').length,
    1,
  )
})

test('rejecting asks for a reason, and the reason is shown', async () => {
  const proposalId = await proposed()
  const approver = await signedIn('supervisor')
  await approver.open(`/proposals/${proposalId}`)
  const empty = await approver.send(`/proposals/${proposalId}/reject`, { reason: ' ' })
  assert.equal(empty.status, 422)
  const sent = await approver.send(`/proposals/${proposalId}/reject`, { reason: 'Worse in <winter>.' })
  assert.match((await approver.follow(sent)).body, /Worse in &lt;winter&gt;\./)
})

test('break-glass is on every page of those who watch, until an auditor has reviewed it', async () => {
  const engineer = await signedIn('engineer')
  await engineer.open('/glass')
  const short = await engineer.send('/glass/break', { role: 'officer', minutes: '30', reason: 'Emergency' })
  assert.equal(short.status, 422)
  assert.match(short.body, />Emergency<\/textarea>/)
  const reason = 'The clerk fell ill and a permit must be out tonight.'
  const sent = await engineer.send('/glass/break', { role: 'officer', minutes: '30', reason })
  assert.equal(sent.status, 303)
  assert.match((await engineer.open('/cases')).body, /You act under break-glass as <b>Officer<\/b>/)
  const auditor = await signedIn('auditor')
  for (const role of ['auditor', 'data_protection_officer', 'administrator'] as const)
    assert.match((await (await signedIn(role)).open('/')).body, /Break-glass that no auditor has reviewed/)
  for (const role of ['supervisor', 'officer'] as const)
    assert.doesNotMatch((await (await signedIn(role)).open('/')).body, /no auditor has reviewed/)
  const page = (await auditor.open('/glass')).body
  assert.match(page, new RegExp(reason))
  const action = /action="(\/glass\/[0-9a-f-]+\/review)"/.exec(page)?.[1] ?? ''
  assert.equal((await auditor.send(action, { finding: 'It was so.' })).status, 303)
  assert.doesNotMatch((await auditor.open('/')).body, /no auditor has reviewed/)
  clock.advance(30 * 60_000)
  const over = await engineer.open('/cases')
  assert.equal(over.status, 403)
  assert.doesNotMatch(over.body, /You act under break-glass/)
})

test('an approval without a second person says so to everybody who looks at it', async () => {
  const models = await modelsOf(kernel, operator, 'parcels')
  const digest = models.find(({ state }) => state !== 'live')?.modelDigest
  assert.ok(digest !== undefined)
  const given = await promotionOf(kernel, operator, { applicationId: 'parcels', digest })
  const { proposalId } = await proposeAlone(kernel, operator, {
    ...given,
    reason: 'Nobody else is at work today.',
  })
  const auditor = await signedIn('auditor')
  assert.match((await auditor.open(`/proposals/${proposalId}`)).body, /Nobody approved this/)
  assert.match(
    (await auditor.open('/glass')).body,
    /Place of the second person[\s\S]*Nobody else is at work today/,
  )
})

test('a key is shown once, with its bonds in the list, and refused once revoked', async () => {
  const administrator = await signedIn('administrator')
  await administrator.open('/keys')
  const wrong = await administrator.send('/keys/issue', {
    label: 'Scanner',
    days: '30',
    networks: '10.0.0.5/8',
  })
  assert.equal(wrong.status, 422)
  assert.match(wrong.body, /value="Scanner"/)
  const form = {
    label: 'Scanner',
    application: 'permits',
    days: '30',
    networks: '10.0.0.0/8\n::1',
    'purpose.service': 'on',
  }
  const issued = await administrator.send('/keys/issue', form)
  const key = /dir="ltr">([A-Za-z0-9_-]{64})</.exec(issued.body)?.[1] ?? ''
  assert.deepEqual((await kernel.keyRing.actorOf(key, '10.9.9.9'))?.purposes, ['service'])
  const list = (await administrator.open('/keys')).body
  assert.ok(!list.includes(key))
  assert.match(list, /10\.0\.0\.0\/8 ::1\/128/)
  const [row] = await keysOf(kernel, operator)
  assert.ok(row !== undefined)
  const auditor = await signedIn('auditor')
  assert.doesNotMatch((await auditor.open('/keys')).body, /revoke|Issue/)
  await administrator.open('/keys')
  assert.equal((await administrator.send(`/keys/${keyIdOf(row.keyHash)}/revoke`, {})).status, 303)
  assert.equal(await kernel.keyRing.actorOf(key, '10.9.9.9'), undefined)
})

test('the pages are whole in Urdu', async () => {
  await proposed()
  for (const [role, path] of [
    ['supervisor', '/proposals'],
    ['auditor', '/glass'],
    ['engineer', '/glass'],
    ['administrator', '/keys'],
  ] as const) {
    const { status, body } = await (await signedIn(role, 'ur')).open(path)
    assert.equal(status, 200)
    assert.match(body, /<html lang="ur" dir="rtl">/)
    assert.doesNotMatch(body, /\{\w+\}/, 'every place of a text is filled')
  }
})
