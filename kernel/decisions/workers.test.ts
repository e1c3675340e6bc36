import assert from 'node:assert/strict'
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { root } from '../../test/files.ts'
import { freshFolder, permit, testApplications } from '../../test/kernel.ts'
import { sha256 } from '../canonical.ts'
import { digestOf } from '../register/digest.ts'
import type { Learned } from './tasks.ts'
import { Workers } from './workers.ts'

const installedAt = (folder: string) => ({ folder, digest: digestOf(folder) })

const settings = {
  applications: {
    permits: installedAt(join(testApplications, 'permits')),
    parcels: installedAt(join(testApplications, 'parcels')),
  },
  enginesFolder: join(root, 'engines'),
}

/** Threads that end with the file's tests. */
function workers(threads: number): Workers {
  const made = new Workers(settings, threads)
  after(() => made.close())
  return made
}

const one = workers(1)

function decide(pool: Workers, ...cases: readonly unknown[]) {
  const payloads = cases.map((given) => JSON.stringify(given))
  return pool.run({ kind: 'decide', applicationId: 'permits', payloads, models: {} })
}

/** Examples from which a model of the parcels learns in a moment. */
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

/** What was learned by training that nobody stopped. */
function learned(trained: Learned | undefined): Learned {
  assert.ok(trained)
  return trained
}

test('each case gets its answer at its place', async () => {
  const answers = await decide(one, permit({ answer: 'check' }), { bad: true }, permit({ answer: 'throw' }))
  const recommended = answers.map((answer) => (answer.ok ? answer.decided?.recommendation : 'refused'))
  assert.deepEqual(recommended, ['check', 'refused', null])
})

test('without models the cases are read and not decided', async () => {
  const payloads = [JSON.stringify(permit({ answer: 'exit' }))]
  const task = { kind: 'decide', applicationId: 'permits', payloads, models: undefined } as const
  const [answer] = await one.run(task)
  assert.ok(answer?.ok === true && answer.decided === undefined)
})

test('what failed is told to the engineers', async () => {
  const [answer] = await decide(one, permit({ answer: 'throw' }))
  assert.ok(answer?.ok === true)
  assert.equal(answer.decided?.failure, 'this permit asked for an error')
})

test('an unknown application or model fails the task, and the thread goes on', async () => {
  const unknown = { kind: 'decide', applicationId: 'nowhere', payloads: ['{}'], models: {} } as const
  await assert.rejects(one.run(unknown), /no application "nowhere"/)
  const models = { danger: 'ab'.repeat(32) }
  const missing = { kind: 'decide', applicationId: 'parcels', payloads: ['{}'], models } as const
  await assert.rejects(one.run(missing), /was not given this model/)
  assert.equal((await decide(one, permit())).length, 1)
})

test('a thread that an application ends is replaced, and only its own tasks fail', async () => {
  const pool = workers(2)
  const failing = decide(pool, permit({ answer: 'exit' }))
  const beside = decide(pool, permit())
  await assert.rejects(failing, /a decision worker ended/)
  assert.equal((await beside).length, 1)
  assert.equal((await Promise.all([decide(pool, permit()), decide(pool, permit())])).length, 2)
})

test('a thread that hangs is replaced after a minute', async (context) => {
  const pool = workers(1)
  await decide(pool, permit())
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const hanging = decide(pool, permit({ answer: 'never' }))
  const failed = assert.rejects(hanging, /a decision worker hung on "decide"/)
  context.mock.timers.tick(60_000)
  await failed
  assert.equal((await decide(pool, permit())).length, 1)
})

test('a replaced thread has the models that it had', async () => {
  const pool = workers(1)
  const training = {
    kind: 'train',
    applicationId: 'parcels',
    modelName: 'danger',
    examples,
    seed: 1,
  } as const
  const { bytes } = learned(await pool.run(training))
  const digest = sha256(bytes).toString('hex')
  const model = { applicationId: 'parcels', name: 'danger', digest }
  assert.equal(pool.hasLoaded(model), false)
  await pool.load({ ...model, engine: 'tabular', bytes })
  assert.equal(pool.hasLoaded(model), true)
  const payloads = examples.slice(0, 5).map(({ payload }) => payload)
  const task = { kind: 'decide', applicationId: 'parcels', payloads, models: { danger: digest } } as const
  const before = await pool.run(task)
  await assert.rejects(decide(pool, permit({ answer: 'exit' })))
  assert.deepEqual(await pool.run(task), before)
})

test('training is the same, to the byte, for the same examples and seed, and tells how far it is', async () => {
  const rounds: number[] = []
  const training = {
    kind: 'train',
    applicationId: 'parcels',
    modelName: 'danger',
    examples,
    seed: 7,
  } as const
  const first = learned(await one.run(training, { onProgress: ({ done }) => rounds.push(done) }))
  const second = learned(await one.run(training))
  assert.deepEqual(Buffer.from(second.bytes), Buffer.from(first.bytes))
  assert.deepEqual([first.examples, first.positives], [120, examples.filter(isDangerous).length])
  assert.ok(rounds.length > 0)
})

const isDangerous = ({ outcome }: { readonly outcome: string }) => outcome.includes('dangerous')

test('bytes that no engine wrote are not loaded', async () => {
  const bytes = Buffer.from('not a model')
  const model = {
    applicationId: 'parcels',
    name: 'danger',
    engine: 'tabular',
    digest: 'cd'.repeat(32),
    bytes,
  }
  await assert.rejects(one.load(model))
  assert.equal(one.hasLoaded(model), false)
})

test('closing fails what is under way', async () => {
  const pool = workers(1)
  const waiting = decide(pool, permit({ answer: 'never' }))
  const failed = assert.rejects(waiting, /the decision workers are closed/)
  await pool.close()
  await failed
})

test('code that was changed since it was compared with the register does not run', async () => {
  const folder = join(freshFolder('changed-code'), 'permits')
  cpSync(join(testApplications, 'permits'), folder, { recursive: true })
  const pool = new Workers({ ...settings, applications: { permits: installedAt(folder) } }, 1)
  after(() => pool.close())
  appendFileSync(join(folder, 'application.ts'), '// another line\n')
  await assert.rejects(decide(pool, permit()), { code: 'application.changed' })
})

test('a model that would carry the name of a sender is not trained', async () => {
  const folder = join(freshFolder('carrying-code'), 'parcels')
  cpSync(join(testApplications, 'parcels'), folder, { recursive: true })
  const code = readFileSync(join(folder, 'application.ts'), 'utf8')
  const carrying = code
    .replace('extract: ({ weightKg, contents }', 'extract: ({ weightKg, contents, senderName }')
    .replace('return { weightKg, contents }', 'return { weightKg, contents: senderName ?? contents }')
  assert.notEqual(carrying, code)
  writeFileSync(join(folder, 'application.ts'), carrying)
  const pool = new Workers({ ...settings, applications: { parcels: installedAt(folder) } }, 1)
  after(() => pool.close())
  const named = examples.map((one, index) => ({
    ...one,
    secret: JSON.stringify({ senderName: `Sender ${index}` }),
  }))
  const training = { kind: 'train', applicationId: 'parcels', modelName: 'danger', seed: 1 } as const
  await assert.rejects(pool.run({ ...training, examples: named }), { code: 'model.carries_personal_data' })
  assert.equal(learned(await pool.run({ ...training, examples })).examples, examples.length)
})
