import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type CsvOptions, openCsv } from './csv.ts'
import type { CsvRecord } from './framing.ts'
import type { Encoding } from './mapping.ts'
import { bytesOf, codesOf, refusalOf } from './test-content.ts'

const columns = ['id', 'goods', 'mass']
const options: CsvOptions = { delimiter: ',', encoding: 'utf-8', columns }

async function read(content: string | Uint8Array, changes: Partial<CsvOptions> = {}, chunk = 7) {
  const reading = await openCsv(bytesOf(content, chunk), { ...options, ...changes })
  const records: CsvRecord[] = []
  for await (const batch of reading.batches) records.push(...batch)
  return { ...reading, records, tally: reading.tally() }
}

const fieldsOf = ({ records }: { readonly records: readonly CsvRecord[] }) =>
  records.map(({ fields }) => fields)

test('records come with their first physical line, whatever their length', async () => {
  const { records } = await read('id,goods,mass\n1,cotton,5\n2,"raw ""white""\nrice",6\n3,wheat,7\n')
  assert.deepEqual(
    records.map(({ line, fields }) => [line, fields?.[1]]),
    [
      [2, 'cotton'],
      [3, 'raw "white"\nrice'],
      [5, 'wheat'],
    ],
  )
})

test('a byte-order mark is accepted and is not part of the first column', async () => {
  const { header, records } = await read('\ufeffid,goods,mass\n1,چاول,5\n')
  assert.deepEqual(header, columns)
  assert.deepEqual(records[0]?.fields, ['1', 'چاول', '5'])
})

test('a compressed file is read by what it is, not by what it is called', async () => {
  const { records } = await read(gzipSync('id,goods,mass\n1,a,5\n'), {}, 3)
  assert.deepEqual(records[0]?.fields, ['1', 'a', '5'])
})

test('a compressed file that is cut short is refused after the rows that could be read', async () => {
  const whole = gzipSync(`id,goods,mass\n${'1,a,5\n'.repeat(200_000)}`, { level: 0 })
  const rows: number[] = []
  const refusal = await refusalOf(async () => {
    const reading = await openCsv(bytesOf(whole.subarray(0, whole.length - 20), 65_536), options)
    for await (const batch of reading.batches) rows.push(batch.length)
  })
  assert.equal(refusal.code, 'import.gzip_damaged')
  assert.ok(rows.length > 0)
})

test('a compressed file that was made to grow without end is given up on', async () => {
  const head = gzipSync('id,goods,mass\n1,a,5\n')
  const blank = gzipSync('\n'.repeat(32 * 1024 * 1024), { level: 9 })
  await assert.rejects(read(Buffer.concat([head, blank]), {}, 65_536), { code: 'import.gzip_excessive' })
  const table = gzipSync(`id,goods,mass\n${'1,a,5\n2,b,7\n'.repeat(2_000)}`)
  assert.equal((await read(table, {}, 65_536)).records.length, 4_000)
})

test('mixed line ends are accepted and counted', async () => {
  const { tally, records } = await read('id,goods,mass\r\n1,a,5\n2,b,6\r3,c,7\r\n\r\n4,d,8')
  assert.deepEqual(
    records.map(({ line }) => line),
    [2, 3, 4, 6],
  )
  assert.deepEqual(tally.lineEnds, { lf: 1, crlf: 3, cr: 1 })
  assert.equal(tally.emptyLines, 1)
})

test('a stray quotation mark refuses its row by line, and reading goes on', async () => {
  const { records } = await read('id,goods,mass\n1,5" pipe and 6" pipe,5\n2,"a"b,6\n3,c,7\n')
  assert.deepEqual(records.map(codesOf), [['import.quotes_broken'], ['import.quotes_broken'], []])
  assert.deepEqual(
    records.map(({ line }) => line),
    [2, 3, 4],
  )
})

test('a quotation mark that is never closed costs its own row and no other', async () => {
  const { records } = await read('id,goods,mass\n1,"cotton,5\n2,rice,6\n3,"wheat",7\n4,"x,8\n5,tea,9\n')
  assert.deepEqual(
    records.map(({ line }) => line),
    [2, 3, 4, 5, 6],
  )
  assert.deepEqual(records.map(codesOf), [['import.quotes_broken'], [], [], ['import.quotes_broken'], []])
})

test('where broken quotes leave no safe place to go on, reading stops and names the line', async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `only ${index}, two`).join('\n')
  const refusal = await refusalOf(() => read(`id,goods,mass\n1,a,5\n2,"b"c"\n${lines}\n`))
  assert.equal(refusal.code, 'import.quotes_broken')
  assert.equal(refusal.parameters.line, 3)
})

test('a file of one column does not take prose for records after broken quotes', async () => {
  const prose = 'a line of prose\n'.repeat(40)
  const refusal = await refusalOf(() => read(`id\n1\n"2"x"\n${prose}`, { columns: ['id'] }))
  assert.equal(refusal.code, 'import.quotes_broken')
})

test('an open quotation mark before more than a record may hold does not swallow the file', async () => {
  const rows = Array.from({ length: 500 }, (_, index) => `${index},tea,${index}`).join('\n')
  const { records } = await read(`id,goods,mass\n1,"cotton,5\n${rows}\n`, { maxRecordLength: 1000 }, 64)
  assert.deepEqual(codesOf(records[0]), ['import.quotes_broken'])
  assert.equal(records.filter((record) => !('problems' in record)).length, 500)
})

test('a row with more or fewer columns than the header is refused', async () => {
  const { records } = await read('id,goods,mass\n1,a\n2,b,6,x\n3,c,7\n,,\n')
  assert.deepEqual(records.map(codesOf), [['import.column_count'], ['import.column_count'], [], []])
})

test('a value over the limit refuses its row and names its column', async () => {
  const { records } = await read(`id,goods,mass\n1,${'x'.repeat(70_000)},5\n2,b,6\n`, {}, 4096)
  assert.deepEqual(codesOf(records[0]), ['import.field_too_long'])
  assert.equal(records[0] && 'problems' in records[0] && records[0].problems[0]?.field, 'goods')
  assert.deepEqual(codesOf(records[1]), [])
})

for (const [what, open, close] of [
  ['plain', '', ''],
  ['quoted', '"', '"'],
  ['quoted with line ends', '"first\nsecond', 'last\n"'],
] as const) {
  test(`a ${what} field of 10 MB refuses its row without being held`, async () => {
    const field = `${open}${'x'.repeat(10_000_000)}${close}`
    const { records } = await read(`id,goods,mass\n1,${field},5\n2,b,6\n`, {}, 65_536)
    assert.deepEqual(records.map(codesOf), [['import.record_too_long'], []])
    assert.ok((records[0]?.raw.length ?? 0) <= 4096)
  })
}

test('a row with a NUL byte is refused', async () => {
  const { records } = await read('id,goods,mass\n1,a\0b,5\n2,"b\0",6\n3,c,7\n')
  assert.deepEqual(records.map(codesOf), [['import.nul'], ['import.nul'], []])
})

test('bytes that are not UTF-8 are refused by line and offset, after the rows before them', async () => {
  const content = Buffer.concat([
    Buffer.from('id,goods,mass\n1,a,5\n2,'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from(',6\n'),
  ])
  const rows: number[] = []
  const refusal = await refusalOf(async () => {
    const reading = await openCsv(bytesOf(content, 5), options)
    for await (const batch of reading.batches) rows.push(...batch.map(({ line }) => line))
  })
  assert.equal(refusal.code, 'import.encoding_wrong')
  assert.deepEqual(refusal.parameters, { encoding: 'utf-8', line: 3, offset: 22 })
  assert.deepEqual(rows, [2])
})

test('a file that ends within a character is refused at that character', async () => {
  const content = Buffer.from('id,goods,mass\n1,چ')
  const refusal = await refusalOf(() => read(content.subarray(0, content.length - 1)))
  assert.deepEqual(refusal.parameters, { encoding: 'utf-8', line: 2, offset: 16 })
})

test('declared encodings are decoded, across any chunk boundary', async () => {
  const urdu = 'id,goods,mass\n1,"چاول 🌾",5\n'
  const utf16 = Buffer.from(urdu, 'utf16le')
  const encoded: readonly (readonly [Encoding, Uint8Array, string])[] = [
    ['utf-16le', utf16, 'چاول 🌾'],
    ['utf-16le', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 'چاول 🌾'],
    ['utf-16be', Buffer.from(utf16).swap16(), 'چاول 🌾'],
    // چاول in Windows-1256: the Persian letter has its place there, the others are those of Arabic.
    [
      'windows-1256',
      Buffer.from([...Buffer.from('id,goods,mass\n1,'), 0x8d, 0xc7, 0xe6, 0xe1, 0x2c, 0x35]),
      'چاول',
    ],
  ]
  for (const [encoding, content, goods] of encoded) {
    for (const chunk of [1, 2, 3, 5, 64])
      assert.equal((await read(content, { encoding }, chunk)).records[0]?.fields?.[1], goods, encoding)
  }
})

test('a file in another encoding than the declared one is refused where the bytes betray it', async () => {
  const urdu = `id,goods,mass\n1,${'چاول اور گندم '.repeat(3)},5\n`
  const cases: readonly (readonly [Encoding, Uint8Array])[] = [
    ['windows-1256', Buffer.from(urdu)],
    ['utf-8', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(urdu, 'utf16le')])],
    ['utf-8', Buffer.from('id,goods,mass\n1,a,5\n', 'utf16le')],
    ['windows-1256', Buffer.from('id,goods,mass\n1,a,5\n', 'utf16le').swap16()],
  ]
  for (const [encoding, content] of cases)
    assert.equal((await refusalOf(() => read(content, { encoding }, 4096))).code, 'import.encoding_mismatch')
})

test('a spreadsheet and other binary files are refused as such', async () => {
  for (const content of [Buffer.from('PK\x03\x04xxxx'), Buffer.from('\0\0\0\0id,goods\n')])
    assert.equal((await refusalOf(() => read(content))).code, 'import.file_not_text')
})

test('an empty file is refused, one of a header alone has no rows', async () => {
  for (const content of ['', '\n\r\n\n', '\ufeff'])
    assert.equal((await refusalOf(() => read(content))).code, 'import.file_empty')
  assert.deepEqual((await read('id,goods,mass')).records, [])
})

test('another delimiter than the declared one is refused, and named', async () => {
  const refusal = await refusalOf(() => read('id;goods;mass\n1;a;5\n'))
  assert.equal(refusal.code, 'import.delimiter_wrong')
  assert.deepEqual(refusal.parameters, { declared: ',', seems: ';' })
})

test('a delimiter to be found is found from the header alone, and refused where two would do', async () => {
  for (const delimiter of [',', ';', '\t', '|'] as const) {
    const content = `${columns.join(delimiter)}\n1${delimiter}a${delimiter}5\n`
    const reading = await read(content, { delimiter: 'auto-refuse' })
    assert.equal(reading.delimiter, delimiter)
    assert.deepEqual(fieldsOf(reading), [['1', 'a', '5']])
  }
  const refusal = await refusalOf(() => read('id\n1\n', { delimiter: 'auto-refuse', columns: ['id'] }))
  assert.equal(refusal.code, 'import.delimiter_ambiguous')
})

test('a header that names a column twice is refused', async () => {
  const refusal = await refusalOf(() => read('id,goods,mass,goods \n1,a,5,b\n'))
  assert.equal(refusal.code, 'import.columns_duplicate')
  assert.deepEqual(refusal.parameters, { columns: 'goods' })
})

test('missing columns are named by the mapping, so that a file without a header leaks none of its data', async () => {
  const refusal = await refusalOf(() => read('35202-1234567-1,cotton,5\n'))
  assert.equal(refusal.code, 'import.columns_missing')
  assert.deepEqual(refusal.parameters, { columns: 'id, goods, mass' })
})

test('a header with broken quotes is refused', async () => {
  for (const content of ['id,"goods,mass\n1,a,5\n', 'id,"goods"x,mass\n'])
    assert.equal((await refusalOf(() => read(content))).code, 'import.header_broken')
})

test('batches are bounded by rows and by characters', async () => {
  const content = `id,goods,mass\n${'1,a,5\n'.repeat(10)}`
  const sizes = async (changes: Partial<CsvOptions>) => {
    const reading = await openCsv(bytesOf(content, 9), { ...options, ...changes })
    return (await Array.fromAsync(reading.batches)).map((batch) => batch.length)
  }
  assert.deepEqual(await sizes({ batchSize: 4 }), [4, 4, 2])
  assert.deepEqual(await sizes({ maxRecordLength: 14 }), [3, 3, 3, 1])
})

test('a reader that stops early lets the source go, and no more is read than it asked for', async () => {
  let given = 0
  const closed = Promise.withResolvers<void>()
  const source = async function* () {
    try {
      yield Buffer.from('id,goods,mass\n')
      for (;;) {
        given += 1
        yield Buffer.from('1,a,5\n')
      }
    } finally {
      closed.resolve()
    }
  }
  const reading = await openCsv(source(), { ...options, batchSize: 10 })
  for await (const batch of reading.batches) {
    assert.equal(batch.length, 10)
    break
  }
  await closed.promise
  assert.ok(given <= 12, `${given} chunks were taken for 10 rows`)
})

test('a source is let go when its header is refused, and when a compressed one is not read to its end', async () => {
  const closing = (content: Uint8Array) => {
    const closed = Promise.withResolvers<void>()
    const source = async function* () {
      try {
        for (;;) yield content
      } finally {
        closed.resolve()
      }
    }
    return { source: source(), closed: closed.promise }
  }
  const wrong = closing(Buffer.from('id,goods\n'))
  await refusalOf(() => openCsv(wrong.source, options))
  await wrong.closed
  const compressed = closing(gzipSync('id,goods,mass\n'))
  const reading = await openCsv(compressed.source, options)
  for await (const batch of reading.batches) if (batch.length > 0) break
  await compressed.closed
})
