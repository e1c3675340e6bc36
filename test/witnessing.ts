/**
 * A process that answers one `add-checkpoint` request and ends itself at a numbered step, or prints the status of its reply.
 * Parameters: one JSON object.
 */
import { writeSync } from 'node:fs'
import { z } from 'zod'
import { externalCluster } from '../kernel/db/cluster.ts'
import { Database } from '../kernel/db/database.ts'
import { keyFolder } from '../kernel/keys/key-folder.ts'
import { addCheckpoint } from '../kernel/witness/witness.ts'

export const WitnessingParameters = z.strictObject({
  /** Of the database; its secret is in the environment where the server asks for passwords. */
  url: z.string(),
  keys: z.strictObject({ folder: z.string(), passphrase: z.string() }),
  institutionId: z.uuid(),
  /** Body of the request in base64. */
  body: z.base64(),
  /** Ends itself here. */
  step: z.int(),
})

async function main(given: string): Promise<void> {
  const { url, keys, institutionId, body, step } = WitnessingParameters.parse(JSON.parse(given))
  const secret = Buffer.from(process.env.KHUDI_DATABASE_SECRET ?? '', 'hex')
  const keeper = {
    db: new Database({ cluster: externalCluster(url, secret), connections: 1 }),
    keys: await keyFolder(keys),
    clock: () => new Date(),
  }
  const reply = await addCheckpoint(keeper, institutionId, {
    body: Buffer.from(body, 'base64'),
    atStep: (reached) => {
      if (reached === step) process.kill(process.pid, 'SIGKILL')
    },
  })
  writeSync(1, String(reply.status))
  await keeper.db.close()
}

const [, file, given] = process.argv
if (given !== undefined && file === import.meta.filename) await main(given)
