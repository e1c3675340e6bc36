/** Files by the commands: rows taken in, and the cases that wait afterwards decided. */
import { z } from 'zod'
import { writeDeclarations } from '../../test/declaration-files.ts'
import type { Measurement } from '../result.ts'
import { type Place, withClient } from './place.ts'
import type { RawInserts } from './raw-inserts.ts'

/** As `khudi decide --json` says it. */
const Backlog = z.object({ decided: z.number(), seconds: z.number() })
type Backlog = z.infer<typeof Backlog>

/** Takes a file in without deciding, then has the command decide what waits. */
export async function decideBacklog({ installation, taken }: Place): Promise<Backlog> {
  const { run, scratch } = installation
  const file = await writeDeclarations({
    folder: scratch,
    name: 'backlog',
    seed: 2,
    count: taken,
    hasOutcomes: false,
  })
  await run(['import', 'customs', file.path, '--mapping', file.mapping])
  const backlog = Backlog.parse(await run(['decide', 'customs']))
  // The cases of the history wait as well: what came out of them is known, but nobody has decided them.
  const waiting = 2 * taken
  if (backlog.decided !== waiting)
    throw new Error(`of ${waiting} cases that waited ${backlog.decided} were decided`)
  return backlog
}

const Import = z.object({ name: z.string(), perS: z.coerce.number() })

export async function fileRows(
  place: Place,
  backlog: Backlog,
  raw: RawInserts,
): Promise<readonly Measurement[]> {
  const imports = await withClient(place, async (client) => {
    const { rows } = await client.query(
      `select source_name as name, records / extract(epoch from finished_at - started_at) as "perS"
       from imports order by started_at`,
    )
    return z.array(Import).parse(rows)
  })
  const reference = {
    what: 'PostgreSQL alone, batched inserts of decided cases',
    value: raw.cases / raw.seconds,
  }
  return [
    {
      what: 'khudi decide: a backlog',
      value: backlog.decided / backlog.seconds,
      unit: 'cases/s',
      reference,
      note: 'by the command alone, without HTTP and without its start',
    },
    ...imports.map(({ name, perS }) => ({
      what: `khudi import: ${name}`,
      value: perS,
      unit: 'rows/s',
      reference,
      note: name.startsWith('history')
        ? 'a CSV through its mapping, cases with outcomes, from the first record to the last commit'
        : 'the same without outcomes',
    })),
  ]
}
