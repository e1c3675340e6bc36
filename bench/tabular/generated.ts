/** Tables whose truth is known, as large as wanted. */
import { seededRandom } from '../../engines/tabular/training/random.ts'
import type { PeerTable } from './peers.ts'

/**
 * `width` columns of standard normal numbers (Box & Muller, 1958), of which a twentieth is missing, and labels of 0 and 1 that
 * depend on six of them, two together, and chance.
 */
export function normalTable(rows: number, width: number, train: number): PeerTable {
  const random = seededRandom(1)
  const normal = () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()))
    return radius * Math.cos(2 * Math.PI * random.uniform())
  }
  const columns = Array.from({ length: width }, () => Float64Array.from({ length: rows }, normal))
  const at = (column: number, row: number) => columns[column]?.[row] ?? 0
  const labels = Float64Array.from({ length: rows }, (_, row) => {
    const linear = at(0, row) + at(1, row) + at(2, row) + at(3, row) - at(4, row)
    return linear + at(5, row) * at(6, row) + normal() > 0 ? 1 : 0
  })
  for (const values of columns)
    for (let row = 0; row < rows; row++) if (random.uniform() < 0.05) values[row] = Number.NaN
  return { columns, labels, train }
}
