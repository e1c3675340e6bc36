import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel, permit, submit, taken } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import { getCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { findHolder } from '../vault/vault.ts'
import { addHold, liftHold } from './holds.ts'
import { receiveRequest } from './requests.ts'
import { periodOf, planRetention, type RetentionRule, runRetention, setRetention } from './retention.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const law = { en: 'Act of the tests', ur: 'ٹیسٹوں کا ایکٹ' }
const rule = { classification: 'personal', years: 5, law, after: 'anonymise' } as const
const run = (operator: Parameters<typeof runRetention>[1], batch = 3) =>
  Array.fromAsync(runRetention(kernel, operator, { batch }))

let numbered = 0
const newCnic = () => `35202${String(7_000_000 + ++numbered)}1`

/** Whether what is sealed of a case opens. */
async function opens(operator: Parameters<typeof getCase>[1], caseId: string): Promise<boolean> {
  const { row, decision } = await getCase(kernel, operator, caseId)
  const { secrets } = await reveal(kernel, operator, { row, decision, purpose: 'subject_request' })
  return secrets.has(caseId)
}

/** A drawn case of one of a few persons. */
const Case = fc.record({
  person: fc.nat(3),
  /** Days from the edge of the period; the edge itself is past. */
  days: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -4_000, max: 1_500 })),
  answer: fc.constantFrom('grant', 'grant', 'check'),
})

test('nothing within its time is lost, and everything past it that nothing holds is gone', async () => {
  const draw = fc.record({
    cases: fc.array(Case, { minLength: 1, maxLength: 9 }),
    held: fc.subarray([0, 1, 2, 3], { maxLength: 2 }),
    asking: fc.subarray([0, 1, 2, 3], { maxLength: 1 }),
    isApplicationHeld: fc.nat(9).map((one) => one === 0),
    batch: fc.integer({ min: 1, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(draw, async ({ cases, held, asking, isApplicationHeld, batch }) => {
      const operator = await foundInstitution(kernel, `drawn-${++numbered}`)
      await setRetention(kernel, operator, rule)
      const cnics = Array.from({ length: 4 }, newCnic)
      // Today is 2 March 2026, and the period five years.
      const edge = Temporal.PlainDate.from('2021-03-02')
      const given = cases.map(({ person, days, answer }) =>
        permit({
          applicantCnic: cnics[person] ?? '',
          applicantName: `Canary-${person}`,
          filedOn: edge.add({ days }).toString(),
          answer,
        }),
      )
      const ids = (await submit(kernel, operator, 'permits', ...given)).map((one) => taken(one).caseId)
      const holderOf = (person: number) => findHolder(kernel, operator.institutionId, `cnic:${cnics[person]}`)
      for (const person of held) {
        const holderId = await holderOf(person)
        const basis = 'Order of the tests'
        if (holderId !== undefined)
          await addHold(kernel, operator, { kind: 'legal', holderId, applicationId: null, basis })
      }
      for (const person of asking) {
        const asked = { contact: null, words: null, channel: 'api', receivedOn: undefined } as const
        await receiveRequest(kernel, operator, { ...asked, kind: 'access', name: `cnic:${cnics[person]}` })
      }
      if (isApplicationHeld) {
        const hold = { kind: 'legal', holderId: null, applicationId: 'permits', basis: 'Order' } as const
        await addHold(kernel, operator, hold)
      }
      const plan = (await planRetention(kernel, operator)).find((one) => one.applicationId === 'permits')
      const done = (await run(operator, batch)).at(-1)
      let gone = 0
      for (const [index, { person, days, answer }] of cases.entries()) {
        const isKept =
          days > 0 ||
          answer === 'check' ||
          held.includes(person) ||
          asking.includes(person) ||
          isApplicationHeld
        if (!isKept) gone += 1
        assert.equal(await opens(operator, ids[index] ?? ''), isKept, JSON.stringify(cases[index]))
      }
      assert.deepEqual([done?.cases, plan?.due], [gone, gone])
      // A person of whom something is kept has a key, and nobody else has.
      for (const person of [0, 1, 2, 3]) {
        const own = cases.filter((one) => one.person === person)
        if (own.length === 0) continue
        const isKnown =
          held.includes(person) ||
          asking.includes(person) ||
          isApplicationHeld ||
          own.some(({ days, answer }) => days > 0 || answer === 'check')
        assert.equal((await holderOf(person)) !== undefined, isKnown)
      }
      assert.deepEqual(await contradictions(owner, operator.institutionId), [])
      const again = (await run(operator, batch)).at(-1)
      assert.equal(again?.cases, 0)
    }),
    { numRuns: 25 },
  )
})

test('the periods of law and of the institution hold both, and nothing is guessed', () => {
  const application = (retention?: { years: number; after?: 'anonymise' | 'keep' }) => ({
    id: 'permits',
    ...(retention && { retention: { law, ...retention } }),
  })
  const of = (own: ReturnType<typeof application>, set: RetentionRule | undefined) => {
    const { upTo, years } = periodOf(own, { classification: 'personal', rule: set, today: '2024-02-29' })
    return [years, upTo]
  }
  assert.deepEqual(of(application(), undefined), [null, null])
  assert.deepEqual(
    of(application({ years: 7 }), undefined),
    [7, null],
    'a law that says how long says no more',
  )
  assert.deepEqual(of(application({ years: 7, after: 'anonymise' }), undefined), [7, '2017-02-28'])
  assert.deepEqual(of(application(), rule), [5, '2019-02-28'])
  assert.deepEqual(of(application({ years: 7 }), rule), [7, '2017-02-28'])
  assert.deepEqual(of(application({ years: 2, after: 'anonymise' }), rule), [5, '2019-02-28'])
  assert.deepEqual(of(application({ years: 2, after: 'keep' }), rule), [5, null])
  assert.deepEqual(of(application({ years: 4, after: 'anonymise' }), undefined), [4, '2020-02-29'])
})

test('the day on which a case is past its time is that of the institution', async () => {
  const operator = await foundInstitution(kernel, 'midnight')
  await setRetention(kernel, operator, rule)
  const about = { applicantCnic: newCnic(), applicantName: 'Canary', filedOn: '2021-03-03' }
  const [one] = await submit(kernel, operator, 'permits', permit(about))
  // One millisecond before the third of March in Karachi.
  clock.set('2026-03-02T18:59:59.999Z')
  await run(operator)
  assert.equal(await opens(operator, taken(one).caseId), true)
  clock.advance(1)
  await run(operator)
  assert.equal(await opens(operator, taken(one).caseId), false)
})

test('a run that breaks off leaves whole batches, and the next does the rest', async () => {
  const operator = await foundInstitution(kernel, 'broken')
  await setRetention(kernel, operator, rule)
  const old = () => permit({ applicantCnic: newCnic(), applicantName: 'Canary', filedOn: '2010-01-01' })
  await submit(kernel, operator, 'permits', ...Array.from({ length: 7 }, old))
  for await (const { cases } of runRetention(kernel, operator, { batch: 3 })) if (cases >= 3) break
  const left = (await planRetention(kernel, operator)).find(
    ({ applicationId }) => applicationId === 'permits',
  )
  assert.equal(left?.due, 4)
  assert.equal((await run(operator)).at(-1)?.cases, 4)
  const counts = await entryCounts(owner, operator.institutionId)
  // Batches of 3, 3 and 1, and the end of the second run; each person's key with the last of their cases.
  assert.deepEqual([counts.get('retention.enforced'), counts.get('person.erased')], [4, 7])
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})

test('a hold that is lifted keeps nothing any more', async () => {
  const operator = await foundInstitution(kernel, 'lifted')
  await setRetention(kernel, operator, rule)
  const cnic = newCnic()
  const [one] = await submit(
    kernel,
    operator,
    'permits',
    permit({ applicantCnic: cnic, applicantName: 'Canary', filedOn: '2010-01-01' }),
  )
  const holderId = (await findHolder(kernel, operator.institutionId, `cnic:${cnic}`)) ?? null
  const hold = { kind: 'legal', holderId, applicationId: null, basis: 'Order' } as const
  const { holdId } = await addHold(kernel, operator, hold)
  const plan = (await planRetention(kernel, operator)).find(
    ({ applicationId }) => applicationId === 'permits',
  )
  assert.deepEqual([plan?.due, plan?.held], [0, 1])
  await run(operator)
  assert.equal(await opens(operator, taken(one).caseId), true)
  await liftHold(kernel, operator, { holdId, basis: 'Closed' })
  await run(operator)
  assert.equal(await opens(operator, taken(one).caseId), false)
})
