import { strict as assert } from 'node:assert'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { readWith } from '@khudi/sdk'
import { testApplication } from '@khudi/sdk/test'
import application from './application.ts'
import { Inspection, type RequestInput } from './case.ts'
import { sample } from './sample.ts'

const bench = testApplication(application)

const request: RequestInput = {
  requestNumber: 'REQ-1',
  filedOn: '2026-01-31',
  applicantCnic: '79999-1234567-8',
  district: 'Swat',
  requestedAmount: { amountMinor: '12500000', currency: 'PKR' },
  previousRequests: 0,
}

test('a request with a low risk is accepted', async () => {
  const { recommendation } = await bench.decide(request, { risk: 0.02 })
  assert.equal(recommendation, 'accept')
})

test('a request with a high risk goes to an inspector, with reasons', async () => {
  const { recommendation, reasons } = await bench.decide(request, { risk: 0.9 })
  assert.equal(recommendation, 'inspect')
  assert.deepEqual(reasons[1], { code: 'requestedPkr', weight: 0.5, value: 125_000 })
})

test('an amount in another currency is unknown to the model, never converted by guess', async () => {
  const inDollars = { ...request, requestedAmount: { amountMinor: '12500000', currency: 'USD' } }
  const { reasons } = await bench.decide(inDollars, { risk: 0.9 })
  assert.equal(reasons.find(({ code }) => code === 'requestedPkr')?.value, null)
})

test('a model failure reaches the platform, so that an inspector decides unaided', async () => {
  await assert.rejects(bench.decide(request, { risk: new Error('no model') }), /no model/)
})

test('bad fields are refused by name', () => {
  assert.deepEqual(bench.refusedFields({ ...request, applicantCnic: '123' }), ['applicantCnic'])
  assert.deepEqual(bench.refusedFields({ ...request, previousRequests: -1 }), ['previousRequests'])
  assert.deepEqual(bench.refusedFields({ ...request, extra: 1 }), ['extra'])
})

test('a fault found needs a note', () => {
  const read = readWith(Inspection, { finding: 'not_in_order', inspectedOn: '2026-02-01' })
  assert.deepEqual(read.ok || read.problems.map(({ field }) => field), ['note'])
})

test('the committed sample cases are what sample.ts makes, valid, and tell nothing of a person in clear', async () => {
  const committed = JSON.parse(await readFile(new URL('cases.sample.json', import.meta.url), 'utf8'))
  assert.deepEqual(committed.cases, [...sample({ seed: 1, count: 50 })])
  for (const { case: given, outcome } of committed.cases) {
    assert.deepEqual(bench.refusedFields(given), [])
    assert.ok(readWith(Inspection, outcome).ok)
  }
  assert.deepEqual(bench.disclosures(committed.cases), [])
})
