import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { fileOf, type Line, mapping } from '../../test/applications/permits/mapping.ts'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import type { Actor } from '../access/roles.ts'
import { findCases } from '../cases/cases.ts'
import { outcomesOf } from '../outcomes/outcomes.ts'
import { refusalPlace } from '../vault/places.ts'
import { openTexts } from '../vault/vault.ts'
import { type ImportRequest, type ImportRow, refusedFile, runImport } from './imports.ts'
import { bytesOf } from './test-content.ts'

const { kernel, database, another } = await freshKernel()
const owner = await database.connect()

let institutions = 0
const newInstitution = () => foundInstitution(kernel, `institution-${++institutions}`)

/** Imports a text in batches of `batchSize`. */
function run(
  actor: Actor,
  text: string,
  given: Partial<ImportRequest> & { readonly kernel?: typeof kernel } = {},
) {
  const { kernel: at = kernel, ...rest } = given
  return runImport(at, actor, {
    applicationId: 'permits',
    mapping,
    sourceName: 'permits.csv',
    isDecided: true,
    batchSize: 4,
    open: () => bytesOf(text, 64),
    ...rest,
  })
}

const counts = ({ records, opened, unchanged, refused, outcomes }: ImportRow) => ({
  records,
  opened,
  unchanged,
  refused,
  outcomes,
})

/** What is stored of an institution, without identifiers and instants. */
async function stored(actor: Actor): Promise<readonly string[]> {
  const { rows } = await owner.query<{ text: string }>(
    `select reference || ' ' || state || ' ' || version || ' ' || payload || ' ' ||
       coalesce((select string_agg(revision || payload::text, ' ' order by revision) from outcomes
         where outcomes.institution_id = cases.institution_id and outcomes.case_id = cases.case_id), '') || ' ' ||
       (select count(*) from decisions
         where decisions.institution_id = cases.institution_id and decisions.case_id = cases.case_id) as text
     from cases where institution_id = $1 order by reference`,
    [actor.institutionId],
  )
  const refusals = (await refusalsOf(actor)).map(({ record, line, text }) => `${record} ${line} ${text}`)
  return [...rows.map(({ text }) => text), ...refusals]
}

/** The refused rows of an institution, opened with the key of their import. */
async function refusalsOf({ institutionId }: Actor) {
  const { rows } = await owner.query<{
    importId: string
    record: string
    line: string
    holderId: string
    sealed: Buffer
  }>(
    `select import_id as "importId", record, line, holder_id as "holderId", sealed
     from import_refusals join imports using (institution_id, import_id)
     where institution_id = $1 order by record`,
    [institutionId],
  )
  const sealed = rows.map((row) => ({ ...row, place: refusalPlace(row.importId, Number(row.record)) }))
  const texts = await openTexts(kernel, institutionId, sealed)
  return rows.map(({ record, line }, index) => ({ record, line, text: texts[index] ?? 'erased' }))
}

/** Lines of every kind: good, decided by an officer, with an outcome, refused by the mapping and by the schema, twice. */
const lines: readonly Line[] = Array.from({ length: 30 }, (_, index): Line => {
  const number = `L-${index}`
  if (index % 7 === 3) return { number, filed: '31.02.2026' }
  if (index % 7 === 4) return { number, answer: 'perhaps' }
  if (index % 7 === 5) return { number: `L-${index - 5}`, finding: 'right' }
  if (index % 7 === 6) return { number: `L-${index - 6}`, answer: 'check' }
  return { number, answer: index % 2 === 0 ? 'grant' : 'check', finding: index % 3 === 0 ? 'wrong' : '' }
})
const file = fileOf(lines)

test('every record of a file is opened, unchanged or refused', async () => {
  const operator = await newInstitution()
  const row = await run(operator, file)
  assert.equal(row.state, 'finished')
  assert.equal(row.records, lines.length)
  assert.equal(row.records, row.opened + row.unchanged + row.refused)
  const cases = await findCases(kernel, operator, {
    applicationId: undefined,
    states: undefined,
    ...firstPage,
  })
  assert.equal(row.opened, cases.length)
  assert.ok(row.unchanged > 0 && row.refused > 0 && row.outcomes > 0)
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})

const firstPage = { after: undefined, size: 1_000 }

test('a file again changes nothing', async () => {
  const operator = await newInstitution()
  const first = await run(operator, file)
  const [before, entries] = [await stored(operator), await entryCounts(owner, operator.institutionId)]
  assert.deepEqual(await run(operator, file), first)
  assert.deepEqual(await stored(operator), before)
  assert.deepEqual(await entryCounts(owner, operator.institutionId), entries)
})

test('the same records in another file are unchanged, with what they say of outcomes', async () => {
  const operator = await newInstitution()
  const good = lines.filter(({ filed, answer }) => filed === undefined && answer !== 'perhaps').slice(0, 3)
  await run(operator, fileOf(good))
  const before = await stored(operator)
  const again = await run(operator, fileOf([...good, { number: 'NEW' }]))
  assert.deepEqual([again.unchanged, again.opened], [good.length, 1])
  assert.deepEqual(
    (await stored(operator)).filter((text) => !text.startsWith('NEW')),
    before,
  )
})

test('wherever a run is cut off, the next goes on, and in the end all is as if it had not been', async () => {
  const whole = await newInstitution()
  await run(whole, file)
  const expected = await stored(whole)
  const cuts = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(cuts, fc.integer({ min: 1, max: 9 }), async (batches, batchSize) => {
      const operator = await newInstitution()
      for (const cut of batches) await cutAfter(operator, cut, batchSize)
      const row = await run(operator, file, { batchSize })
      assert.deepEqual(counts(row), counts(await run(whole, file)))
      assert.deepEqual(await stored(operator), expected)
      assert.deepEqual(await contradictions(owner, operator.institutionId), [])
    }),
    { numRuns: 12 },
  )
})

/** Runs the import until `cut` batches are committed, then gives up as a killed process would: between two of them. */
async function cutAfter(operator: Actor, cut: number, batchSize: number): Promise<void> {
  const stopping = new AbortController()
  let batches = -1
  const onProgress = () => {
    batches += 1
    if (batches === cut) stopping.abort(new Error('power cut'))
  }
  const request = { batchSize, onProgress, signal: stopping.signal }
  await run(operator, file, request).catch((error: unknown) => {
    assert.equal(error instanceof Error ? error.message : error, 'power cut')
  })
}

test('a resumed run says where it went on', async () => {
  const operator = await newInstitution()
  await cutAfter(operator, 2, 4)
  const seen: string[] = []
  await run(operator, file, {
    batchSize: 11,
    onProgress: ({ records }, resumedAt) => seen.push(`${records} from ${resumedAt}`),
  })
  assert.deepEqual(seen, ['8 from 8', '11 from 8', '22 from 8', '30 from 8'])
})

test('two processes at the same file double nothing: one is told, or both finish', async () => {
  const whole = await newInstitution()
  await run(whole, file)
  const expected = await stored(whole)
  for (let attempt = 0; attempt < 4; attempt++) {
    const operator = await newInstitution()
    const runs = await Promise.allSettled([run(operator, file), run(operator, file, { kernel: another() })])
    for (const one of runs) if (one.status === 'rejected') assert.equal(one.reason.code, 'import.in_progress')
    assert.ok(runs.some(({ status }) => status === 'fulfilled'))
    assert.equal((await run(operator, file)).state, 'finished')
    assert.deepEqual(await stored(operator), expected)
  }
})

test('the file of refused rows, mended and fed again, is taken', async () => {
  const operator = await newInstitution()
  const row = await run(
    operator,
    fileOf([{ number: 'A' }, { number: 'B', answer: 'perhaps' }, { number: 'C', filed: 'x' }]),
  )
  const text = (await Array.fromAsync(refusedFile(kernel, operator, row))).join('')
  assert.match(text, /^\ufeffnumber,filed,answer,finding,refused_line,/)
  const mended = text.replace('B,2026-02-01,perhaps', 'B,2026-02-01,check').replace('C,x,', 'C,2026-02-03,')
  const again = await run(operator, mended)
  assert.deepEqual(counts(again), { records: 2, opened: 2, unchanged: 0, refused: 0, outcomes: 0 })
  const cases = await findCases(kernel, operator, {
    applicationId: undefined,
    states: undefined,
    ...firstPage,
  })
  assert.deepEqual(cases.map(({ reference }) => reference).toSorted(), ['A', 'B', 'C'])
})

test('the file of refused rows holds every one of them, in order, however many there are', async () => {
  const operator = await newInstitution()
  const bad = Array.from({ length: 2_100 }, (_, index) => ({ number: `N-${index}`, filed: 'x' }))
  const row = await run(operator, fileOf(bad), { batchSize: 500 })
  const text = (await Array.fromAsync(refusedFile(kernel, operator, row))).join('')
  const numbers = text
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.split(',')[0])
  assert.deepEqual(
    numbers,
    bad.map(({ number }) => number),
  )
})

test('each refused row says its line, its field and why, in both languages', async () => {
  const operator = await newInstitution()
  const taken = { number: 'A', answer: 'check' }
  const row = await run(
    operator,
    fileOf([taken, { number: 'B', filed: '2026-13-01' }, { ...taken, answer: 'lot' }]),
  )
  assert.equal(row.refused, 2)
  const rows = (await refusalsOf(operator)).map(({ line, text }) => ({
    line,
    ...Refused.parse(JSON.parse(text)),
  }))
  assert.deepEqual(
    rows.map(({ line, problems }) => [line, problems[0]?.field, problems[0]?.code]),
    [
      ['3', 'filed', 'import.date_impossible'],
      ['4', '', 'case.reference_taken'],
    ],
  )
  for (const { problems } of rows) assert.match(problems[0]?.message.ur ?? '', /\p{Script=Arabic}/u)
})

const Refused = z.object({
  problems: z.array(z.object({ field: z.string(), code: z.string(), message: z.object({ ur: z.string() }) })),
})

test('refused rows are sealed as a whole, and each piece of their file is a read that is in the log', async () => {
  const operator = await newInstitution()
  const row = await run(
    operator,
    fileOf([
      { number: 'A', filed: '31.02.2026' },
      { number: 'B', answer: 'canary' },
    ]),
  )
  const { rows: raw } = await owner.query<{ text: string }>(
    'select one::text as text from import_refusals one',
  )
  assert.ok(raw.every(({ text }) => !text.includes('31.02.2026') && !text.includes('canary')))
  const text = (await Array.fromAsync(refusedFile(kernel, operator, row))).join('')
  assert.match(text, /31\.02\.2026[\s\S]*canary/)
  const { rows: reads } = await owner.query(
    'select cases::int, purpose, role, holder_id, application_id from reads where institution_id = $1',
    [operator.institutionId],
  )
  const read = { cases: 2, purpose: 'import', role: 'engineer', holder_id: null, application_id: 'permits' }
  assert.deepEqual(reads, [read])
  assert.equal((await entryCounts(owner, operator.institutionId)).get('access.read'), 1)
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})

test('a finished import without refused rows has no file of them', async () => {
  const operator = await newInstitution()
  const row = await run(operator, fileOf([{ number: 'A' }]))
  assert.deepEqual(await Array.fromAsync(refusedFile(kernel, operator, row)), [])
})

test('another mapping of the same file is another import', async () => {
  const operator = await newInstitution()
  const text = fileOf([{ number: 'A', finding: 'right' }])
  const first = await run(operator, text, {
    mapping: { ...mapping, outcome: undefined, ignore: ['finding'] },
  })
  const second = await run(operator, text)
  assert.notEqual(second.importId, first.importId)
  assert.deepEqual([first.outcomes, second.outcomes, second.unchanged], [0, 1, 1])
})

test('records taken over without being decided are opened, and their outcomes are kept', async () => {
  const operator = await newInstitution()
  await run(operator, fileOf([{ number: 'A', answer: 'exit', finding: 'wrong' }]), { isDecided: false })
  const [only] = await findCases(kernel, operator, {
    applicationId: undefined,
    states: undefined,
    ...firstPage,
  })
  assert.deepEqual([only?.state, only?.source], ['opened', 'import'])
  assert.equal((await outcomesOf(kernel, operator, only?.caseId ?? '')).length, 1)
})

test('a file that breaks off keeps what came before, and goes on from there once it is whole', async () => {
  const operator = await newInstitution()
  const whole = fileOf(lines)
  async function* broken() {
    yield* bytesOf(whole.slice(0, whole.length / 2), 64)
    throw new Error('the disk is gone')
  }
  let opened = 0
  // The digest is read from the whole file, the second reading breaks off.
  const open = () => (++opened === 1 ? bytesOf(whole) : broken())
  await assert.rejects(run(operator, whole, { open }), /the disk is gone/)
  assert.equal((await run(operator, whole)).records, lines.length)
})

test('a wrong header, an empty file and a file that is not text leave no import behind', async () => {
  const operator = await newInstitution()
  await assert.rejects(run(operator, 'number;filed\nA;2026-02-01\n'), { name: 'Refusal' })
  await assert.rejects(run(operator, ''), { code: 'import.file_empty' })
  await assert.rejects(run(operator, 'PK\x03\x04'), { code: 'import.file_not_text' })
  const { rowCount } = await owner.query('select from imports where institution_id = $1', [
    operator.institutionId,
  ])
  assert.equal(rowCount, 0)
})

test('what may not run imports nothing', async () => {
  const operator = await foundInstitution({ ...kernel, applications: new Map() }, 'unregistered')
  await assert.rejects(run(operator, file), { code: 'application.not_registered' })
  await assert.rejects(run(operator, file, { applicationId: 'nowhere' }), {
    code: 'application.not_installed',
  })
  assert.deepEqual(await stored(operator), [])
})
