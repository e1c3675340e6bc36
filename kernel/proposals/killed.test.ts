/** Power goes while a proposal is approved: it is done with all that belongs to it, or nothing is. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import type { z } from 'zod'
import type { ApprovingParameters } from '../../test/approving.ts'
import { root } from '../../test/files.ts'
import { foundInstitution, freshKernel, trainLive } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import { operatorActor } from '../access/roles.ts'
import { modelsOf } from '../models/models.ts'
import { promotionOf } from '../models/promotion.ts'
import { trainModel } from '../models/training.ts'
import { approve, proposalNamed, propose } from './proposals.ts'

const { kernel, database, folder, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const parcels = { applicationId: 'parcels', modelName: 'danger' }
await trainLive(kernel, operator, parcels)

async function killedAt(
  point: z.infer<typeof ApprovingParameters>['point'],
  proposalId: string,
): Promise<void> {
  const at = clock.now.toISOString()
  const parameters = { url: database.url, folder, institutionId, proposalId, at, point }
  const child = spawn(process.execPath, [join(root, 'test/approving.ts'), JSON.stringify(parameters)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [, signal]: unknown[] = await once(child, 'close')
  assert.equal(signal, 'SIGKILL')
}

for (const [index, point] of (['untouched', 'uncommitted', 'committed'] as const).entries())
  test(`killed while ${point}, all of it is there or nothing`, async () => {
    const period = { from: '2000-01-01', to: '2100-01-01' }
    const { modelDigest: digest } = await trainModel(kernel, operator, {
      ...parcels,
      ...period,
      seed: index + 2,
    })
    const given = await promotionOf(kernel, operator, { applicationId: 'parcels', digest })
    const { proposalId } = await propose(kernel, operator, given)
    const before = await entryCounts(owner, institutionId)
    await killedAt(point, proposalId)
    const isDone = point === 'committed'
    const state = async () =>
      (await modelsOf(kernel, operator, 'parcels')).find(({ modelDigest }) =>
        Buffer.from(modelDigest).equals(digest),
      )?.state
    assert.equal((await proposalNamed(kernel, operator, proposalId)).state, isDone ? 'approved' : 'proposed')
    assert.equal(await state(), isDone ? 'live' : 'draft')
    const after = await entryCounts(owner, institutionId)
    for (const kind of ['proposal.approved', 'model.promoted'])
      assert.equal((after.get(kind) ?? 0) - (before.get(kind) ?? 0), isDone ? 1 : 0, kind)
    if (!isDone) await approve(kernel, operatorActor(institutionId, 'second'), proposalId)
    assert.equal(await state(), 'live')
    assert.deepEqual(await contradictions(owner, institutionId), [])
  })
