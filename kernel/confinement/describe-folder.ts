/** Loads the declaration of a foreign application without running a line of it in this process. */
import { join } from 'node:path'
import type { Application } from '@khudi/sdk'
import { makeFolder, readIfThere, replaceFile } from '../durable-files.ts'
import { type Caps, Stopped, usualCaps } from './caps.ts'
import { ConfinedProcess } from './confined-process.ts'
import { declaredFrom } from './declared.ts'
import type { Launch } from './launch.ts'

/** A declaration is small, and made in a moment. */
const describing: Caps = {
  ...usualCaps,
  wallMs: 20_000,
  stallMs: 20_000,
  cpuMs: 10_000,
  outputBytes: 2 ** 20,
}

/** Part of the names of kept descriptions; another form has another one. */
const form = 1

type Described = Omit<Launch, 'enginesFolder'>

/**
 * @param keptIn folder of descriptions by the digest of the code that made them: the same code is not asked again. What lies
 *   there is read as strictly as what a process says.
 * @throws Error naming the folder, whatever went wrong in it
 */
export async function describeFolder(given: Described, keptIn?: string): Promise<Application> {
  const { applicationId, digest } = given
  const name = `${applicationId}-${Buffer.from(digest).toString('hex')}-${form}.json`
  const kept = keptIn === undefined ? undefined : await readIfThere(join(keptIn, name))
  const before = kept && findDeclared(kept)
  if (before !== undefined) return before
  const { said, application } = await ask(given)
  if (keptIn !== undefined) {
    await makeFolder(keptIn)
    await replaceFile(join(keptIn, name), Buffer.from(JSON.stringify(said)))
  }
  return application
}

/** `undefined` where it is damaged, or not of this version: then the process is asked again. */
function findDeclared(bytes: Uint8Array): Application | undefined {
  try {
    return declaredFrom(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    return undefined
  }
}

async function ask(given: Described) {
  // A declaration asks no engine.
  const started = new ConfinedProcess({ ...given, enginesFolder: given.folder }, describing)
  try {
    const last = await started.ask({ kind: 'describe' }, describing, () => {
      throw new Stopped('protocol')
    })
    if (last.said === 'error') throw new Error(last.message)
    return { said: last.value, application: declaredFrom(last.value) }
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    const complaint = started.complaint.trim().split('\n').slice(-3).join(' ')
    throw new Error(`the application in ${given.folder} cannot be loaded: ${detail} ${complaint}`.trim(), {
      cause,
    })
  } finally {
    started.stop('ended')
  }
}
