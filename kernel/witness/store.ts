import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const WitnessRow = z.strictObject({ name: z.string(), vkeys: z.string(), enabledAt: z.date() })
export type WitnessRow = z.infer<typeof WitnessRow>

export const findWitness = statement({
  name: 'witness.find',
  text: 'select name, vkeys, enabled_at from witnesses where institution_id = $1',
  row: WitnessRow,
})

/** Nothing where the institution is a witness already, or another one has the name. */
export const insertWitness = statement({
  name: 'witness.insert',
  text: `
    insert into witnesses (institution_id, name, vkeys, enabled_at) values ($1, $2, $3, $4) on conflict do nothing`,
})

export const WitnessedLog = z.strictObject({
  origin: z.string(),
  /** Separated by spaces; empty where the log is no longer witnessed. */
  vkeys: z.string(),
  treeSize: z.number().int(),
  rootHash: Bytes.nullable(),
  addedAt: z.date(),
  cosignedAt: z.date().nullable(),
})
export type WitnessedLog = z.infer<typeof WitnessedLog>

const columns = 'origin, vkeys, tree_size, root_hash, added_at, cosigned_at'

export const listWitnessed = statement({
  name: 'witness.listLogs',
  text: `select ${columns} from witnessed_logs where institution_id = $1 order by origin`,
  row: WitnessedLog,
})

export const findWitnessed = statement({
  name: 'witness.findLog',
  text: `select ${columns} from witnessed_logs where institution_id = $1 and origin = $2`,
  row: WitnessedLog,
})

/** What is known of the log's trees stays as it is. */
export const upsertWitnessed = statement({
  name: 'witness.upsertLog',
  text: `
    insert into witnessed_logs (institution_id, origin, vkeys, tree_size, added_at) values ($1, $2, $3, 0, $4)
    on conflict (institution_id, origin) do update set vkeys = $3`,
})

/** Trusts these keys too; of two at once neither is lost. */
export const trustKeys = statement({
  name: 'witness.trustKeys',
  text: `
    insert into witnessed_logs (institution_id, origin, vkeys, tree_size, added_at) values ($1, $2, $3, 0, $4)
    on conflict (institution_id, origin) do update set vkeys = (
      select string_agg(vkey, ' ' order by place)
      from (
        select vkey, min(place) as place
        from unnest(string_to_array(witnessed_logs.vkeys || ' ' || $3, ' ')) with ordinality as one (vkey, place)
        where vkey <> '' group by vkey
      ) as each
    )`,
})

/**
 * Takes note of a tree, where the last one noted is still the one that it was found consistent with. One statement: of two
 * that come from the same tree, one finds it changed.
 */
export const noteTree = statement({
  name: 'witness.noteTree',
  text: `
    update witnessed_logs set tree_size = $5, root_hash = $6, cosigned_at = $7
    where institution_id = $1 and origin = $2 and tree_size = $3 and root_hash is not distinct from $4 and vkeys <> ''`,
})

/** Keeps a cosigned checkpoint, unless a newer one is kept. */
export const keepCheckpoint = statement({
  name: 'witness.keepCheckpoint',
  text: `
    update witnessed_logs set checkpoint = $3, checkpoint_size = $4
    where institution_id = $1 and origin = $2 and coalesce(checkpoint_size, 0) <= $4`,
})

export const checkpointOfLog = statement({
  name: 'witness.checkpointOfLog',
  text: 'select checkpoint from witnessed_logs where institution_id = $1 and origin = $2',
  row: z.strictObject({ checkpoint: z.string().nullable() }),
})
