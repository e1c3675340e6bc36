/** A log of one institution, cosigned by three witnesses: other institutions of the same node. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCheckpoint, parseNote, parsePolicy, parseVkey, verifyNote } from '@khudi/sdk/verify'
import { freshKernel } from '../../test/kernel.ts'
import { operatorOf, type SignedLog, signedLog } from '../../test/signed-log.ts'
import { askOnce, makeWitness, trustLog, witnessNet } from '../../test/witnesses.ts'
import type { Transport } from './ask-witness.ts'
import { latestCosigned, witnessStates } from './cosign.ts'
import { Cosigning } from './cosigning.ts'
import { rotateLogKey } from './log-keys.ts'
import { setPolicy } from './policy.ts'

const { kernel } = await freshKernel([])

const witnesses = [
  await makeWitness(kernel, await operatorOf(kernel, 'w1'), 'w1'),
  await makeWitness(kernel, await operatorOf(kernel, 'w2'), 'w2'),
  await makeWitness(kernel, await operatorOf(kernel, 'w3'), 'w3'),
]
const { transport: inProcess, down, asked } = witnessNet(kernel, witnesses)

const policyText = `${witnesses
  .map(({ url, vkeys }, at) => `witness w${at + 1} ${vkeys[0]} ${url}\n`)
  .join('')}group two 2 w1 w2 w3\nquorum two\n`

/** A log that the witnesses know, under the policy of two of three. */
async function witnessedLog(slug: string): Promise<SignedLog> {
  const log = await signedLog(kernel, slug)
  await setPolicy(kernel, log.operator, policyText)
  await trust(log)
  down.clear()
  return log
}

async function trust({ institutionId }: SignedLog): Promise<void> {
  for (const witness of witnesses) await trustLog(kernel, witness, institutionId)
}

const cosign = ({ institutionId }: SignedLog) => askOnce(kernel, institutionId, inProcess)

async function signersOf(note: string): Promise<string[]> {
  const { witnesses: known } = await parsePolicy(policyText)
  const { signedBy } = await verifyNote(
    parseNote(note),
    known.map(({ key }) => key),
  )
  return signedBy.map(({ key }) => known.find((one) => one.key === key)?.name ?? '').sort()
}

const sizeOf = async ({ institutionId }: SignedLog) => (await latestCosigned(kernel, institutionId))?.size

test('three witnesses cosign each checkpoint, and the receipts’ one carries their lines', async () => {
  const log = await witnessedLog('honest')
  for (const entries of [3, 400, 1]) {
    const { size, rootHash } = await log.grow(entries)
    assert.deepEqual(await cosign(log), { fatals: [], faults: [] })
    const cosigned = await latestCosigned(kernel, log.institutionId)
    assert.equal(cosigned?.size, size)
    assert.deepEqual(await signersOf(cosigned?.note ?? ''), ['w1', 'w2', 'w3'])
    const note = parseNote(cosigned?.note ?? '')
    assert.deepEqual(Buffer.from(parseCheckpoint(note.text).rootHash), Buffer.from(rootHash))
    // One line of the log, by Ed25519, and three of witnesses.
    assert.deepEqual(
      note.signatures.map(({ bytes }) => bytes.length),
      [64, 72, 72, 72],
    )
  }
  const states = await witnessStates(kernel, log.institutionId)
  assert.deepEqual(
    states.map(({ names, failure }) => [names, failure]),
    [
      [['w1'], null],
      [['w2'], null],
      [['w3'], null],
    ],
  )
})

test('without one of them the quorum is reached, without two the last cosigned checkpoint stays', async () => {
  const log = await witnessedLog('absent')
  const [w1, w2] = witnesses
  await log.grow(5)
  await cosign(log)
  const whole = await sizeOf(log)
  down.add(w1?.url ?? '')
  await log.grow(5)
  await cosign(log)
  const withTwo = await sizeOf(log)
  assert.equal(withTwo, (whole ?? 0) + 5)
  down.add(w2?.url ?? '')
  await log.grow(5)
  await cosign(log)
  assert.equal(await sizeOf(log), withTwo)
  const states = await witnessStates(kernel, log.institutionId)
  assert.deepEqual(
    states.map(({ size, failure, detail }) => [size, failure, detail]),
    [
      [whole, 'log.witness_unreachable', 'no route to host'],
      [withTwo, 'log.witness_unreachable', 'no route to host'],
      [(withTwo ?? 0) + 5, null, null],
    ],
  )
  assert.ok(states[0]?.failingSince instanceof Date)
  // They come back, one of them two checkpoints behind.
  down.clear()
  await cosign(log)
  assert.equal(await sizeOf(log), (withTwo ?? 0) + 5)
  assert.ok((await witnessStates(kernel, log.institutionId)).every(({ failure }) => failure === null))
})

test('a witness that failed is asked again by itself, and others do not wait for it', async () => {
  const log = await witnessedLog('again')
  const { size } = await log.grow(2)
  const [w1] = witnesses
  let failures = 0
  const transport: Transport = (request) => {
    if (!request.url.startsWith(w1?.url ?? '') || ++failures > 3) return inProcess(request)
    throw new Error('busy')
  }
  const cosigning = new Cosigning({ ...kernel, transport, timing: { intervalMs: 0, backOffMs: 1 } })
  cosigning.published(log.institutionId)
  await cosigning.idle()
  assert.equal(failures, 4)
  assert.ok(
    (await witnessStates(kernel, log.institutionId)).every((one) => one.size === size && !one.failure),
  )
})

test('what is published while a witness is asked is asked for next, the newest only', async () => {
  const log = await witnessedLog('stream')
  const cosigning = new Cosigning({
    ...kernel,
    transport: inProcess,
    timing: { intervalMs: 0, backOffMs: 1 },
  })
  let size = 0
  for (let round = 0; round < 8; round++) {
    ;({ size } = await log.grow(40))
    cosigning.published(log.institutionId)
  }
  await cosigning.idle()
  assert.equal(await sizeOf(log), size)
  assert.ok((await witnessStates(kernel, log.institutionId)).every((one) => one.size === size))
})

test('without a policy the newest checkpoint is the one, with no line but the log’s', async () => {
  const log = await signedLog(kernel, 'alone')
  assert.equal(await latestCosigned(kernel, log.institutionId), undefined)
  const { size } = await log.grow(3)
  const alone = await latestCosigned(kernel, log.institutionId)
  assert.equal(alone?.size, size)
  assert.equal(parseNote(alone?.note ?? '').signatures.length, 1)
})

test('a policy that changes holds for what was cosigned before', async () => {
  const log = await witnessedLog('policy')
  const { size } = await log.grow(3)
  await cosign(log)
  await setPolicy(kernel, log.operator, policyText.replace('quorum two', 'quorum w2'))
  assert.equal(await sizeOf(log), size)
  const [, vkey] = witnesses[0]?.vkeys ?? []
  await setPolicy(kernel, log.operator, `witness pq ${vkey} ${witnesses[0]?.url}\nquorum pq\n`)
  assert.equal(await sizeOf(log), undefined)
  await log.grow(1)
  await cosign(log)
  const cosigned = await latestCosigned(kernel, log.institutionId)
  assert.equal(cosigned?.size, size + 3)
  const { signedBy } = await verifyNote(parseNote(cosigned?.note ?? ''), [await parseVkey(vkey ?? '')])
  assert.equal(signedBy.length, 1)
})

test('after a rotation a witness refuses until it trusts the new key, and the log works on', async () => {
  const log = await witnessedLog('rotated')
  await log.grow(3)
  await cosign(log)
  const before = await sizeOf(log)
  await rotateLogKey(kernel, log.operator)
  await log.grow(3)
  await cosign(log)
  assert.equal(await sizeOf(log), before)
  const states = await witnessStates(kernel, log.institutionId)
  assert.deepEqual(
    states.map(({ failure, detail }) => [failure, detail]),
    Array.from({ length: 3 }, () => ['log.witness_refused', '403']),
  )
  await trust(log)
  await cosign(log)
  assert.equal(await sizeOf(log), (before ?? 0) + 4)
})

test('only the paths of the protocol are asked for', () => {
  const path = /^(POST .*\/add-checkpoint|GET .*\/[0-9a-f]{64}\/checkpoint)$/
  assert.deepEqual(
    asked.filter((one) => !path.test(one)),
    [],
  )
})
