/**
 * One part of the requests, in a process and an installation of its own: `node bench/requests/shard.ts SEED FROM COUNT`. Tells
 * the process that started it how far it is, and at its end what it found.
 */
import { join } from 'node:path'
import { openPlatform } from '../../server/platform.ts'
import { readSettings } from '../../server/settings.ts'
import { root } from '../../test/files.ts'
import { type Installation, withInstallation } from '../../test/installation.ts'
import { type RunReport, sendRequests } from '../../test/requests/run.ts'
import { makeWorld } from '../../test/requests/world.ts'

const [seed = 1, from = 0, count = 1_000] = process.argv.slice(2).map(Number)

const tell = (message: object) => process.send?.(message)

tell(toldOf(await withInstallation((installation) => installation.withDatabase(() => sendTo(installation)))))
process.disconnect?.()

async function sendTo(installation: Installation): Promise<RunReport> {
  const own = readSettings(installation.environment)
  // As if they came with the product: how others are confined is not what this is about.
  const applicationFolders = [...own.applicationFolders, join(root, 'test/applications')]
  const settings = { ...own, applicationFolders }
  const silent = { info: () => undefined, warn: () => undefined }
  const platform = await openPlatform({ settings, log: silent })
  const owner = await installation.connect()
  try {
    const world = await makeWorld(platform.kernel, owner)
    try {
      return await sendRequests(world, { seed, from, count, onProgress: (answered) => tell({ answered }) })
    } finally {
      await world.app.close()
    }
  } finally {
    await owner.end()
    await platform.close()
  }
}

function toldOf({ succeeded, codes, ...rest }: RunReport) {
  return {
    report: { ...rest, succeeded: [...succeeded], codes: { en: [...codes.en], ur: [...codes.ur] } },
  }
}
