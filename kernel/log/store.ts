import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'
import { LogKind } from './kinds.ts'

export const LogEntry = z.strictObject({
  /** Its place in the log; null as long as the sequencer has not given it one. */
  entryIndex: z.number().int().nullable(),
  entryId: z.uuid(),
  kind: LogKind,
  caseId: z.uuid().nullable(),
  recordId: z.string(),
  actor: z.string(),
  said: z.string(),
  salt: Bytes,
  recordDigest: Bytes,
  commitment: Bytes,
  recordedAt: z.date(),
})
export type LogEntry = z.infer<typeof LogEntry>

const columns =
  'entry_id, kind, case_id, record_id, actor, said, salt, record_digest, commitment, recorded_at'

/** Salts, record digests and commitments come one behind the other. */
export const insertEntries = statement({
  name: 'log.insertEntries',
  text: `
    insert into log_pending (institution_id, entry_id, kind, case_id, record_id, actor, said, salt, record_digest, commitment,
      recorded_at)
    select $1, entry_id, kind, case_id, record_id, $2, said, substring($9::bytea from (16 * place - 15)::int for 16),
      substring($10::bytea from (32 * place - 31)::int for 32), substring($11::bytea from (32 * place - 31)::int for 32), $3
    from unnest($4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[]) with ordinality
      as entry (entry_id, kind, case_id, record_id, said, place)`,
})

export const entriesOfCase = statement({
  name: 'log.entriesOfCase',
  text: `
    select entry_index, ${columns} from log_entries
    where institution_id = $1 and case_id = $2
    order by entry_index`,
  row: LogEntry,
})

/** Those still without a place. No index: they are few, and in the log a moment later. */
export const pendingOfCase = statement({
  name: 'log.pendingOfCase',
  text: `
    select ${columns} from log_pending
    where institution_id = $1 and case_id = $2
    order by entry_id`,
  row: LogEntry.omit({ entryIndex: true }),
})

export const makeLog = statement({
  name: 'log.makeLog',
  text: 'insert into logs (institution_id, origin, created_at) values ($1, $2, $3) on conflict (institution_id) do nothing',
})

export const findLog = statement({
  name: 'log.findLog',
  text: 'select origin from logs where institution_id = $1',
  row: z.strictObject({ origin: z.string() }),
})

/** Gives the next places to the oldest pending entries; their commitments one behind the other. */
export const sequence = statement({
  name: 'log.sequence',
  text: `
    select coalesce(min(entry_index), 0) as first_index, count(*) as entries,
      coalesce(string_agg(commitment, '' order by entry_index), '') as commitments
    from sequence_entries($1)`,
  row: z.strictObject({ firstIndex: z.number().int(), entries: z.number().int(), commitments: Bytes }),
})

export const nextIndex = statement({
  name: 'log.nextIndex',
  text: 'select coalesce(max(entry_index) + 1, 0) as next_index from log_entries where institution_id = $1',
  row: z.strictObject({ nextIndex: z.number().int() }),
})

/** From $2 on, before $3, in order, one behind the other. */
export const commitmentsBetween = statement({
  name: 'log.commitmentsBetween',
  text: `
    select count(*) as entries, coalesce(string_agg(commitment, '' order by entry_index), '') as commitments
    from log_entries where institution_id = $1 and entry_index >= $2 and entry_index < $3`,
  row: z.strictObject({ entries: z.number().int(), commitments: Bytes }),
})

export const insertCheckpoint = statement({
  name: 'log.insertCheckpoint',
  text: `
    insert into log_checkpoints (institution_id, tree_size, root_hash, note, signed_at) values ($1, $2, $3, $4, $5)`,
})

export const LogCheckpoint = z.strictObject({ treeSize: z.number().int(), rootHash: Bytes, note: z.string() })
export type LogCheckpoint = z.infer<typeof LogCheckpoint>

export const lastCheckpoint = statement({
  name: 'log.lastCheckpoint',
  text: `
    select tree_size, root_hash, note from log_checkpoints where institution_id = $1
    order by tree_size desc limit 1`,
  row: LogCheckpoint,
})

export const institutionsWithPending = statement({
  name: 'log.institutionsWithPending',
  text: 'select institution_id from institutions_with_pending() as institution_id',
  row: z.strictObject({ institutionId: z.uuid() }),
})

export const checkpointBefore = statement({
  name: 'log.checkpointBefore',
  text: `
    select tree_size, root_hash, note from log_checkpoints where institution_id = $1 and signed_at <= $2
    order by tree_size desc limit 1`,
  row: LogCheckpoint,
})

export const LogKeyRow = z.strictObject({
  keyNumber: z.number().int(),
  algorithm: z.enum(['ed25519', 'ml-dsa-44']),
  vkey: z.string(),
  handover: z.string().nullable(),
  createdAt: z.date(),
  retiredAt: z.date().nullable(),
})
export type LogKeyRow = z.infer<typeof LogKeyRow>

export const keysOfLog = statement({
  name: 'log.keysOfLog',
  text: `
    select key_number, algorithm, vkey, handover, created_at, retired_at from log_keys where institution_id = $1
    order by key_number, algorithm`,
  row: LogKeyRow,
})

/** One row for each algorithm. Of two who make the first keys at once, the second finds them. */
export const insertLogKeys = statement({
  name: 'log.insertLogKeys',
  text: `
    insert into log_keys (institution_id, key_number, created_at, algorithm, vkey, handover)
    select $1, $2, $3, algorithm, vkey, handover
    from unnest($4::text[], $5::text[], $6::text[]) as made (algorithm, vkey, handover)
    on conflict (institution_id, algorithm, key_number) do nothing`,
})

export const retireLogKeys = statement({
  name: 'log.retireLogKeys',
  text: `
    update log_keys set retired_at = $3 where institution_id = $1 and key_number = $2 and retired_at is null`,
})

export const checkpointAt = statement({
  name: 'log.checkpointAt',
  text: 'select tree_size, root_hash, note from log_checkpoints where institution_id = $1 and tree_size = $2',
  row: LogCheckpoint,
})

/** Of two cosignatures of one witness on one tree the first stays. */
export const insertCosignatures = statement({
  name: 'log.insertCosignatures',
  text: `
    insert into log_cosignatures (institution_id, tree_size, witness, line, cosigned_at)
    select $1, $2, witness, line, cosigned_at
    from unnest($3::text[], $4::text[], $5::timestamptz[]) as made (witness, line, cosigned_at)
    on conflict (institution_id, tree_size, witness) do nothing`,
})

/** Trees below the size $2 that were cosigned, largest first, with their witnesses in order, a line each. */
export const cosignedBelow = statement({
  name: 'log.cosignedBelow',
  text: `
    select tree_size, string_agg(witness, e'\\n' order by witness) as witnesses,
      string_agg(line, '' order by witness) as lines
    from log_cosignatures where institution_id = $1 and tree_size < $2
    group by tree_size order by tree_size desc limit 32`,
  row: z.strictObject({ treeSize: z.number().int(), witnesses: z.string(), lines: z.string() }),
})

export const WitnessRow = z.strictObject({
  url: z.string(),
  treeSize: z.number().int(),
  cosignedAt: z.date().nullable(),
  failure: z.string().nullable(),
  detail: z.string().nullable(),
  failingSince: z.date().nullable(),
})
export type WitnessRow = z.infer<typeof WitnessRow>

export const witnessesAsked = statement({
  name: 'log.witnessesAsked',
  text: `
    select url, tree_size, cosigned_at, failure, detail, failing_since from log_witnesses where institution_id = $1
    order by url`,
  row: WitnessRow,
})

export const recordCosigned = statement({
  name: 'log.recordCosigned',
  text: `
    insert into log_witnesses as known (institution_id, url, tree_size, cosigned_at) values ($1, $2, $3, $4)
    on conflict (institution_id, url) do update set tree_size = greatest(known.tree_size, $3),
      cosigned_at = coalesce($4, known.cosigned_at), failure = null, detail = null, failing_since = null`,
})

export const recordWitnessFailure = statement({
  name: 'log.recordWitnessFailure',
  text: `
    insert into log_witnesses as known (institution_id, url, tree_size, failure, detail, failing_since)
    values ($1, $2, 0, $3, $4, $5)
    on conflict (institution_id, url) do update set failure = $3, detail = $4,
      failing_since = coalesce(known.failing_since, $5)`,
})

export const insertPolicy = statement({
  name: 'log.insertPolicy',
  text: 'insert into log_policies (institution_id, policy_id, policy, set_at) values ($1, $2, $3, $4)',
})

/** Identifiers rise with time. */
export const lastPolicy = statement({
  name: 'log.lastPolicy',
  text: 'select policy from log_policies where institution_id = $1 order by policy_id desc limit 1',
  row: z.strictObject({ policy: z.string() }),
})
