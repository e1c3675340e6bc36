/** Models at the command line, from training to a file and back. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { writeDeclarations } from '../../test/declaration-files.ts'
import { ended, type Installation, withInstallation } from '../../test/installation.ts'

const Model = z.object({ modelDigest: z.string(), state: z.string(), origin: z.string() })
const Models = z.array(Model)

/** So many rounds that nobody sees the end, each of which changes next to nothing. */
const endless = JSON.stringify({ maxRounds: 10_000, patience: 10_000, learningRate: 0.0001 })

async function withCustoms(work: (installation: Installation) => Promise<void>): Promise<void> {
  await withInstallation(async (installation) =>
    installation.withDatabase(async () => {
      const { run, scratch } = installation
      const file = await writeDeclarations({
        folder: scratch,
        name: 'some',
        seed: 5,
        count: 1_500,
        hasOutcomes: true,
      })
      await run(['institution', 'found', 'alpha', '--en', 'Customs house', '--ur', 'کسٹم ہاؤس'])
      await run(['application', 'register', 'customs'])
      await run(['import', 'customs', file.path, '--mapping', file.mapping])
      await work(installation)
    }),
  )
}

test('a model is trained, stopped by Ctrl-C, measured, compared, explained, taken out and in', () =>
  withCustoms(async ({ run, start, connect, folder, scratch }) => {
    // Ctrl-C: nothing is registered, a checkpoint stays.
    const training = start(['model', 'train', 'customs', '--settings', endless])
    assert.ok(training.stderr)
    const seen = once(training.stderr, 'data')
    const end = ended(training)
    await seen
    training.kill('SIGINT')
    const { status, errors } = await end
    assert.deepEqual([status, /Training: stopped/.test(errors)], [130, true], errors)
    assert.deepEqual(await run(['model', 'list', 'customs']), [])
    assert.equal(readdirSync(join(folder, 'checkpoints')).length, 1)
    // Two drafts.
    const one = Model.parse(await run(['model', 'train', 'customs']))
    const other = Model.parse(await run(['model', 'train', 'customs', '--settings', '{"maxDepth":2}']))
    assert.deepEqual([one.state, one.origin], ['draft', 'trained'])
    assert.deepEqual(readdirSync(join(folder, 'checkpoints')), [])
    // Figures.
    const measured = await ended(start(['model', 'evaluate', 'customs', '--model', one.modelDigest]))
    assert.equal(measured.status, 0, measured.errors)
    for (const line of [
      /AUC +0\.\d{3} \[/,
      /log loss rises by/,
      /score +PSI/,
      /kept and shown at \/models\//,
    ])
      assert.match(measured.output, line)
    const compared = await ended(
      start(['model', 'compare', 'customs', one.modelDigest.slice(0, 12), other.modelDigest.slice(0, 12)]),
    )
    assert.match(compared.output, /AUC +0\.\d{3} \[[\s\S]*both choose \d+ of them/, compared.errors)
    // Out and in again: the same model, and no second draft.
    const file = join(scratch, 'model.khudi')
    await run(['model', 'export', 'customs', one.modelDigest, file])
    assert.equal(statSync(file).mode & 0o077, 0, 'only the owner may read it')
    const again = await ended(start(['model', 'export', 'customs', one.modelDigest, file]))
    assert.match(again.errors, /There is a file .* already/)
    assert.equal(Model.parse(await run(['model', 'import', 'customs', file])).modelDigest, one.modelDigest)
    assert.equal(Models.parse(await run(['model', 'list', 'customs'])).length, 2)
    const onnx = join(scratch, 'model.onnx')
    await run(['model', 'export', 'customs', one.modelDigest, onnx, '--onnx'])
    assert.ok(existsSync(onnx) && readFileSync(onnx)[0] === 0x08)
    // Why.
    const asked = ['model', 'explain', 'customs', '--model', one.modelDigest]
    const neither = await ended(start(asked))
    assert.match(neither.errors, /A case or a file of features is needed/)
    const client = await connect()
    const { rows } = await client.query<{ reference: string }>('select reference from cases limit 1')
    await client.end()
    const why = await ended(start([...asked, rows[0]?.reference ?? '', '--purpose', 'audit', '--lang', 'ur']))
    assert.match(why.output, /^score 0\.\d{4}: margin [+-]\d/, why.errors)
    assert.match(why.output, /\n {2}[+-]0\.\d{4} {2}.*\p{Script=Arabic}/u)
  }))
