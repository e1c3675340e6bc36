/** The glossary holds every word of the code's closed sets, in both languages, and none that the code has dropped. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type BilingualText, classifications, legalBasisKinds, protections, z } from '@khudi/sdk'
import { roles, scopes } from '../kernel/access/roles.ts'
import { BackendKind, jurisdictions } from '../kernel/backends/facts.ts'
import { Scheme } from '../kernel/backends/store.ts'
import { BreachRisk, BreachStage } from '../kernel/breaches/breaches.ts'
import { CaseState, caseEvents, stateLabels } from '../kernel/cases/states.ts'
import { CaseSource } from '../kernel/cases/store.ts'
import { ConsentChannel, ConsentEvent, ConsentUse } from '../kernel/consents/events.ts'
import type { IntakeResult } from '../kernel/decisions/intake.ts'
import { ReviewKind } from '../kernel/decisions/store.ts'
import { ImportState } from '../kernel/imports/store.ts'
import { JobState } from '../kernel/jobs/store.ts'
import { LogKind } from '../kernel/log/kinds.ts'
import { ModelOrigin, ModelState } from '../kernel/models/store.ts'
import { proposalStates } from '../kernel/proposals/proposals.ts'
import { SystemState } from '../kernel/register/store.ts'
import { classificationSpecs } from '../kernel/registers/classifications.ts'
import { legalBases } from '../kernel/registers/legal-bases.ts'
import { Purpose, purposes } from '../kernel/registers/purposes.ts'
import { Verdict } from '../kernel/reviews/store.ts'
import { HoldKind } from '../kernel/rights/holds.ts'
import { RequestChannel, RequestKind, RequestState, RequestVerdict } from '../kernel/rights/requests.ts'
import { RetentionAfter } from '../kernel/rights/retention.ts'
import { unitKinds } from '../kernel/units/kinds.ts'
import { UnitChange } from '../kernel/units/store.ts'
import { ErasureGround } from '../kernel/vault/grounds.ts'
import { root, sourceFiles } from './files.ts'

/** A record, so that a result which is added to the type is missing here when it is compiled. */
const intakeResults: Readonly<Record<IntakeResult['status'], true>> = {
  accepted: true,
  unchanged: true,
  refused: true,
}

/** Every closed set by the heading it stands under. */
const closedSets: Readonly<Record<string, readonly string[]>> = {
  'Case states': CaseState.options,
  'Case events': caseEvents,
  'Case sources': CaseSource.options,
  'Intake results': Object.keys(intakeResults),
  'Kinds of review': ReviewKind.options,
  Verdicts: Verdict.options,
  'Kinds of log entry': LogKind.options,
  'Model states': ModelState.options,
  'Origins of models': ModelOrigin.options,
  'Proposal states': proposalStates,
  'Register states': SystemState.options,
  'Job states': JobState.options,
  'Import states': ImportState.options,
  'Kinds of units': Object.keys(unitKinds),
  'Changes of units': UnitChange.options,
  Classifications: classifications,
  Protections: protections,
  Roles: Object.keys(roles),
  Scopes: scopes,
  Purposes: Purpose.options,
  'Grounds of erasure': ErasureGround.options,
  'Kinds of legal basis': legalBasisKinds,
  'What consents are about': ConsentUse.options,
  'What persons say': ConsentEvent.options,
  'How persons say it': ConsentChannel.options,
  'Kinds of backend': BackendKind.options,
  Jurisdictions: jurisdictions,
  'Schemes of backends': Scheme.options,
  'Kinds of request': RequestKind.options,
  'Request states': RequestState.options,
  'Verdicts on requests': RequestVerdict.options,
  'Channels of requests': RequestChannel.options,
  'Kinds of hold': HoldKind.options,
  'After retention': RetentionAfter.options,
  'Risks of a breach': BreachRisk.options,
  'Stages of a breach': BreachStage.options,
}

const labels: Readonly<Record<string, Readonly<Record<string, BilingualText>>>> = {
  'Case states': stateLabels,
  'Kinds of units': unitKinds,
  Roles: Object.fromEntries(Object.entries(roles).map(([role, { label }]) => [role, label])),
  'Kinds of legal basis': Object.fromEntries(
    Object.entries(legalBases).map(([kind, { label }]) => [kind, label]),
  ),
  Classifications: Object.fromEntries(
    Object.entries(classificationSpecs).map(([one, { label }]) => [one, label]),
  ),
  Purposes: Object.fromEntries(Object.entries(purposes).map(([purpose, { label }]) => [purpose, label])),
}

type Row = readonly string[]

/** Rows of the table under a heading, without the table's own head; cells are trimmed. */
function rowsUnder(page: string, heading: string): readonly Row[] {
  const [, after = ''] = page.split(`\n## ${heading}\n`)
  const [section = ''] = after.split('\n## ')
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

const page = await readFile(join(root, 'docs/glossary.md'), 'utf8')
const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)

for (const [heading, codes] of Object.entries(closedSets)) {
  test(`the glossary holds exactly these, in order: ${heading.toLowerCase()}`, () => {
    assert.deepEqual(
      rowsUnder(page, heading).map(([code]) => code),
      codes.map((code) => `\`${code}\``),
    )
  })
}

test('a word that pages show has the same label in the glossary', () => {
  for (const [heading, known] of Object.entries(labels)) {
    for (const [code, label] of Object.entries(known)) {
      const row = rowsUnder(page, heading).find(([cell]) => cell === `\`${code}\``)
      assert.deepEqual({ en: row?.[1], ur: row?.[2] }, label, code)
    }
  }
})

test('every word has English, Urdu, a meaning and a source, and stands once under its heading', () => {
  for (const heading of headings) {
    const rows = rowsUnder(page, heading)
    assert.notEqual(rows.length, 0, heading)
    assert.equal(new Set(rows.map(([term]) => term)).size, rows.length, heading)
    for (const row of rows) {
      const urdu = row.at(-3) ?? ''
      assert.match(urdu, /\p{Script=Arabic}/u, row.join(' | '))
      assert.ok(
        row.every((cell) => cell !== ''),
        row.join(' | '),
      )
      assert.match(row.at(-2) ?? '', /\.$/, 'a meaning is a finished sentence')
    }
  }
})

test('every closed set that a noun of the kernel exports is in the glossary', async () => {
  const files = await sourceFiles((path) => /^kernel\/\w+\/(store|states|kinds)\.ts$/.test(path))
  const terms = new Set(headings.flatMap((heading) => rowsUnder(page, heading).map(([term]) => term)))
  const missing = await Promise.all(
    files.map(async (file) => {
      const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href)
      const sets = Object.entries(module).filter(([, value]) => value instanceof z.ZodEnum)
      return sets.flatMap(([name, set]) =>
        set instanceof z.ZodEnum
          ? set.options.filter((code) => !terms.has(`\`${code}\``)).map((code) => `${name}: ${code}`)
          : [],
      )
    }),
  )
  assert.ok(files.length > 0)
  assert.deepEqual(missing.flat(), [])
})
