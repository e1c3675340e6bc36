/** What the vault's own steps cost, in this process and against a durable database. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openDatabase } from '../../kernel/db/open.ts'
import { foundInstitution } from '../../kernel/institutions/institutions.ts'
import { keyFolder } from '../../kernel/keys/key-folder.ts'
import { keyedDigest, seal, unseal } from '../../kernel/vault/seal.ts'
import { holdersFor } from '../../kernel/vault/vault.ts'
import { makeKernel } from '../../server/platform.ts'
import { root } from '../../test/files.ts'
import type { Installation } from '../../test/installation.ts'
import type { Measurement } from '../result.ts'

/** The sealed part of a declaration is about so long. */
const text = JSON.stringify({
  declarantId: 'D'.repeat(12),
  importerId: 'I'.repeat(12),
  importerNtn: '12345678',
})
const place = 'cases/customs/KHI-2026-000001'

/** µs of one call. */
function perCall(count: number, call: () => unknown): number {
  for (let index = 0; index < count / 10; index++) call()
  const startedAt = performance.now()
  for (let index = 0; index < count; index++) call()
  return (1_000 * (performance.now() - startedAt)) / count
}

export function sealRows(size: number): readonly Measurement[] {
  const count = 100_000 * size
  const holder = { dataKey: randomBytes(32) }
  const sealed = seal(holder, place, text)
  const note = `${text.length} bytes, mean of ${count}`
  return [
    { what: 'seal', value: perCall(count, () => seal(holder, place, text)), unit: 'µs', note },
    { what: 'unseal', value: perCall(count, () => unseal(holder, place, sealed)), unit: 'µs', note },
    { what: 'keyed digest', value: perCall(count, () => keyedDigest(holder, '{}', text)), unit: 'µs', note },
  ]
}

const namesOfBatch = 500

export async function holderRows(installation: Installation, size: number): Promise<readonly Measurement[]> {
  const { folder } = installation
  const log = { info: () => undefined, warn: () => undefined }
  const database = await openDatabase({ folder, url: undefined, secret: undefined, applications: [], log })
  const keys = await keyFolder({ folder: join(installation.scratch, 'keys'), passphrase: 'bench' })
  const settings = { enginesFolder: join(root, 'engines') }
  const kernel = makeKernel(
    { db: database.db, applications: new Map(), keys, folder },
    { settings, workers: 1 },
  )
  try {
    const title = { en: 'Vault', ur: 'والٹ' }
    const { institutionId } = await foundInstitution(
      kernel,
      { name: 'operator:bench' },
      { slug: 'vault', title },
    )
    await holdersFor(kernel, institutionId, ['warm:1'])
    const rounds = Math.max(2, 40 * size)
    const batches = Array.from({ length: rounds }, (_, round) =>
      Array.from({ length: namesOfBatch }, (_, index) => `ntn:${round}-${index}`),
    )
    const timed = async () => {
      const startedAt = performance.now()
      for (const names of batches) await holdersFor(kernel, institutionId, names)
      return (1_000 * (performance.now() - startedAt)) / (rounds * namesOfBatch)
    }
    const note = `a name, in batches of ${namesOfBatch}, mean of ${rounds} batches, the database's time included`
    const made = await timed()
    const found = await timed()
    return [
      { what: 'data keys of new holders', value: made, unit: 'µs', note },
      { what: 'data keys of known holders', value: found, unit: 'µs', note },
    ]
  } finally {
    await kernel.workers.close()
    await database.close()
  }
}
