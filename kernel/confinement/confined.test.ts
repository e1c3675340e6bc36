/** A confined application decides as it would in a thread: same cases, same answers, in the record too. */
import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fieldRegistry, protectionPlan } from '@khudi/sdk'
import { root } from '../../test/files.ts'
import {
  foundInstitution,
  freshFolder,
  freshKernel,
  permit,
  productApplications,
  submit,
  testApplications,
} from '../../test/kernel.ts'
import { sha256 } from '../canonical.ts'
import { Workers } from '../decisions/workers.ts'
import { recordOutcome } from '../outcomes/outcomes.ts'
import { loadApplications } from '../register/applications.ts'

const { kernel } = await freshKernel([], [testApplications])
const operator = await foundInstitution(kernel, 'alpha')
const enginesFolder = join(root, 'engines')

/** The same applications, as threads run them and as confined processes do. */
const inThreads = await loadApplications([testApplications])

/** Threads, as for applications that come with the product. */
function inThreadsOf(): Workers {
  const code = [...inThreads].map(([id, { folder, digest }]) => [id, { folder, digest }] as const)
  const made = new Workers({ applications: Object.fromEntries(code), enginesFolder }, 1)
  after(() => made.close())
  return made
}

test('what is declared is the same, without a function of the application', () => {
  for (const [id, { application, isForeign }] of kernel.applications) {
    const own = inThreads.get(id)?.application
    assert.ok(own)
    assert.equal(isForeign, true)
    assert.deepEqual(
      protectionPlan(application.case, application.classification),
      protectionPlan(own.case, own.classification),
    )
    const { title, roles, recommendations, summary, legalBasis } = application
    assert.deepEqual(
      { title, roles, recommendations, summary, legalBasis },
      {
        title: own.title,
        roles: own.roles,
        recommendations: own.recommendations,
        summary: own.summary,
        legalBasis: own.legalBasis,
      },
    )
    assert.throws(() => application.reference({}), /runs in its own process/)
  }
})

test('the declarations of the product’s own applications can be told as data too', async () => {
  const parent = freshFolder('told')
  cpSync(join(productApplications, 'customs'), join(parent, 'customs'), { recursive: true })
  const told = (await loadApplications([], [parent])).get('customs')?.application
  const own = (await loadApplications([productApplications])).get('customs')?.application
  assert.ok(told && own)
  assert.deepEqual(
    protectionPlan(told.outcome, told.classification),
    protectionPlan(own.outcome, own.classification),
  )
  assert.equal(fieldRegistry.get(told.case), undefined)
})

test('a declaration is kept by the digest of its code, and asked for again where it is damaged', async () => {
  const keptIn = freshFolder('declarations')
  const load = async () =>
    (await loadApplications([], [testApplications], keptIn)).get('permits')?.application
  const first = await load()
  const [name = ''] = readdirSync(keptIn).filter((one) => one.startsWith('permits-'))
  const path = join(keptIn, name)
  const kept = readFileSync(path, 'utf8')
  writeFileSync(path, kept.replace('"Permits"', '"Kept permits"'))
  assert.equal((await load())?.title.en, 'Kept permits')
  writeFileSync(path, kept.slice(1))
  assert.deepEqual((await load())?.title, first?.title)
  assert.equal(readFileSync(path, 'utf8'), kept)
})

test('a thread and a confined process give the same answers', async () => {
  const threads = inThreadsOf()
  const cases = ['grant', 'lot', 'check', 'refuse', 'throw', 'undeclared', 'impossible_score'].flatMap(
    (answer) => [
      permit({ answer }),
      { ...permit({ answer }), applicantName: 'Someone', applicantCnic: '79999-1234567-8' },
    ],
  )
  const payloads = [...cases.map((one) => JSON.stringify(one)), '{"bad":true}', 'no json']
  const task = { kind: 'decide', applicationId: 'permits', payloads, models: {} } as const
  assert.deepEqual(await kernel.workers.run(task), await threads.run(task))
})

test('a case whose deciding never ends goes to an officer, and those beside it are decided', async () => {
  const results = await submit(
    kernel,
    operator,
    'permits',
    permit({ answer: 'check' }),
    permit({ answer: 'never' }),
    permit({ answer: 'grant' }),
  )
  assert.deepEqual(
    results.map((one) => one.status !== 'refused' && [one.state, one.decision?.recommendation]),
    [
      ['in_review', 'check'],
      ['in_review', null],
      ['decided', 'grant'],
    ],
  )
})

test('outcomes are read in the confined process', async () => {
  const [opened] = await submit(kernel, operator, 'permits', permit({ answer: 'grant' }))
  assert.ok(opened !== undefined && opened.status !== 'refused')
  const { caseId } = opened
  await assert.rejects(
    recordOutcome(kernel, operator, { caseId, version: undefined, outcome: { finding: 'odd' } }),
    {
      code: 'outcome.invalid',
    },
  )
  const outcome = { finding: 'right', witness: 'A witness' }
  const { outcomes } = await recordOutcome(kernel, operator, { caseId, version: undefined, outcome })
  assert.equal(outcomes.length, 1)
})

const examples = Array.from({ length: 120 }, (_, index) => ({
  payload: JSON.stringify({
    parcelNumber: `P-${index}`,
    sentOn: '2026-01-01',
    weightKg: index % 25,
    contents: index % 3 === 0 ? 'batteries' : 'books',
  }),
  secret: null,
  outcome: JSON.stringify({ finding: index % 3 === 0 && index % 25 > 8 ? 'dangerous' : 'harmless' }),
  outcomeSecret: null,
}))

test('a model is trained, loaded, measured and asked as in a thread, to the byte', async () => {
  const threads = inThreadsOf()
  const asked = async ({ workers }: { readonly workers: Workers }) => {
    const about = { applicationId: 'parcels', modelName: 'danger', examples }
    const learned = await workers.run({ kind: 'train', ...about, seed: 1 })
    assert.ok(learned)
    const { bytes, ...trained } = learned
    const digest = sha256(bytes).toString('hex')
    await workers.load({ applicationId: 'parcels', name: 'danger', engine: 'tabular', digest, bytes })
    const measured = await workers.run({ kind: 'measure', ...about, digest })
    const payloads = examples.slice(0, 5).map(({ payload }) => payload)
    const task = { kind: 'decide', applicationId: 'parcels', payloads, models: { danger: digest } } as const
    return { digest, trained, measured, decided: await workers.run(task) }
  }
  assert.deepEqual(await asked(kernel), await asked({ workers: threads }))
})

test('a hostile model file is refused, in a thread and in a process, and both go on', async () => {
  const threads = inThreadsOf()
  const hostile = [
    Buffer.from('not a model'),
    Buffer.from('['.repeat(1_000_000)),
    Buffer.from('{"__proto__":{"polluted":"yes"},"format":1}'),
    Buffer.from(`{"constructor":{"prototype":{"polluted":"yes"}},"trees":${'[{"left":'.repeat(50_000)}`),
    Buffer.alloc(2 ** 20, 0xff),
    Buffer.alloc(257 * 2 ** 20),
  ]
  for (const bytes of hostile) {
    const digest = sha256(bytes).toString('hex')
    const model = { applicationId: 'parcels', name: 'danger', engine: 'tabular', digest, bytes }
    for (const workers of [kernel.workers, threads]) {
      await assert.rejects(workers.load(model))
      assert.equal(workers.hasLoaded(model), false)
    }
  }
  assert.equal(Reflect.get({}, 'polluted'), undefined)
  assert.equal(
    (
      await kernel.workers.run({
        kind: 'decide',
        applicationId: 'permits',
        payloads: [JSON.stringify(permit())],
        models: {},
      })
    ).length,
    1,
  )
})
