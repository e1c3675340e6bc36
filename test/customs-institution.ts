/** An institution that decides customs declarations with a model of its own, set up by the commands that a user types. */
import { z } from 'zod'
import { type DeclarationFile, writeDeclarations } from './declaration-files.ts'
import type { Installation } from './installation.ts'

export interface CustomsInstitution {
  /** For the API: the institution's own system, which opens cases and reads decisions. */
  readonly key: string
  /** What the model learned from; it has been taken in, and decided by nobody. */
  readonly history: DeclarationFile
}

const Key = z.object({ key: z.string() })
const Trained = z.object({ modelDigest: z.string() })
/** A test has one person. */
export const alone = 'A test or a measurement: there is nobody else to approve.'

/**
 * Founds the institution, registers the application, takes in a history with outcomes, trains and promotes a model.
 *
 * @param examples declarations of the history, at least some hundreds
 */
export async function foundCustoms(
  installation: Installation,
  examples: number,
): Promise<CustomsInstitution> {
  const { run, scratch } = installation
  const history = await writeDeclarations({
    folder: scratch,
    name: 'history',
    seed: 1,
    count: examples,
    hasOutcomes: true,
  })
  // Without it each command would start the database server and stop it again.
  return installation.withDatabase(async () => {
    await run(['institution', 'found', 'bench', '--en', 'Customs house', '--ur', 'کسٹم ہاؤس'])
    await run(['application', 'register', 'customs'])
    await run(['import', 'customs', history.path, '--mapping', history.mapping])
    const { modelDigest } = Trained.parse(await run(['model', 'train', 'customs']))
    await run(['model', 'promote', 'customs', modelDigest, '--break-glass', alone])
    const { key } = Key.parse(await run(['key', 'issue', 'bench']))
    return { key, history }
  })
}
