/**
 * The few laws of chance that the trust figures rest on. Each agrees with scipy to at least nine digits on the fixture beside
 * the test.
 */

/** Logarithm of the gamma function for positive arguments (Lanczos' series with g = 7, nine terms). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  let series = LANCZOS[0] ?? 0
  for (let i = 1; i < LANCZOS.length; i++) series += (LANCZOS[i] ?? 0) / (x - 1 + i)
  const shifted = x + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(shifted) - shifted + Math.log(series)
}

const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
] as const

/** Probability that a Beta(a, b) variable is at most x: the regularised incomplete beta function (DLMF 8.17). */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast below the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaCdf(1 - x, b, a)
  const front = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)
  return (Math.exp(front) * betaFraction(x, a, b)) / a
}

/** DLMF 8.17.22 by Lentz's method; about √max(a, b) terms. */
function betaFraction(x: number, a: number, b: number): number {
  const TINY = 1e-300
  let c = 1
  let d = 1 - ((a + b) * x) / (a + 1)
  d = 1 / (Math.abs(d) < TINY ? TINY : d)
  let fraction = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    for (const term of [even, odd]) {
      d = 1 + term * d
      d = 1 / (Math.abs(d) < TINY ? TINY : d)
      c = 1 + term / c
      c = Math.abs(c) < TINY ? TINY : c
      fraction *= c * d
    }
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return fraction
}

/** The x that a Beta(a, b) variable stays below with the given probability, by halving to the last bit that matters. */
export function betaQuantile(probability: number, a: number, b: number): number {
  let low = 0
  let high = 1
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (betaCdf(middle, a, b) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

export interface Band {
  readonly low: number
  readonly high: number
}

/**
 * Where a share lies that was seen `found` times in `count`: the exact interval (Clopper & Pearson, Biometrika 26, 1934). It
 * covers the true share at least as often as it says.
 */
export function exactInterval(found: number, count: number, confidence: number): Band {
  const tail = (1 - confidence) / 2
  return {
    low: found === 0 ? 0 : betaQuantile(tail, found, count - found + 1),
    high: found === count ? 1 : betaQuantile(1 - tail, found + 1, count - found),
  }
}

/** The same, shorter and on average rather than always right (Wilson, JASA 22, 1927): what a curve is drawn with. */
export function wilsonInterval(found: number, count: number, confidence: number): Band {
  const z = normalQuantile((1 + confidence) / 2)
  const share = found / count
  const spread = (z * z) / count
  const half = z * Math.sqrt((share * (1 - share)) / count + spread / (4 * count))
  return {
    low: Math.max(0, (share + spread / 2 - half) / (1 + spread)),
    high: Math.min(1, (share + spread / 2 + half) / (1 + spread)),
  }
}

/** Standard normal quantile: algorithm AS 241 of Wichura, Applied Statistics 37 (1988), about 16 digits. */
export function normalQuantile(probability: number): number {
  const q = probability - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(CENTRE_ABOVE, r)) / polynomial(CENTRE_BELOW, r)
  }
  const tail = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)))
  const [above, below, r] =
    tail <= 5 ? [MIDDLE_ABOVE, MIDDLE_BELOW, tail - 1.6] : [FAR_ABOVE, FAR_BELOW, tail - 5]
  return Math.sign(q) * (polynomial(above, r) / polynomial(below, r))
}

/** Coefficients from the constant term up. */
function polynomial(coefficients: readonly number[], at: number): number {
  let value = 0
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * at + (coefficients[i] ?? 0)
  return value
}

const CENTRE_ABOVE = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
]
const CENTRE_BELOW = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852546,
]
const MIDDLE_ABOVE = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
]
const MIDDLE_BELOW = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
]
const FAR_ABOVE = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
]
const FAR_BELOW = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
]
