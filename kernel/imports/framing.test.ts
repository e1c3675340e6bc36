import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { Refusal } from '../errors.ts'
import { openCsv } from './csv.ts'
import type { CsvRecord } from './framing.ts'
import type { Encoding } from './mapping.ts'
import { bytesOf } from './test-content.ts'

const columns = ['a', 'b', 'c']

interface ReadOptions {
  readonly chunk: number
  readonly encoding?: Encoding
  readonly maxRecordLength?: number
}

async function readAll(content: Uint8Array, options: ReadOptions) {
  const records: CsvRecord[] = []
  let refusal: Refusal | undefined
  try {
    const reading = await openCsv(bytesOf(content, options.chunk), {
      delimiter: ',',
      encoding: options.encoding ?? 'utf-8',
      columns,
      batchSize: 3,
      maxRecordLength: options.maxRecordLength ?? 400,
      maxFieldLength: 60,
    })
    for await (const batch of reading.batches) records.push(...batch)
    assert.equal(reading.tally().records, records.length)
    assert.equal(reading.tally().refused, records.filter((record) => 'problems' in record).length)
  } catch (error) {
    assert.ok(error instanceof Refusal, `threw ${String(error)}`)
    refusal = error
  }
  return { records, refusal }
}

const chunk = fc.integer({ min: 1, max: 40 })
const nasty = fc.string({
  unit: fc.constantFrom('a', '"', '"', ',', '\n', '\r', '\0', 'چ', ' ', '1'),
  maxLength: 120,
})

test('what a writer wrote is what is read, in any encoding, line end, chunk size and compression', async () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'چ', '🌾', ' ', "'", '='),
    maxLength: 12,
  })
  const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 12 })
  const written = fc.record({ rows, chunk, crlf: fc.boolean(), gzip: fc.boolean(), utf16: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(written, async ({ rows, chunk, crlf, gzip, utf16 }) => {
      const text = stringify([columns, ...rows], {
        record_delimiter: crlf ? '\r\n' : '\n',
        quoted_match: /[\r\n]/,
      })
      const bytes = Buffer.from(text, utf16 ? 'utf16le' : 'utf8')
      const content = gzip ? gzipSync(bytes) : bytes
      const { records, refusal } = await readAll(content, { chunk, encoding: utf16 ? 'utf-16le' : 'utf-8' })
      assert.equal(refusal, undefined)
      assert.deepEqual(
        records.map(({ fields }) => fields),
        rows,
      )
    }),
  )
})

test('every line of any text is in exactly one record, accepted or refused', async () => {
  await fc.assert(
    fc.asyncProperty(nasty, chunk, async (body, chunk) => {
      const { records, refusal } = await readAll(Buffer.from(`a,b,c\n${body}`), { chunk })
      // Records in their order make up the text again; between them stand line ends and nothing else.
      let at = 0
      for (const { raw } of records) {
        at += /^[\r\n]*/.exec(body.slice(at))?.[0].length ?? 0
        const start = body.indexOf(raw.replace(/^[\r\n]+/, ''), at)
        assert.equal(start, at, `${JSON.stringify(raw)} in ${JSON.stringify(body)}`)
        at = start + raw.replace(/^[\r\n]+/, '').length
      }
      if (refusal === undefined) assert.match(body.slice(at), /^[\r\n]*$/)
      else assert.equal(refusal.code, 'import.quotes_broken')
    }),
    { numRuns: 400 },
  )
})

test('how the bytes are cut into chunks changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(nasty, chunk, async (body, chunk) => {
      const content = Buffer.from(`a,b,c\n${body}`)
      for (const maxRecordLength of [400, 20]) {
        const whole = await readAll(content, { chunk: content.length, maxRecordLength })
        const cut = await readAll(content, { chunk, maxRecordLength })
        assert.deepEqual(cut.records, whole.records)
        assert.deepEqual(cut.refusal?.parameters, whole.refusal?.parameters)
      }
    }),
  )
})

test('no bytes make the reader throw anything but a refusal', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((tail) => Buffer.concat([Buffer.from('a,b,c\n'), tail])),
    fc.uint8Array({ maxLength: 300 }).map((tail) => Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), tail])),
    nasty.map((text) => Buffer.from(text, 'utf16le')),
  )
  const encoding = fc.constantFrom<Encoding>('utf-8', 'utf-16le', 'utf-16be', 'windows-1256', 'iso-8859-6')
  await fc.assert(
    fc.asyncProperty(bytes, encoding, chunk, async (content, encoding, chunk) => {
      await readAll(content, { chunk, encoding })
    }),
    { numRuns: 500 },
  )
})
