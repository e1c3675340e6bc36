/** A receipt as one QR code (ISO/IEC 18004), to be printed on what a person takes home. */
import { encodeQR } from 'qr'
import { Refusal } from '../errors.ts'

/**
 * Levels of error correction, with the bytes that the largest symbol holds at each (table 7). Medium stands a folded sheet;
 * stronger ones only make the modules smaller, and what a phone fails at is small modules.
 */
const levels = [
  ['medium', 2331],
  ['low', 2953],
] as const

/** Modules of white that a reader needs around the symbol (section 5.3.8). */
const quietZone = 4

/**
 * The code as an SVG picture, one unit a module: the receipt's text byte for byte, under medium error correction where that
 * holds it, else low.
 *
 * @throws Refusal `receipt.qr_too_long`
 */
export function receiptQr(text: string): string {
  const bytes = Buffer.byteLength(text)
  const level = levels.find(([, most]) => bytes <= most)
  if (level === undefined) throw new Refusal('receipt.qr_too_long', { bytes, most: 2953 })
  const rows = encodeQR(text, 'raw', { ecc: level[0], encoding: 'byte', border: quietZone })
  const side = rows.length
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">`,
    '<title>QR code of the receipt · رسید کا کیو آر کوڈ</title>',
    `<path fill="#fff" d="M0 0h${side}v${side}H0z"/>`,
    `<path stroke="#000" d="${rows.map(strokesOf).join('')}"/>`,
    '</svg>\n',
  ].join('')
}

/** The dark modules of a row, each run one stroke along its middle. */
function strokesOf(row: readonly boolean[], y: number): string {
  const strokes: string[] = []
  let pen = 0
  for (let x = 0; x < row.length; x++) {
    const start = x
    while (row[x] === true) x++
    if (x === start) continue
    strokes.push(strokes.length === 0 ? `M${start} ${y}.5h${x - start}` : `m${start - pen} 0h${x - start}`)
    pen = x
  }
  return strokes.join('')
}
