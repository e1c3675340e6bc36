/**
 * Power goes, a thousand times at every step of the sequencer: it is killed where the step ends, or in the middle of the
 * next, while entries are being appended; the next one goes on. At the end everything ever published is compared with the
 * database.
 */
import { join } from 'node:path'
import { locateData, socketFolder } from '../kernel/db/data-folder.ts'
import { openDatabase } from '../kernel/db/open.ts'
import { foundInstitution } from '../kernel/institutions/institutions.ts'
import { type Installation, withInstallation } from '../test/installation.ts'
import { logUnderFire, steps } from '../test/log-fire.ts'
import type { Benchmark, BenchmarkRun, Measurement } from './result.ts'

const seed = 20_260_103

export default {
  title: 'what a thousand kills at every step of the sequencer cost the log',
  run: (given) => withInstallation((installation) => measure(installation, given)),
} satisfies Benchmark

async function measure(
  installation: Installation,
  { isQuick, say }: BenchmarkRun,
): Promise<readonly Measurement[]> {
  const { folder } = installation
  const log = { info: () => undefined, warn: () => undefined }
  const database = await openDatabase({ folder, url: undefined, applications: [], log })
  const owner = await installation.connect()
  try {
    const clock = () => new Date()
    const { institutionId } = await foundInstitution(
      { db: database.db, clock },
      { name: 'operator:bench' },
      { slug: 'bench', title: { en: 'Bench', ur: 'بینچ' } },
    )
    const url = `postgresql://khudi_owner@/khudi?host=${encodeURIComponent(socketFolder(locateData(folder)))}`
    const killsAtEachStep = isQuick ? 100 : 1_000
    const startedAt = performance.now()
    const damage = await logUnderFire(
      { db: database.db, owner, url, logFolder: join(folder, 'log'), institutionId },
      {
        killsAtEachStep,
        seed,
        onKill: (done) => done % 100 === 0 && say(`${done} of ${killsAtEachStep * steps.length} kills`),
      },
    )
    const seconds = (performance.now() - startedAt) / 1000
    for (const sentence of damage.wrong) say(sentence)
    return rowsOf({ ...damage, killsAtEachStep, seconds })
  } finally {
    await owner.end()
    await database.close()
  }
}

function rowsOf(
  damage: Awaited<ReturnType<typeof logUnderFire>> & {
    readonly killsAtEachStep: number
    readonly seconds: number
  },
): readonly Measurement[] {
  const { killsAtEachStep, kills, entries, checkpoints, published, wrong, seconds } = damage
  return [
    {
      what: 'kills at every step of the sequencer',
      value: killsAtEachStep,
      unit: '',
      bar: { atLeast: 1_000 },
      note: `${kills} processes killed (SIGKILL) at ${steps.length} steps, seed ${seed}, ${(kills / seconds).toFixed(1)} a second; a quarter of them up to 25 ms after the step`,
    },
    { what: 'acknowledged entries, all with one place', value: entries, unit: '' },
    {
      what: 'checkpoints kept',
      value: checkpoints,
      unit: '',
      note: `${published} of them were seen published and are the ones that the entries give`,
    },
    {
      what: 'entries lost or doubled, sizes signed twice, checkpoints that do not hold',
      value: wrong.length,
      unit: '',
      bar: { atMost: 0 },
    },
  ]
}
