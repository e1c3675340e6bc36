/** Fallback, retry, kept replies and batches never widen what was allowed: random faults, and a mutant of every rule. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { batchRun, faultRun, faultWorld, keptRun, type Parts } from '../../test/egress-faults.ts'
import { freshFolder } from '../../test/kernel.ts'
import { Batches } from './batches.ts'
import { Dispatcher } from './dispatch.ts'
import { WayOut } from './way-out.ts'

const numRuns = Number(process.env.KHUDI_FAULT_RUNS ?? 1_000)
const worldOf = await faultWorld()
const folder = freshFolder('mutants')

test(`${numRuns.toLocaleString('en')} runs of random faults: no jurisdiction widened`, async (t) => {
  const world = worldOf({ Batches, Dispatcher, WayOut })
  await fc.assert(fc.asyncProperty(faultRun, world.run), { numRuns })
  const { arrived, ...tally } = world.tally
  t.diagnostic(JSON.stringify({ ...tally, arrived: Object.fromEntries(arrived) }))
  // Whatever the rules are about was reached, or the test would show nothing.
  for (const [what, count] of [...arrived, ...Object.entries(tally)])
    assert.ok(count > numRuns / 100, `${what}: ${count}`)
  assert.equal(arrived.size, 5)
})

/** What a rule looks like in the source, and what is put in its place. */
const mutants: readonly {
  readonly rule: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Where a second line holds the same rule: from, to. */
  readonly also?: readonly [string, string]
}[] = [
  {
    rule: 'every attempt asks in the name of the backend that it goes to',
    file: 'dispatch.ts',
    from: 'const outgoing: Outgoing = { ...dispatch.outgoing, backendId }',
    to: "const outgoing: Outgoing = { ...dispatch.outgoing, classification: 'open', backendId }",
  },
  {
    rule: 'a reply that was kept is given only where the request could be sent now',
    file: 'dispatch.ts',
    from: 'await this.#egress.require(outgoing)',
    to: "{ backendId, backendVersion: 1, isForeign: false, keyHolder: 'institution', policyDigest: '' }",
  },
  { rule: 'kept replies are apart by institution', file: 'replies.ts', from: '    institutionId,\n', to: '' },
  {
    rule: 'kept replies are apart by classification',
    file: 'replies.ts',
    from: '    classification,\n    purpose,\n    isRedacted,\n    [role',
    to: '    purpose,\n    isRedacted,\n    [role',
  },
  {
    rule: 'kept replies are apart by purpose',
    file: 'replies.ts',
    from: '    purpose,\n    isRedacted,\n    [role',
    to: '    isRedacted,\n    [role',
  },
  {
    rule: 'kept replies are apart by redaction',
    file: 'replies.ts',
    from: '    isRedacted,\n    [role',
    to: '    [role',
  },
  { rule: 'batches are apart by institution', file: 'batches.ts', from: '    institutionId,\n', to: '' },
  {
    rule: 'batches are apart by classification',
    file: 'batches.ts',
    from: '    classification,\n    purpose,\n    isRedacted,\n    [role',
    to: '    purpose,\n    isRedacted,\n    [role',
  },
  {
    rule: 'what is redacted and what is not do not travel as redacted together',
    file: 'batches.ts',
    from: '    isRedacted,\n    [role',
    to: '    [role',
    also: ['all.every(({ outgoing }) => outgoing.isRedacted)', 'true'],
  },
  {
    rule: 'a failure of policy stops everything',
    file: 'gate.ts',
    from: 'await gate.policies.require(institutionId, requestOf(outgoing, backend))',
    to: 'await gate.policies.require(institutionId, requestOf(outgoing, backend)).catch((error) => { if (error.code) throw error; return { policyDigest: new Uint8Array(32) } })',
  },
  { rule: 'facts are those of now', file: 'gate.ts', from: 'now: clock()', to: 'now: new Date(0)' },
  {
    rule: 'policy is asked about the jurisdiction',
    file: 'gate.ts',
    from: 'backend: { kind, jurisdiction, keyHolder }',
    to: "backend: { kind, jurisdiction: 'domestic', keyHolder: 'institution' }",
  },
  {
    rule: 'policy is asked about the redaction that was stated',
    file: 'gate.ts',
    from: 'isRedacted, consent',
    to: 'isRedacted: true, consent',
  },
]

const sources = ['batches.ts', 'dispatch.ts', 'replies.ts', 'gate.ts', 'way-out.ts']

/** The five files with one of them changed, in a folder of their own; what they import besides is what it is. */
async function mutated(index: number, mutant: (typeof mutants)[number]): Promise<Parts> {
  for (const file of sources) {
    let text = await readFile(new URL(file, import.meta.url), 'utf8')
    if (file === mutant.file) {
      assert.equal(text.split(mutant.from).length, 2, `${mutant.rule}: the source has it once`)
      const [also = '', instead = ''] = mutant.also ?? []
      assert.ok(text.includes(also))
      text = text.replace(mutant.from, () => mutant.to).replace(also, () => instead)
    }
    const withPaths = text.replace(/from '(\.[^']+)'/g, (_, path: string) => {
      const isOwn = sources.includes(path.replace('./', ''))
      return isOwn
        ? `from './${index}-${path.replace('./', '')}'`
        : `from '${new URL(path, import.meta.url).href}'`
    })
    await writeFile(join(folder, `${index}-${file}`), withPaths)
  }
  const load = (file: string) => import(pathToFileURL(join(folder, `${index}-${file}`)).href)
  const [batches, dispatch, wayOut] = await Promise.all([
    load('batches.ts'),
    load('dispatch.ts'),
    load('way-out.ts'),
  ])
  return { Batches: batches.Batches, Dispatcher: dispatch.Dispatcher, WayOut: wayOut.WayOut }
}

function runsFor({ rule, file }: (typeof mutants)[number]): typeof faultRun {
  if (file === 'batches.ts') return batchRun
  return rule.includes('kept') ? keptRun : faultRun
}

for (const [index, mutant] of mutants.entries())
  test(`a mutant is caught: ${mutant.rule}`, async () => {
    const world = worldOf(await mutated(index, mutant))
    const outcome = await fc.check(fc.asyncProperty(runsFor(mutant), world.run), {
      numRuns: 2_000,
      endOnFailure: true,
    })
    assert.ok(outcome.failed, 'no run noticed')
    assert.match(String(outcome.errorInstance), / has |merged|was given|was reached/)
  })
