/**
 * Imports: a foreign file taken in through a mapping, resumable at any record.
 *
 * 1. The file's digest and the mapping's identify the import; a crash here leaves nothing.
 * 2. Its row is added with a key for its refused rows, or found where an earlier run stopped: records up to its count are
 *    read and passed over. A crash between key and row leaves a key that nothing is sealed under.
 * 3. Batches are mapped, read, decided and sealed ahead. A crash here leaves nothing of them but keys of persons.
 * 4. One transaction a batch: cases, decisions, outcomes, log, refused rows and the place in the file. A crash leaves whole
 *    batches, and the next run goes on behind the last.
 * 5. The row is marked finished. A run after that changes nothing.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Actor } from '../access/roles.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { type Alongside, commit, type IntakeResult, type Prepared, prepare } from '../decisions/intake.ts'
import { pipelined } from '../decisions/pipelined.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { openBatch } from '../vault/batches.ts'
import { holderNameOfImport, refusalPlace } from '../vault/places.ts'
import { seal } from '../vault/seal.ts'
import { holdersById, holdersFor, requireLiving } from '../vault/vault.ts'
import type { ByteSource } from './bytes.ts'
import type { Mapping } from './mapping.ts'
import { type ImportedRow, isRefused, openImport } from './read.ts'
import { type RefusedRow, refusedFileHeader, refusedFileRows } from './refused.ts'
import {
  advanceImport,
  finishImport,
  type ImportRow,
  importOfFile,
  insertImport,
  insertRefusals,
  refusalsOfImport,
} from './store.ts'

export type { ImportRow } from './store.ts'

export interface ImportRequest {
  readonly applicationId: string
  readonly mapping: Mapping
  /** The file's name without folders, for people. */
  readonly sourceName: string
  /** Opens the file from its beginning; called twice. */
  open(): ByteSource
  /** Whether cases are decided as they come in, or only opened. */
  readonly isDecided: boolean
  readonly batchSize?: number
  readonly signal?: AbortSignal
  /** Called with the import after each batch; `resumedAt` is where an earlier run had stopped. */
  onProgress?(state: ImportRow, resumedAt: number): void
}

const defaultBatch = 500
/** Batches that are read and decided while one is committed. */
const ahead = 2

/**
 * Runs an import to its end, from where it stopped.
 *
 * @throws Refusal of the file or the mapping, `import.in_progress` where another process is at the same file
 */
export async function runImport(kernel: Kernel, actor: Actor, request: ImportRequest): Promise<ImportRow> {
  // 1.
  const sourceDigest = await digestOf(request.open())
  const mappingDigest = sha256(canonicalJson(request.mapping))
  const key = [actor.institutionId, request.applicationId, sourceDigest, mappingDigest] as const
  const before = await kernel.db.transaction(actor.institutionId, (tx) => tx.maybe(importOfFile, key))
  if (before?.state === 'finished') return before
  const batchSize = request.batchSize ?? defaultBatch
  const reading = await openImport(request.open(), request.mapping, { batchSize })
  try {
    // 2.
    const started = before ?? (await begin(kernel, request, { key, reading }))
    // 3. and 4.
    const source = passOver(reading.batches, started.records)
    const prepared = pipelined(source, ahead, (rows) => prepareRows(kernel, actor, { ...request, rows }))
    let state = started
    request.onProgress?.(state, started.records)
    for await (const batch of prepared) {
      request.signal?.throwIfAborted()
      state = await commitRows(kernel, actor, { state, ...batch })
      request.onProgress?.(state, started.records)
    }
    // 5.
    return await end(kernel, actor, state)
  } finally {
    await reading.close()
  }
}

async function digestOf(source: ByteSource): Promise<Uint8Array> {
  const digest = createHash('sha256')
  for await (const bytes of source) digest.update(bytes)
  return digest.digest()
}

async function begin(
  kernel: Kernel,
  request: ImportRequest,
  file: {
    readonly key: readonly [string, string, Uint8Array, Uint8Array]
    readonly reading: Awaited<ReturnType<typeof openImport>>
  },
): Promise<ImportRow> {
  const [institutionId, applicationId, sourceDigest, mappingDigest] = file.key
  const { header, delimiter } = file.reading
  const importId = newId()
  const name = holderNameOfImport(importId)
  const holders = await holdersFor(kernel, institutionId, [name])
  return kernel.db.transaction(institutionId, async (tx) => {
    await tx.run(insertImport, [
      institutionId,
      importId,
      applicationId,
      request.sourceName,
      sourceDigest,
      mappingDigest,
      JSON.stringify(header),
      delimiter,
      kernel.clock(),
      holders.get(name)?.holderId,
    ])
    return tx.one(importOfFile, file.key)
  })
}

/** The rows behind the first `count`. */
async function* passOver(
  batches: AsyncIterable<readonly ImportedRow[]>,
  count: number,
): AsyncGenerator<readonly ImportedRow[], void, void> {
  let passed = 0
  for await (const batch of batches) {
    const rest = batch.slice(Math.max(0, count - passed))
    passed += batch.length
    if (rest.length > 0) yield rest
  }
}

interface PreparedRows {
  readonly rows: readonly ImportedRow[]
  readonly prepared: Prepared
}

async function prepareRows(
  kernel: Kernel,
  actor: Actor,
  { applicationId, isDecided, rows }: ImportRequest & { readonly rows: readonly ImportedRow[] },
): Promise<PreparedRows> {
  const submissions = rows.flatMap((row) =>
    isRefused(row) ? [] : [{ json: JSON.stringify(row.case), outcome: row.outcome }],
  )
  return {
    rows,
    prepared: await prepare(kernel, actor, { applicationId, source: 'import', isDecided, submissions }),
  }
}

async function commitRows(
  kernel: Kernel,
  actor: Actor,
  { state, rows, prepared }: PreparedRows & { readonly state: ImportRow },
): Promise<ImportRow> {
  let moved: ImportRow | undefined
  const alongside: Alongside = async (tx, results) => {
    const refusals = refusalsOf(rows, results)
    moved = await advance(tx, state, { results, prepared, refused: refusals.length, records: rows.length })
    if (refusals.length > 0) await addRefusals(tx, kernel, { state, refusals })
  }
  await commit(kernel, actor, { prepared, alongside })
  if (moved === undefined) throw new Error('the batch was committed without its place')
  return moved
}

/** A refused row and its number in the batch, from 0. */
interface NumberedRefusal {
  readonly index: number
  readonly row: RefusedRow
}

function refusalsOf(
  rows: readonly ImportedRow[],
  results: readonly IntakeResult[],
): readonly NumberedRefusal[] {
  let next = 0
  return rows.flatMap((row, index): NumberedRefusal[] => {
    if (isRefused(row)) return [{ index, row }]
    const result = results[next++]
    if (result?.status !== 'refused') return []
    const { line, raw, fields } = row
    return [{ index, row: { line, raw, fields, problems: problemsOf(result) } }]
  })
}

function problemsOf(result: Extract<IntakeResult, { status: 'refused' }>) {
  if (result.problems.length > 0) return result.problems
  // The whole case was refused, not a field of it.
  const refusal = new Refusal(result.code, {
    reference: result.reference ?? '',
    application: '',
    unit: (result.unit ?? '').slice(0, 60),
    ...result.parameters,
  })
  return [{ field: '', code: result.code, message: { en: refusal.title('en'), ur: refusal.title('ur') } }]
}

async function advance(
  tx: Transaction,
  state: ImportRow,
  batch: {
    readonly results: readonly IntakeResult[]
    readonly prepared: Prepared
    readonly refused: number
    readonly records: number
  },
): Promise<ImportRow> {
  const { results, prepared, refused, records } = batch
  const opened = results.filter(({ status }) => status === 'accepted').length
  const unchanged = results.filter(({ status }) => status === 'unchanged').length
  const outcomes = results.filter(
    ({ status }, index) => status !== 'refused' && prepared.request.submissions[index]?.outcome !== undefined,
  ).length
  const counts = [records, opened, unchanged, refused, outcomes]
  const moved = await tx.maybe(advanceImport, [tx.institutionId, state.importId, state.records, ...counts])
  if (moved === undefined) throw new Refusal('import.in_progress')
  return moved
}

/** What is sealed of a refused row: all that it holds, and the problems, which may repeat it. */
const RefusedContent = z.strictObject({
  raw: z.string(),
  fields: z.array(z.string()).optional(),
  problems: z.array(
    z.strictObject({
      field: z.string(),
      code: z.string(),
      message: z.strictObject({ en: z.string(), ur: z.string() }),
    }),
  ),
})
type RefusedContent = z.infer<typeof RefusedContent>

/** @throws Refusal `import.refusals_erased` where the key of the import's refused rows has been destroyed */
async function addRefusals(
  tx: Transaction,
  kernel: Kernel,
  { state, refusals }: { readonly state: ImportRow; readonly refusals: readonly NumberedRefusal[] },
): Promise<void> {
  const { importId, holderId } = state
  if (holderId === null) throw new Error('an import has a key for its refused rows')
  const holder = (await requireLiving(tx, [holderId]))
    ? (await holdersById(tx, kernel, [holderId])).get(holderId)
    : undefined
  if (holder === undefined) throw new Refusal('import.refusals_erased')
  const records = refusals.map(({ index }) => state.records + index + 1)
  const sealed = refusals.map(({ index, row: { raw, fields, problems } }) => {
    const content: RefusedContent = { raw, ...(fields && { fields: [...fields] }), problems: [...problems] }
    return seal(holder, refusalPlace(importId, state.records + index + 1), JSON.stringify(content))
  })
  const lines = refusals.map(({ row }) => row.line)
  await tx.run(insertRefusals, [tx.institutionId, importId, records, lines, sealed])
}

async function end(kernel: Kernel, actor: Actor, state: ImportRow): Promise<ImportRow> {
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const at = kernel.clock()
    const finished = await tx.maybe(finishImport, [tx.institutionId, state.importId, state.records, at])
    if (finished === undefined) throw new Refusal('import.in_progress')
    await append(tx, { actor: actor.name, at }, [
      { kind: 'import.finished', caseId: null, recordId: state.importId, record: importRecord(finished) },
    ])
    return finished
  })
}

/** What the log commits to when an import ends: all of its row, which nothing changes after that. */
export function importRecord(row: ImportRow): string {
  return canonicalJson({
    application: row.applicationId,
    delimiter: row.delimiter,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    // As the text that is stored.
    header: JSON.stringify(row.header),
    holder: row.holderId,
    import: row.importId,
    mappingDigest: Buffer.from(row.mappingDigest).toString('hex'),
    opened: row.opened,
    outcomes: row.outcomes,
    records: row.records,
    refused: row.refused,
    sourceDigest: Buffer.from(row.sourceDigest).toString('hex'),
    sourceName: row.sourceName,
    startedAt: row.startedAt.toISOString(),
    unchanged: row.unchanged,
  })
}

/**
 * The file of refused rows of an import, in pieces of text; nothing where no row was refused. Each piece is a read that is
 * logged with the number of its rows.
 *
 * @throws Refusal `import.refusals_erased`
 */
export async function* refusedFile(
  kernel: Kernel,
  actor: Actor,
  state: ImportRow,
): AsyncGenerator<string, void, void> {
  if (state.refused === 0) return
  const { header, delimiter, importId, applicationId, holderId } = state
  yield refusedFileHeader(header, delimiter)
  let after = 0
  for (;;) {
    const place = [actor.institutionId, importId, after, 1_000]
    const rows = await kernel.db.transaction(actor.institutionId, (tx) => tx.rows(refusalsOfImport, place), {
      isReadOnly: true,
    })
    const last = rows.at(-1)
    if (last === undefined) return
    const cases = rows.map(({ record, sealed }) => ({
      holderId,
      texts: [{ place: refusalPlace(importId, record), sealed }],
    }))
    const opened = await openBatch(kernel, actor, { applicationId, purpose: 'import', cases })
    const refused = rows.map(({ line }, index): RefusedRow => {
      const [text] = opened[index]?.texts ?? []
      if (typeof text !== 'string') throw new Refusal('import.refusals_erased')
      return { line, ...RefusedContent.parse(JSON.parse(text)) }
    })
    yield refusedFileRows(refused, { header, delimiter })
    after = last.record
  }
}
