/**
 * A process that sequences until it is killed, or kills itself at a numbered step. Prints a line for every checkpoint that
 * was published, before anything else happens. Parameters: one JSON object.
 */
import { writeSync } from 'node:fs'
import { z } from 'zod'
import { externalCluster } from '../kernel/db/cluster.ts'
import { Database } from '../kernel/db/database.ts'
import { Sequencer } from '../kernel/log/sequencer.ts'
import { testSigner } from './log-signer.ts'

export const SequencingParameters = z.strictObject({
  /** Of the database; its secret is in the environment where the server asks for passwords. */
  url: z.string(),
  logFolder: z.string(),
  /** Ends itself at this step, when it comes there for the given time, so many milliseconds later. */
  kill: z.strictObject({ step: z.int(), time: z.int(), afterMs: z.number() }).optional(),
})

/** What it prints, a line each. */
export const Said = z.discriminatedUnion('said', [
  z.strictObject({ said: z.literal('published'), institutionId: z.uuid(), note: z.string() }),
  z.strictObject({ said: z.literal('fatal'), institutionId: z.uuid(), message: z.string() }),
  z.strictObject({ said: z.literal('fault'), message: z.string() }),
])

function main(given: string): void {
  const { url, logFolder, kill } = SequencingParameters.parse(JSON.parse(given))
  const secret = Buffer.from(process.env.KHUDI_DATABASE_SECRET ?? '', 'hex')
  const say = (line: z.infer<typeof Said>) => writeSync(1, `${JSON.stringify(line)}\n`)
  let times = 0
  const sequencer = new Sequencer({
    db: new Database({ cluster: externalCluster(url, secret), connections: 1 }),
    logFolder,
    clock: () => new Date(),
    originOf: ({ slug }) => `log.test/${slug}`,
    signerFor: async ({ origin }) => testSigner(origin),
    onPublished: ({ institutionId, checkpoint }) =>
      say({ said: 'published', institutionId, note: checkpoint.note }),
    onFatal: (institutionId, { message }) => say({ said: 'fatal', institutionId, message }),
    onFault: (error) => say({ said: 'fault', message: String(error) }),
    timing: { roundMs: 1, standbyMs: 20, faultMs: 20 },
    atStep: (step) => {
      if (step !== kill?.step || ++times !== kill.time) return
      if (kill.afterMs === 0) process.kill(process.pid, 'SIGKILL')
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), kill.afterMs)
    },
  })
  sequencer.start()
}

const [, file, given] = process.argv
if (given !== undefined && file === import.meta.filename) main(given)
