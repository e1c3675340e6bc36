/** An institution's log with the keys that the product signs with; it grows when the test says so. */
import { join } from 'node:path'
import { type Actor, everywhere, operatorActor } from '../kernel/access/roles.ts'
import { foundInstitution } from '../kernel/institutions/institutions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { signerOf } from '../kernel/log/log-keys.ts'
import { type HeldLog, type Round, runRound } from '../kernel/log/round.ts'
import { makeLog } from '../kernel/log/store.ts'
import { TileFolder } from '../kernel/log/tiles.ts'
import { appendEntries } from './log-filler.ts'

export interface SignedLog {
  readonly institutionId: string
  readonly origin: string
  readonly operator: Actor
  readonly held: HeldLog
  /** Adds so many entries and publishes a checkpoint of them and of whatever waits. */
  grow(entries: number): Promise<Round['checkpoint']>
}

export async function signedLog(kernel: Kernel, slug: string): Promise<SignedLog> {
  const operator = await operatorOf(kernel, slug)
  const { institutionId } = operator
  const held = await holdLog(kernel, institutionId, slug)
  return {
    institutionId,
    origin: held.origin,
    operator,
    held,
    grow: async (entries) => {
      await appendEntries(kernel.db, institutionId, entries)
      return (await runRound(held)).checkpoint
    },
  }
}

/** The operator of a new institution without applications. */
export async function operatorOf(kernel: Kernel, slug: string): Promise<Actor> {
  const title = { en: slug, ur: slug }
  const { institutionId } = await foundInstitution(kernel, { name: 'operator:test' }, { slug, title })
  return operatorActor(institutionId, 'test')
}

/** Makes the log of an institution, as the sequencer does when it first comes to it. */
export async function holdLog(kernel: Kernel, institutionId: string, slug: string): Promise<HeldLog> {
  const origin = `log.test/${slug}`
  await kernel.db.transaction(institutionId, (tx) => tx.run(makeLog, [institutionId, origin, kernel.clock()]))
  return {
    institutionId,
    origin,
    folder: new TileFolder(join(kernel.logFolder, institutionId)),
    transact: (work) => kernel.db.transaction(institutionId, work, { units: everywhere }),
    signer: await signerOf(kernel, { institutionId, origin }),
    clock: kernel.clock,
  }
}
