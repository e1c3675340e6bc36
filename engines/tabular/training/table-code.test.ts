import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sharedMemory } from '../machine/webassembly.ts'
import { layOut } from './layout.ts'
import { tableCode } from './table-code.ts'

const tables = fc
  .record({
    binCounts: fc.array(fc.integer({ min: 2, max: 256 }), { minLength: 1, maxLength: 12 }),
    rows: fc.integer({ min: 1, max: 90 }),
  })
  .chain(({ binCounts, rows }) =>
    fc.record({
      binCounts: fc.constant(binCounts),
      bins: fc.array(fc.tuple(...binCounts.map((count) => fc.integer({ min: 0, max: count - 1 }))), {
        minLength: rows,
        maxLength: rows,
      }),
      derivatives: fc.array(fc.tuple(fc.nat(2 ** 20), fc.integer({ min: -(2 ** 20), max: 2 ** 20 })), {
        minLength: rows,
        maxLength: rows,
      }),
      listed: fc.uniqueArray(fc.nat(rows - 1), { minLength: 0, maxLength: rows }),
      thread: fc.integer({ min: 0, max: 2 }),
    }),
  )

function placed(table: typeof tables extends fc.Arbitrary<infer T> ? T : never) {
  const rows = table.bins.length
  const binCounts = Int32Array.from(table.binCounts)
  const layout = layOut({ rows, binCounts, slots: 2, threads: 3 })
  const memory = sharedMemory(layout.bytes)
  const bytes = new Uint8Array(memory.buffer)
  const words = new Int32Array(memory.buffer)
  for (const [row, own] of table.bins.entries()) {
    bytes.set(own, layout.bins + row * layout.stride)
    for (const [column, bin] of own.entries()) bytes[layout.columns + column * rows + row] = bin
  }
  for (const [row, pair] of table.derivatives.entries()) words.set(pair, layout.derivatives / 4 + 2 * row)
  words.set(table.listed, layout.order / 4)
  const code = tableCode(memory, layout, table.thread)
  return { layout, bytes, words, code, end: layout.order + 4 * table.listed.length }
}

test('a histogram holds the sums of the listed rows by column and bin', () => {
  fc.assert(
    fc.property(tables, (table) => {
      const { layout, words, code, end } = placed(table)
      const own = layout.own + table.thread * layout.histogramBytes
      // What an earlier tree has left there is not added to.
      words.fill(7, own / 4, (own + layout.histogramBytes) / 4)
      code.count(layout.order, end)
      table.binCounts.forEach((count, column) => {
        for (let bin = 0; bin < count; bin++) {
          const of = table.listed.filter((row) => table.bins[row]?.[column] === bin)
          const sumOf = (word: 0 | 1) =>
            of.reduce((sum, row) => sum + (table.derivatives[row]?.[word] ?? 0), 0)
          const expected = [sumOf(0), sumOf(1)]
          const at = own / 4 + 2 * ((layout.offsets[column] ?? 0) + bin)
          assert.deepEqual([words[at], words[at + 1]], expected)
        }
      })
    }),
  )
})

test('histograms are added and subtracted word by word', () => {
  fc.assert(
    fc.property(tables, fc.integer({ min: -9, max: 9 }), (table, add) => {
      const { layout, words, code, end } = placed(table)
      const own = layout.own + table.thread * layout.histogramBytes
      code.count(layout.order, end)
      code.copy(layout.kept, own, layout.histogramBytes)
      const kept = () => [...words.subarray(layout.kept / 4, (layout.kept + layout.histogramBytes) / 4)]
      const once = kept()
      for (let time = 0; time < Math.abs(add); time++) code.addTo(layout.kept, own)
      for (let time = 0; time < Math.abs(add); time++) code.takeFrom(layout.kept, own)
      assert.deepEqual(kept(), once)
      code.takeFrom(layout.kept, own)
      assert.ok(kept().every((word) => word === 0))
    }),
  )
})

test('rows that go left come first and both sides keep their order', () => {
  fc.assert(
    fc.property(tables, fc.nat(11), fc.infiniteStream(fc.boolean()), (table, any, left) => {
      const { layout, bytes, words, code, end } = placed(table)
      const column = any % table.binCounts.length
      const goes = Array.from({ length: 256 }, () => left.next().value === true)
      bytes.set(goes.map(Number), layout.goesLeft)
      const middle = (code.part(layout.order, end, column) - layout.order) / 4
      const goesLeft = (row: number) => goes[table.bins[row]?.[column] ?? 0]
      assert.deepEqual(
        [...words.subarray(layout.order / 4, layout.order / 4 + middle)],
        table.listed.filter(goesLeft),
      )
      const others = table.listed.filter((row) => !goesLeft(row))
      assert.deepEqual([...words.subarray(layout.scratch / 4, layout.scratch / 4 + others.length)], others)
    }),
  )
})
