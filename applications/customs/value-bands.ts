/**
 * Bands of equal ratio for values that spread over many orders of magnitude. A model learns what has been found among
 * goods of a kind at about a price; the band says what "about" is. An octave is a doubling, a quarter of it 19 %, an eighth
 * 9 %.
 */
const bandsPerOctave = { octave: 1, quarter: 4, eighth: 8 } as const
export type BandWidth = keyof typeof bandsPerOctave

/** Values outside fall into the outermost bands: 2⁻³⁰ is a billionth of a unit, 2⁵⁰ a quadrillion. */
const lowestOctave = -30
const highestOctave = 50

const labels: Readonly<Record<BandWidth, readonly string[]>> = {
  octave: labelsOf(bandsPerOctave.octave),
  quarter: labelsOf(bandsPerOctave.quarter),
  eighth: labelsOf(bandsPerOctave.eighth),
}

function labelsOf(perOctave: number): readonly string[] {
  return Array.from({ length: (highestOctave - lowestOctave) * perOctave }, (_, band) => {
    const octaves = lowestOctave + band / perOctave
    return `${edge(octaves)}–${edge(octaves + 1 / perOctave)}`
  })
}

/** Three significant digits tell neighbouring bands apart and can be read at a glance. */
function edge(octaves: number): string {
  return String(Number((2 ** octaves).toPrecision(3)))
}

/** The band a positive value falls into, as `lower–upper` edge, the lower one included. */
export function bandLabel(value: number, width: BandWidth): string {
  const all = labels[width]
  const band = Math.floor((Math.log2(value) - lowestOctave) * bandsPerOctave[width])
  return all[Math.min(all.length - 1, Math.max(0, band))] ?? ''
}
