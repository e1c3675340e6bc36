/**
 * Checks the log against what is stored, from outside: with a connection of the owner, and with nothing of the kernel but
 * the canonical form of JSON. What an auditor's own program would do.
 */
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { canonicalJson } from '../kernel/canonical.ts'

/** A stored row that the log must have an entry of, and what that entry commits to. */
interface Stored {
  readonly kind: string
  readonly recordId: string
  readonly record: unknown
}

interface Entry {
  readonly kind: string
  readonly record_id: string
  readonly salt: Buffer
  readonly commitment: Buffer
}

/** What is wrong, one sentence each: entries that no row bears out, rows that no entry records. */
export async function contradictions(
  owner: pg.ClientBase,
  institutionId: string,
): Promise<readonly string[]> {
  const { rows: entries } = await owner.query<Entry>(
    'select kind, record_id, salt, commitment from log_entries where institution_id = $1 order by entry_id',
    [institutionId],
  )
  const stored = await storedRows(owner, institutionId)
  const isBorneOut = (entry: Entry) =>
    stored.some(({ kind, recordId, record }) => {
      if (kind !== entry.kind || recordId !== entry.record_id) return false
      return commitment(entry, record).equals(entry.commitment)
    })
  const known = new Set(entries.map(({ kind, record_id: id }) => `${kind} ${id}`))
  return [
    ...entries
      .filter((entry) => !isBorneOut(entry))
      .map(({ kind, record_id: id }) => `${kind} ${id}: no such row`),
    ...stored
      .filter(({ kind, recordId }) => !known.has(`${kind} ${recordId}`))
      .map(({ kind, recordId }) => `${kind} ${recordId}: not in the log`),
  ]
}

/** How many entries there are of each kind. */
export async function entryCounts(
  owner: pg.ClientBase,
  institutionId: string,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await owner.query<{ kind: string; entries: number }>(
    'select kind, count(*)::int as entries from log_entries where institution_id = $1 group by kind',
    [institutionId],
  )
  return new Map(rows.map(({ kind, entries }) => [kind, entries]))
}

/** SHA-256(salt ‖ kind ‖ 0x0A ‖ canonical JSON of the record), as the schema says. */
function commitment({ salt, kind }: Entry, record: unknown): Buffer {
  return createHash('sha256')
    .update(salt)
    .update(`${kind}\n${canonicalJson(record)}`)
    .digest()
}

/**
 * By kind of entry, the rows it records, as `id` and `record`. Instants are written by PostgreSQL in the form that the
 * records have, so that not even JavaScript's dates come in between.
 */
const queries: Readonly<Record<string, string>> = {
  'institution.founded': `
    select institution_id as id, json_build_object('createdAt', iso(created_at), 'institution', institution_id,
      'slug', slug, 'title', json_build_object('en', title_en, 'ur', title_ur)) as record
    from institutions where institution_id = $1`,
  'account.created': `
    select account_id as id, json_build_object('account', account_id, 'createdAt', iso(created_at), 'roles', roles,
      'username', username) as record
    from accounts where institution_id = $1`,
  'key.issued': `
    select encode(key_hash, 'hex') as id, json_build_object('application', application_id, 'expiresAt',
      iso(expires_at), 'label', label, 'roles', roles) as record
    from access_keys where institution_id = $1`,
  'system.registered': `
    select registration_id as id, json_build_object('application', application_id, 'applicationDigest',
      encode(application_digest, 'hex'), 'registeredAt', iso(registered_at)) as record
    from ai_systems where institution_id = $1`,
  'model.trained': `
    select encode(model_digest, 'hex') as id, json_build_object('application', application_id, 'engine', engine,
      'model', model_name, 'modelDigest', encode(model_digest, 'hex'), 'training', training::text) as record
    from models where institution_id = $1`,
  'model.promoted': `
    select encode(model_digest, 'hex') as id, json_build_object('application', application_id, 'engine', engine,
      'model', model_name, 'modelDigest', encode(model_digest, 'hex'), 'training', training::text) as record
    from models where institution_id = $1 and promoted_at is not null`,
  'case.opened': `
    select case_id as id, json_build_object('application', application_id, 'case', case_id, 'occurredOn', occurred_on,
      'openedAt', iso(opened_at), 'payloadDigest', encode(sha256(convert_to(payload::text, 'UTF8')), 'hex'),
      'reference', reference, 'source', source) as record
    from cases where institution_id = $1`,
  'decision.made': `
    select decision_id as id, json_build_object('decision', json_build_object('application', application_id,
      'applicationDigest', encode(application_digest, 'hex'), 'case', case_id, 'decidedAt', iso(decided_at),
      'decision', decision_id, 'modelDigest', encode(model_digest, 'hex'), 'recommendation', recommendation,
      'review', review, 'reviewRole', review_role, 'round', round, 'score', score), 'reasons', reasons) as record
    from decisions where institution_id = $1`,
  'review.completed': `
    select review_id as id, json_build_object('account', account_id, 'case', case_id, 'decision', decision_id,
      'reason', reason, 'recommendation', recommendation, 'review', review_id, 'reviewedAt', iso(reviewed_at),
      'verdict', verdict) as record
    from reviews where institution_id = $1`,
  'outcome.recorded': `
    select outcome_id as id, json_build_object('case', case_id, 'outcome', outcome_id,
      'payloadDigest', encode(sha256(convert_to(payload::text, 'UTF8')), 'hex'), 'recordedAt', iso(recorded_at),
      'revision', revision) as record
    from outcomes where institution_id = $1`,
  'import.finished': `
    select import_id as id, json_build_object('application', application_id, 'import', import_id, 'mappingDigest',
      encode(mapping_digest, 'hex'), 'opened', opened, 'records', records, 'refused', refused, 'sourceDigest',
      encode(source_digest, 'hex'), 'unchanged', unchanged) as record
    from imports where institution_id = $1 and state = 'finished'`,
}

/** Kinds that this program knows how to check. */
export const checkedKinds: readonly string[] = Object.keys(queries)

async function storedRows(owner: pg.ClientBase, institutionId: string): Promise<readonly Stored[]> {
  const found: Stored[] = []
  for (const [kind, query] of Object.entries(queries)) {
    const text = query.replaceAll(
      /iso\((\w+)\)/g,
      `to_char($1 at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    )
    const { rows } = await owner.query<{ id: string; record: unknown }>(text, [institutionId])
    found.push(...rows.map(({ id, record }) => ({ kind, recordId: id, record })))
  }
  return found
}
