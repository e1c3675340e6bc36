/** A process that approves a proposal to make a model live and ends itself at a point. Parameters: one JSON object. */
import { join } from 'node:path'
import { z } from 'zod'
import { operatorActor } from '../kernel/access/roles.ts'
import { externalCluster } from '../kernel/db/cluster.ts'
import { Database } from '../kernel/db/database.ts'
import { keyFolder } from '../kernel/keys/key-folder.ts'
import { promotion } from '../kernel/models/promotion.ts'
import { approve } from '../kernel/proposals/proposals.ts'
import { makeKernel } from '../server/platform.ts'
import { root } from './files.ts'

export const ApprovingParameters = z.strictObject({
  /** Of the database; its secret is in the environment where the server asks for passwords. */
  url: z.string(),
  /** Data folder, with the keys in it. */
  folder: z.string(),
  institutionId: z.uuid(),
  proposalId: z.uuid(),
  at: z.iso.datetime(),
  /** Ends itself before the model is touched, before the commit, or after it. */
  point: z.enum(['untouched', 'uncommitted', 'committed']),
})

const end = () => process.kill(process.pid, 'SIGKILL')

async function main(given: string): Promise<void> {
  const { url, folder, institutionId, proposalId, at, point } = ApprovingParameters.parse(JSON.parse(given))
  const secret = Buffer.from(process.env.KHUDI_DATABASE_SECRET ?? '', 'hex')
  const db = new Database({ cluster: externalCluster(url, secret), connections: 2 })
  const keys = await keyFolder({ folder: join(folder, 'keys'), passphrase: 'test' })
  const kernel = makeKernel(
    { db, applications: new Map(), keys, folder },
    { settings: { enginesFolder: join(root, 'engines') }, workers: 1, clock: () => new Date(at) },
  )
  const killed: typeof promotion = {
    ...promotion,
    async apply(tx, within, approved) {
      if (point === 'untouched') end()
      const recorded = await promotion.apply(tx, within, approved)
      if (point === 'uncommitted') end()
      return recorded
    },
  }
  const proposalKinds = new Map([[killed.kind, killed]])
  await approve({ ...kernel, proposalKinds }, operatorActor(institutionId, 'killed'), proposalId)
  end()
}

const [, file, given] = process.argv
if (given !== undefined && file === import.meta.filename) await main(given)
