import { readWith } from '@khudi/sdk'
import { Declaration, Examination } from './case.ts'
import { generateDeclarations } from './sample/declarations.ts'

for (const seed of [1, 2, 3]) {
  let t = performance.now()
  const all = [...generateDeclarations({ seed, count: 20000 })]
  console.log('gen', performance.now() - t)
  const k = {},
    f = {},
    offices = {},
    cur = {}
  let bad = 0
  const ev = []
  for (const g of all) {
    k[g.outcome.misdeclared ?? '-'] = (k[g.outcome.misdeclared ?? '-'] ?? 0) + 1
    f[g.outcome.finding] = (f[g.outcome.finding] ?? 0) + 1
    offices[g.case.customsOffice] = (offices[g.case.customsOffice] ?? 0) + 1
    cur[g.case.invoiceValue.currency] = (cur[g.case.invoiceValue.currency] ?? 0) + 1
    if (g.outcome.additionalDuty) ev.push(Number(g.outcome.additionalDuty.amountMinor) / 100)
  }
  ev.sort((a, b) => a - b)
  console.log(
    k,
    f,
    offices,
    cur,
    'evaded q',
    [0, 0.1, 0.5, 0.8, 0.9, 1].map((q) => ev[Math.min(ev.length - 1, Math.floor(q * ev.length))]),
  )
  t = performance.now()
  for (const g of all) {
    const r = readWith(Declaration, g.case),
      r2 = readWith(Examination, g.outcome)
    if (!r.ok || !r2.ok) {
      bad++
      if (bad < 4) console.log(JSON.stringify(r.problems ?? r2.problems), g.case, g.outcome)
    }
  }
  console.log('parse', performance.now() - t, 'bad', bad)
  if (seed == 1) console.log(all[0], all[5])
}
