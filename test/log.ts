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
  readonly actor: string
  readonly entry_id: string
  readonly case_id: string | null
  readonly said: string
  readonly recorded_at: Date
  readonly salt: Buffer
  readonly commitment: Buffer
}

/** What is wrong, one sentence each: entries that no row bears out, rows that no entry records. */
export async function contradictions(
  owner: pg.ClientBase,
  institutionId: string,
): Promise<readonly string[]> {
  const { rows: entries } = await owner.query<Entry>(
    `select kind, record_id, actor, entry_id, case_id, said, recorded_at, salt, commitment
     from log_all where institution_id = $1 order by entry_id`,
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
    'select kind, count(*)::int as entries from log_all where institution_id = $1 group by kind',
    [institutionId],
  )
  return new Map(rows.map(({ kind, entries }) => [kind, entries]))
}

const sha256 = (...parts: readonly (Uint8Array | string)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const uuid = (text: string | null) => Buffer.from((text ?? '0'.repeat(32)).replaceAll('-', ''), 'hex')

/** As decision record 0010 says. */
function commitment(entry: Entry, record: unknown): Buffer {
  const hidden = sha256(entry.salt, uuid(entry.entry_id), entry.actor)
  const recordDigest = sha256(hidden, `${entry.record_id}\n${canonicalJson(record)}`)
  const at = Buffer.alloc(8)
  at.writeBigUInt64BE(BigInt(entry.recorded_at.getTime()))
  return sha256(entry.salt, recordDigest, uuid(entry.case_id), at, `${entry.kind}\n${entry.said}`)
}

const ended = (state: string) => `
    select proposal_id as id, json_build_object('endedAt', iso(ended_at), 'endedBy', ended_by, 'glass', glass_id,
      'proposal', proposal_id, 'reason', reason, 'state', state) as record
    from proposal_endings where institution_id = $1 and state = '${state}'`

const said = (event: string) => `
    select consent_id as id, json_build_object('application', application_id, 'channel', channel, 'consent', consent_id,
      'event', event, 'holder', holder_id, 'number', number, 'recordedAt', iso(recorded_at), 'recordedBy', recorded_by,
      'sealed', hash(sealed), 'use', use) as record
    from consents where institution_id = $1 and event = '${event}'`

const unitChanges = (change: string) => `
    select change_id as id, json_build_object('change', change_id, 'changedAt', iso(changed_at), 'closedAt', iso(closed_at),
      'code', code, 'kind', kind, 'parent', parent_id, 'title', json_build_object('en', title_en, 'ur', title_ur), 'unit',
      unit_id, 'what', change) as record
    from unit_changes where institution_id = $1 and change = '${change}'`

const stepKinds = [
  'request.received',
  'request.decided',
  'request.executed',
  'request.overdue',
  'case.corrected',
  'hold.added',
  'hold.lifted',
  'deadline.set',
  'retention.set',
  'retention.enforced',
  'breach.opened',
  'breach.assessed',
  'breach.authority_notified',
  'breach.persons_informed',
  'breach.alarmed',
]
const steps = Object.fromEntries(
  stepKinds.map((kind) => [
    kind,
    `select step_id as id, json_build_object('body', body, 'holder', holder_id, 'isLast', is_last, 'kind', kind, 'number',
      step_number, 'proceeding', proceeding_id, 'recordedAt', iso(recorded_at), 'sealed', hash(sealed), 'step',
      step_id) as record
    from rights_steps where institution_id = $1 and kind = '${kind}'`,
  ]),
)

const backendVersions = (change: string) => `
    select backend_id || '@' || version as id, json_build_object('addresses', addresses, 'backend', backend_id, 'builtIn',
      is_built_in, 'changedAt', iso(changed_at), 'classifications', classifications, 'evidence', evidence, 'evidenceDigest',
      encode(evidence_digest, 'hex'), 'expiresAt', iso(expires_at), 'host', host, 'keyHolder', key_holder, 'kind', kind,
      'location', location, 'operatorLaw', operator_law, 'ownerLaw', owner_law, 'port', port, 'scheme', scheme, 'titleEn',
      title_en, 'titleUr', title_ur, 'version', version) as record
    from backends where institution_id = $1 and change = '${change}'`

/**
 * By kind of entry, the rows it records, as `id` and `record`. Instants are written by PostgreSQL in the form that the
 * records have, so that not even JavaScript's dates come in between.
 */
const queries: Readonly<Record<string, string>> = {
  ...steps,
  'unit.added': unitChanges('added'),
  'unit.renamed': unitChanges('renamed'),
  'unit.moved': unitChanges('moved'),
  'unit.closed': unitChanges('closed'),
  'account.disabled': `
    select account_id as id, json_build_object('account', account_id, 'disabledAt', iso(disabled_at)) as record
    from accounts where institution_id = $1 and disabled_at is not null`,
  // Those of version 8 are of roles that an account was opened with, and that its entry says.
  'grant.given': `
    select grant_id as id, json_build_object('account', account_id, 'givenAt', iso(given_at), 'grant', grant_id, 'role', role,
      'unit', unit_id) as record
    from account_grants where institution_id = $1 and substr(grant_id::text, 15, 1) = '7'`,
  'grant.revoked': `
    select grant_id as id, json_build_object('grant', grant_id, 'revokedAt', iso(revoked_at)) as record
    from account_grants where institution_id = $1 and revoked_at is not null`,
  'institution.founded': `
    select institution_id as id, json_build_object('createdAt', iso(created_at), 'institution', institution_id,
      'samplingKey', hash(sampling_key), 'slug', slug, 'title', json_build_object('en', title_en, 'ur', title_ur)) as record
    from institutions join sampling_keys using (institution_id) where institution_id = $1`,
  'account.created': `
    select account_id as id, json_build_object('account', account_id, 'createdAt', iso(created_at), 'language', language,
      'passwordHash', encode(sha256(convert_to(password_hash, 'UTF8')), 'hex'), 'roles', roles,
      'username', username) as record
    from accounts where institution_id = $1`,
  'sign_in.rule_set': `
    select rule_id as id, json_build_object('rule', rule_id, 'secondFactor', second_factor, 'setAt', iso(set_at)) as record
    from sign_in_rules where institution_id = $1`,
  'password.set': `
    select password_id as id, json_build_object('account', account_id, 'password', password_id, 'passwordHash',
      encode(sha256(convert_to(password_hash, 'UTF8')), 'hex'), 'setAt', iso(set_at)) as record
    from passwords where institution_id = $1`,
  'factor.added': `
    select factor_id as id, json_build_object('account', account_id, 'addedAt', iso(added_at), 'credential',
      encode(credential_id, 'hex'), 'factor', factor_id, 'kind', kind, 'material', hash(material)) as record
    from factors where institution_id = $1`,
  'factor.removed': `
    select factor_id as id, json_build_object('account', account_id, 'factor', factor_id, 'removedAt', iso(removed_at)) as record
    from factors where institution_id = $1 and removed_at is not null`,
  'issuer.added': `
    select issuer_id as id, json_build_object('addedAt', iso(added_at), 'backend', backend_id, 'clientId', client_id, 'id',
      issuer_id, 'isFactorTrusted', is_factor_trusted, 'issuer', issuer, 'rules',
      encode(sha256(convert_to(rules::text, 'UTF8')), 'hex'), 'secret', hash(sealed_secret), 'title',
      json_build_object('en', title_en, 'ur', title_ur)) as record
    from issuers where institution_id = $1`,
  'issuer.removed': `
    select issuer_id as id, json_build_object('id', issuer_id, 'removedAt', iso(removed_at)) as record
    from issuers where institution_id = $1 and removed_at is not null`,
  'identity.linked': `
    select identity_id as id, json_build_object('account', account_id, 'identity', identity_id, 'issuer', issuer, 'linkedAt',
      iso(linked_at), 'subject', encode(subject_hash, 'hex')) as record
    from identities where institution_id = $1`,
  'key.issued': `
    select encode(key_hash, 'hex') as id, jsonb_build_object('application', application_id, 'expiresAt',
      iso(expires_at), 'label', label, 'roles', roles)
      || jsonb_strip_nulls(jsonb_build_object('addresses', addresses, 'purposes', purposes)) as record
    from access_keys where institution_id = $1`,
  'key.revoked': `
    select encode(key_hash, 'hex') as id, json_build_object('key', encode(key_hash, 'hex'), 'revokedAt',
      iso(revoked_at)) as record
    from access_keys where institution_id = $1 and revoked_at is not null`,
  'proposal.made': `
    select proposal_id as id, json_build_object('body', body, 'expiresAt', iso(expires_at), 'kind', kind, 'proposal',
      proposal_id, 'proposedAt', iso(proposed_at), 'proposedBy', proposed_by) as record
    from proposals where institution_id = $1`,
  'proposal.approved': ended('approved'),
  'proposal.rejected': ended('rejected'),
  'proposal.withdrawn': ended('withdrawn'),
  'glass.broken': `
    select glass_id as id, json_build_object('brokenAt', iso(broken_at), 'brokenBy', broken_by, 'endsAt', iso(ends_at),
      'glass', glass_id, 'reason', reason, 'role', role) as record
    from glasses where institution_id = $1`,
  'glass.reviewed': `
    select glass_id as id, json_build_object('finding', finding, 'glass', glass_id, 'reviewedAt', iso(reviewed_at),
      'reviewedBy', reviewed_by) as record
    from glass_reviews where institution_id = $1`,
  'system.registered': `
    select registration_id as id, json_build_object('application', application_id, 'applicationDigest',
      encode(application_digest, 'hex'), 'legalBasis', json_build_object('kind', legal_basis_kind, 'law',
      json_build_object('en', legal_basis_en, 'ur', legal_basis_ur), 'section', legal_basis_section), 'registeredAt',
      iso(registered_at)) as record
    from ai_systems where institution_id = $1`,
  'policy.set': `
    select version::text as id, json_build_object('approvedBy', approved_by, 'digest',
      case when digest = sha256(convert_to(files::text, 'UTF8')) then encode(digest, 'hex') end, 'proposedBy',
      proposed_by, 'setAt', iso(set_at), 'version', version) as record
    from policy_versions where institution_id = $1`,
  'consent.given': said('given'),
  'consent.withdrawn': said('withdrawn'),
  'objection.made': said('objected'),
  'objection.lifted': said('lifted'),
  'model.trained': `
    select encode(model_digest, 'hex') as id, json_build_object('application', application_id, 'engine', engine,
      'model', model_name, 'modelDigest', encode(model_digest, 'hex'), 'training', training::text) as record
    from models where institution_id = $1 and origin = 'trained'`,
  'model.imported': `
    select encode(model_digest, 'hex') as id, json_build_object('application', application_id, 'engine', engine,
      'model', model_name, 'modelDigest', encode(model_digest, 'hex'), 'training', training::text) as record
    from models where institution_id = $1 and origin = 'imported'`,
  'model.evaluated': `
    select evaluation_id as id, json_build_object('application', application_id, 'evaluatedAt', iso(evaluated_at),
      'evaluatedBy', evaluated_by, 'evaluation', evaluation_id, 'from', period_from, 'model', model_name, 'modelDigest',
      encode(model_digest, 'hex'), 'report', report::text, 'to', period_to) as record
    from model_evaluations where institution_id = $1`,
  'model.promoted': `
    select encode(model_digest, 'hex') as id, json_build_object('application', application_id, 'engine', engine,
      'model', model_name, 'modelDigest', encode(model_digest, 'hex'), 'training', training::text) as record
    from models where institution_id = $1 and promoted_at is not null`,
  'case.opened': `
    select case_id as id, jsonb_build_object('application', application_id, 'case', case_id, 'occurredOn', occurred_on,
      'openedAt', iso(opened_at), 'reference', reference, 'source', source)
      || jsonb_strip_nulls(jsonb_build_object('unit', unit_id)) || parts(jsonb_build_object('holder', holder_id)) as record
    from (select *, coalesce(opened_sealed, hash(sealed, bytes)) as was_sealed, coalesce(opened_digest, payload_digest) as
      was_digest from cases) as opened where institution_id = $1`,
  'decision.made': `
    select decision_id as id, case when coalesce(sealed_digest, hash(sealed, bytes)) is null then json_build_object('decision', decision, 'reasons', reasons)
      else json_build_object('decision', decision, 'holder', holder, 'reasons', reasons, 'sealed',
        encode(coalesce(sealed_digest, hash(sealed, bytes)), 'hex')) end as record
    from decisions cross join lateral (select json_build_object('application', application_id,
      'applicationDigest', encode(application_digest, 'hex'), 'case', case_id, 'decidedAt', iso(decided_at),
      'decision', decision_id, 'modelDigest', encode(model_digest, 'hex'), 'policyDigest', encode(policy_digest, 'hex'), 'recommendation',
      recommendation,
      'review', review, 'reviewRole', review_role, 'round', round, 'score', score) as decision) as said
    cross join lateral (select holder_id as holder from cases
      where cases.institution_id = decisions.institution_id and cases.case_id = decisions.case_id) as held
    where institution_id = $1`,
  'review.completed': `
    select review_id as id, jsonb_build_object('account', account_id, 'case', case_id, 'decision', decision_id,
      'reason', reason, 'recommendation', recommendation, 'review', review_id, 'reviewedAt', iso(reviewed_at),
      'verdict', verdict) || jsonb_strip_nulls(jsonb_build_object('sealed',
        encode(coalesce(sealed_digest, hash(sealed, bytes)), 'hex'))) as record
    from reviews where institution_id = $1`,
  'outcome.recorded': `
    select outcome_id as id, jsonb_build_object('case', case_id, 'outcome', outcome_id, 'recordedAt', iso(recorded_at),
      'revision', revision) || parts(jsonb_build_object('holder', holder_id)) as record
    from (select *, coalesce(sealed_digest, hash(sealed, bytes)) as was_sealed, payload_digest as was_digest from outcomes)
      as recorded join (select institution_id, case_id, holder_id from cases) as held using (institution_id, case_id) where institution_id = $1`,
  'import.finished': `
    select import_id as id, json_build_object('application', application_id, 'delimiter', delimiter, 'finishedAt',
      iso(finished_at), 'header', header::text, 'holder', holder_id, 'import', import_id, 'mappingDigest',
      encode(mapping_digest, 'hex'), 'opened', opened, 'outcomes', outcomes, 'records', records, 'refused', refused,
      'sourceDigest', encode(source_digest, 'hex'), 'sourceName', source_name, 'startedAt', iso(started_at), 'unchanged',
      unchanged) as record
    from imports where institution_id = $1 and state = 'finished'`,
  'log_key.rotated': `
    select key_number::text as id, json_build_object('createdAt', iso(created_at), 'handovers',
      json_object_agg(algorithm, handover), 'keyNumber', key_number) as record
    from log_keys where institution_id = $1 and handover is not null group by key_number, created_at`,
  'backend.registered': backendVersions('registered'),
  'backend.amended': backendVersions('amended'),
  'backend.withdrawn': backendVersions('withdrawn'),
  'home_country.set': `
    select setting_id as id, json_build_object('country', country, 'setAt', iso(set_at), 'settingId', setting_id) as record
    from home_countries where institution_id = $1`,
  'transfer.made': `
    select transfer_id as id, json_build_object('backend', backend_id, 'backendVersion', backend_version, 'classification',
      classification, 'isRedacted', is_redacted, 'purpose', purpose, 'role', role, 'transferId', transfer_id,
      'transferredAt', iso(transferred_at)) as record
    from transfers where institution_id = $1`,
  'log_policy.set': `
    select policy_id as id, json_build_object('policy', policy, 'policyId', policy_id, 'setAt', iso(set_at)) as record
    from log_policies where institution_id = $1`,
  'access.read': `
    select read_id as id, jsonb_build_object('application', application_id, 'case', case_id, 'cases', cases, 'holder',
      holder_id, 'purpose', purpose, 'read', read_id, 'readAt', iso(read_at), 'role', role)
      || jsonb_strip_nulls(jsonb_build_object('glass', glass_id)) as record
    from reads where institution_id = $1`,
  'person.erased': `
    select holder_id as id, json_build_object('cases', (
        select count(*) from cases where cases.institution_id = $1 and cases.holder_id = vault_keys.holder_id
      ), 'erasedAt', iso(erased_at), 'ground', erasure_ground, 'holder', holder_id) as record
    from vault_keys where institution_id = $1 and erased_at is not null`,
  'wrapping_key.rotated': `
    select key_number::text as id, json_build_object('createdAt', iso(created_at), 'key', key_number) as record
    from wrapping_keys where institution_id = $1 and key_number > 1`,
  'wrapping_key.destroyed': `
    select key_number::text as id, json_build_object('destroyedAt', iso(destroyed_at), 'key', key_number) as record
    from wrapping_keys where institution_id = $1 and destroyed_at is not null`,
}

/** Kinds that this program knows how to check. */
export const checkedKinds: readonly string[] = Object.keys(queries)

/**
 * Digests of a payload: where nothing is sealed that of the text itself, else those of both parts as they are stored beside the
 * keyed one, and what else there is to say of the sealed part.
 */
const parts = (more: string) => `case
  when was_sealed is null then jsonb_build_object('payloadDigest', encode(sha256(convert_to(payload::text, 'UTF8')), 'hex'))
  else ${more} || jsonb_build_object('payload', encode(sha256(convert_to(payload::text, 'UTF8')), 'hex'),
    'sealed', encode(was_sealed, 'hex'), 'payloadDigest', encode(was_digest, 'hex')) end`

async function storedRows(owner: pg.ClientBase, institutionId: string): Promise<readonly Stored[]> {
  const found: Stored[] = []
  for (const [kind, query] of Object.entries(queries)) {
    const text = query
      .replaceAll(/parts\((.+)\) as record/g, (_, more: string) => `${parts(more)} as record`)
      .replaceAll(/hash\((\w+), bytes\)/g, 'sha256($1)')
      .replaceAll(/hash\((\w+)\)/g, "encode(sha256($1), 'hex')")
      .replaceAll(/iso\((\w+)\)/g, `to_char($1 at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)
    const { rows } = await owner.query<{ id: string; record: unknown }>(text, [institutionId])
    found.push(...rows.map(({ id, record }) => ({ kind, recordId: id, record })))
  }
  return found
}
