import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel, permit } from '../../test/kernel.ts'
import type { Actor } from '../access/roles.ts'
import { sha256 } from '../canonical.ts'
import type { IntakeResult } from './intake.ts'
import type { SingleAnswer } from './singles.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')

/** Submits one case; `body` stands for the bytes of the request that carries the key. */
function submitOne(
  given: unknown,
  {
    key,
    body = given,
    actor = operator,
  }: { readonly key?: string; readonly body?: unknown; readonly actor?: Actor } = {},
): Promise<SingleAnswer> {
  const requestDigest = sha256(JSON.stringify(body))
  return kernel.singles.submit(kernel, actor, {
    applicationId: 'permits',
    source: 'api',
    submission: { json: JSON.stringify(given) },
    idempotency: key === undefined ? undefined : { key, requestDigest },
    replyOf: (result) =>
      result.status === 'refused' ? undefined : { status: 201, body: `${result.status} ${result.caseId}` },
  })
}

/** What the caller reads: the first answer in its very bytes, or the result. */
const told = ({ kept, result }: SingleAnswer) =>
  kept?.body ?? (result?.status === 'refused' ? result.code : `${result?.status} ${result?.caseId}`)
const statusOf = ({ result }: SingleAnswer): IntakeResult['status'] | 'kept' => result?.status ?? 'kept'

async function casesOf(reference: string): Promise<number> {
  const { rowCount } = await owner.query('select from cases where reference = $1', [reference])
  return rowCount ?? 0
}

test('submissions that come together share transactions, and each gets its own answer', async () => {
  const cases = Array.from({ length: 60 }, () => permit())
  const answers = await Promise.all(cases.map((one) => submitOne(one)))
  for (const [index, { result }] of answers.entries())
    assert.equal(result?.reference, cases[index]?.permitNumber)
  const { rows } = await owner.query<{ transactions: number }>(
    'select count(distinct xmin::text)::int as transactions from cases where reference = any($1)',
    [cases.map(({ permitNumber }) => permitNumber)],
  )
  assert.ok((rows[0]?.transactions ?? 60) <= 5, `${rows[0]?.transactions} transactions`)
})

test('a submission that cannot be stored fails alone', async () => {
  const poison = permit()
  await owner.query(`
    create function refuse_poison() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$;
    create trigger poison before insert on cases for each row
      when (new.reference = '${poison.permitNumber}') execute function refuse_poison()`)
  const cases = Array.from({ length: 12 }, (_, index) => (index === 7 ? poison : permit()))
  const answers = await Promise.allSettled(cases.map((one) => submitOne(one)))
  const failed = answers.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))
  assert.deepEqual(failed, [7])
  for (const { permitNumber } of cases)
    assert.equal(await casesOf(permitNumber), permitNumber === poison.permitNumber ? 0 : 1)
})

test('a refused submission is answered as refused, and those beside it are taken', async () => {
  const cases = [permit(), permit(), permit(), { ...permit(), filedOn: 'yesterday' }, permit()]
  const answers = await Promise.all(cases.map((one) => submitOne(one)))
  assert.deepEqual(answers.map(statusOf), ['accepted', 'accepted', 'accepted', 'refused', 'accepted'])
})

test('a key again gets the first answer, though the case has moved since', async () => {
  const given = permit()
  const first = await submitOne(given, { key: 'again' })
  await owner.query('update cases set version = 9 where reference = $1', [given.permitNumber])
  const second = await submitOne(given, { key: 'again' })
  assert.equal(statusOf(second), 'kept')
  assert.equal(told(second), told(first))
})

test('a key with another request is refused, and does nothing', async () => {
  await submitOne(permit(), { key: 'differs' })
  const other = permit()
  await assert.rejects(submitOne(other, { key: 'differs' }), { code: 'idempotency.body_differs' })
  assert.equal(await casesOf(other.permitNumber), 0)
})

test('a refused request keeps nothing: mended, it may come with the same key', async () => {
  const given = permit()
  const refused = await submitOne({ ...given, filedOn: 'yesterday' }, { key: 'mended' })
  assert.equal(statusOf(refused), 'refused')
  assert.equal(statusOf(await submitOne(given, { key: 'mended' })), 'accepted')
})

test('two actors may use one key for two things', async () => {
  const key = 'of both'
  const answers = await Promise.all([
    submitOne(permit(), { key }),
    submitOne(permit(), { key, actor: { ...operator, name: 'key:other' } }),
  ])
  assert.deepEqual(answers.map(statusOf), ['accepted', 'accepted'])
})

test('two requests with one key at once have one effect and one answer', async () => {
  const given = permit()
  const answers = await Promise.all([submitOne(given, { key: 'twice' }), submitOne(given, { key: 'twice' })])
  assert.equal(new Set(answers.map(told)).size, 1)
  assert.equal(await casesOf(given.permitNumber), 1)
})

test('requests with one key that wait for the same transaction have one effect and one answer', async () => {
  const given = permit()
  // The first two are under way at once, so the three behind them share a transaction.
  const others = [submitOne(permit()), submitOne(permit())]
  const answers = await Promise.all(Array.from({ length: 3 }, () => submitOne(given, { key: 'thrice' })))
  await Promise.all(others)
  assert.deepEqual(answers.map(statusOf).toSorted(), ['accepted', 'kept', 'kept'])
  assert.equal(new Set(answers.map(told)).size, 1)
})

test('a key that waits with another request of its own is refused for one of the two', async () => {
  const others = [submitOne(permit()), submitOne(permit())]
  const answers = await Promise.allSettled([
    submitOne(permit(), { key: 'waits' }),
    submitOne(permit(), { key: 'waits' }),
  ])
  await Promise.all(others)
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
})

test('however requests with few keys and cases come, each key has one answer and each case one row', async () => {
  const request = fc.record({ key: fc.nat({ max: 3 }), number: fc.nat({ max: 3 }) })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 12 }), async (requests) => {
      run += 1
      const known = new Map<number, Set<string>>()
      const send = async ({ key, number }: { readonly key: number; readonly number: number }) => {
        const given = permit({ permitNumber: `RUN-${run}-${number}` })
        const answer = await submitOne(given, { key: `${run}-${key}` }).catch((error: unknown) => error)
        if (answer instanceof Error) return assert.match(answer.message, /^idempotency\.body_differs/)
        known.set(key, (known.get(key) ?? new Set()).add(told(answer as SingleAnswer)))
      }
      await Promise.all(requests.map(send))
      for (const [key, answers] of known) assert.equal(answers.size, 1, `key ${key}: ${[...answers]}`)
      for (const { number } of requests) assert.ok((await casesOf(`RUN-${run}-${number}`)) <= 1)
    }),
    { numRuns: 12 },
  )
})
