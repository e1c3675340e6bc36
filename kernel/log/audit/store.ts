/** What an audit asks of the tables of the log itself. */
import { z } from 'zod'
import { Bytes } from '../../db/bytes.ts'
import { statement } from '../../db/statement.ts'

/** Places from $2 on, before $3, that no entry has. */
export const missingPlaces = statement({
  name: 'audit.missingPlaces',
  text: `
    select place from generate_series($2::bigint, $3::bigint - 1) as place
    where not exists (select from log_entries where institution_id = $1 and entry_index = place)
    order by place limit $4`,
  row: z.strictObject({ place: z.number().int() }),
})

/** Commitments from $2 on, before $3, with their places: for ranges in which some are missing. */
export const placedBetween = statement({
  name: 'audit.placedBetween',
  text: `
    select entry_index, commitment from log_entries
    where institution_id = $1 and entry_index >= $2 and entry_index < $3
    order by entry_index`,
  row: z.strictObject({ entryIndex: z.number().int(), commitment: Bytes }),
})

/** How far the log is: how many entries have a place, how many wait for one, the largest tree that was signed. */
export const reach = statement({
  name: 'audit.reach',
  text: `
    select
      (select count(*) from log_entries where institution_id = $1) as placed,
      (select count(*) from log_pending where institution_id = $1) as pending,
      (select max(tree_size)::text from log_checkpoints where institution_id = $1) as signed`,
  row: z.strictObject({
    placed: z.number().int(),
    pending: z.number().int(),
    // As text: a forged one may be too large for a number.
    signed: z.string().nullable(),
  }),
})

/** Places outside of 0 to $2, without the latter; at most $3. */
export const strayPlaces = statement({
  name: 'audit.strayPlaces',
  text: `
    select entry_index::text as place from log_entries
    where institution_id = $1 and (entry_index < 0 or entry_index >= $2)
    order by entry_index limit $3`,
  row: z.strictObject({ place: z.string() }),
})

/** A key of the log as it is, whatever was made of it. */
const KeyRow = z.strictObject({
  keyNumber: z.number().int(),
  algorithm: z.string(),
  vkey: z.string(),
  handover: z.string().nullable(),
  createdAt: z.string(),
  retiredAt: z.string().nullable(),
})
export type KeyRow = z.infer<typeof KeyRow>

export const keyRows = statement({
  name: 'audit.keyRows',
  text: `
    select key_number, algorithm, vkey, handover, created_at::text as created_at, retired_at::text as retired_at
    from log_keys where institution_id = $1
    order by key_number, algorithm`,
  row: KeyRow,
})

/** Checkpoints of more than $2 and at most $3 entries, at most $4. */
export const checkpointsBetween = statement({
  name: 'audit.checkpointsBetween',
  text: `
    select tree_size, root_hash, note from log_checkpoints
    where institution_id = $1 and tree_size > $2 and tree_size <= $3
    order by tree_size limit $4`,
  row: z.strictObject({ treeSize: z.number().int(), rootHash: Bytes, note: z.string() }),
})

export const countCheckpoints = statement({
  name: 'audit.countCheckpoints',
  text: 'select count(*) as checkpoints from log_checkpoints where institution_id = $1',
  row: z.strictObject({ checkpoints: z.number().int() }),
})

const Cosignature = z.strictObject({
  treeSize: z.number().int(),
  witness: z.string(),
  line: z.string(),
  note: z.string().nullable(),
})
export type Cosignature = z.infer<typeof Cosignature>

/** Cosignatures with the note that they are on, behind ($2, $3), at most $4. */
export const cosignaturesAfter = statement({
  name: 'audit.cosignaturesAfter',
  text: `
    select tree_size, witness, line, note
    from log_cosignatures left join log_checkpoints using (institution_id, tree_size)
    where institution_id = $1 and (tree_size, witness) > ($2::bigint, $3::text)
    order by tree_size, witness limit $4`,
  row: Cosignature,
})

/** Every policy that was ever set. */
export const policies = statement({
  name: 'audit.policies',
  text: 'select policy from log_policies where institution_id = $1 order by policy_id',
  row: z.strictObject({ policy: z.string() }),
})

/** The session that runs a long statement, and how another ends that statement. */
export const backendId = statement({
  name: 'audit.backendId',
  text: 'select pg_backend_pid() as backend',
  row: z.strictObject({ backend: z.number().int() }),
})

export const cancelBackend = statement({
  name: 'audit.cancelBackend',
  text: 'select pg_cancel_backend($1) as was_running',
  row: z.strictObject({ wasRunning: z.boolean() }),
})
