import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'
import { Purpose } from '../registers/purposes.ts'

/** Held while something is written under data keys: nobody destroys or re-wraps them meanwhile. */
export const shareVault = statement({
  name: 'vault.share',
  text: `select pg_advisory_xact_lock_shared(hashtextextended('khudi vault ' || $1::uuid, 0))`,
})

/** Waits for everybody who holds it shared; they then see what was done under it. */
export const takeVault = statement({
  name: 'vault.take',
  text: `select pg_advisory_xact_lock(hashtextextended('khudi vault ' || $1::uuid, 0))`,
})

const KeyRow = z.strictObject({
  holderId: z.uuid(),
  /** Null once erased, like what lies under it. */
  blindIndex: Bytes.nullable(),
  wrappedKey: Bytes.nullable(),
  /** Number of the wrapping key. */
  wrappingKey: z.number().int().nullable(),
})
export type KeyRow = z.infer<typeof KeyRow>

/*
 * Many holders are asked for one by one through the index (`lateral` with a limit): of `= any($2)` the planner, as long as
 * the table has no statistics, makes a scan of the table that compares every row with every element.
 */

/** Keys by blind index; an erased holder has none. */
export const keysByIndex = statement({
  name: 'vault.keysByIndex',
  text: `
    select found.blind_index, holder_id, wrapped_key, wrapping_key
    from unnest($2::bytea[]) as wanted (blind_index) cross join lateral (
      select blind_index, holder_id, wrapped_key, wrapping_key from vault_keys
      where institution_id = $1 and vault_keys.blind_index = wanted.blind_index and vault_keys.blind_index is not null
      limit 1
    ) found`,
  row: KeyRow.extend({ blindIndex: Bytes }),
  // Read for every batch, and written by the kernel alone.
  isTrusted: true,
})

/** Erased holders too: then without a key. */
export const keysById = statement({
  name: 'vault.keysById',
  text: `
    select found.holder_id, blind_index, wrapped_key, wrapping_key
    from unnest($2::uuid[]) as wanted (holder_id) cross join lateral (
      select holder_id, blind_index, wrapped_key, wrapping_key from vault_keys
      where institution_id = $1 and vault_keys.holder_id = wanted.holder_id
      limit 1
    ) found`,
  row: KeyRow,
  isTrusted: true,
})

export const countLiving = statement({
  name: 'vault.countLiving',
  text: `
    select count(*) as holders
    from unnest($2::uuid[]) as wanted (holder_id) cross join lateral (
      select from vault_keys
      where institution_id = $1 and vault_keys.holder_id = wanted.holder_id and wrapped_key is not null
      limit 1
    ) found`,
  row: z.strictObject({ holders: z.number().int() }),
})

/** Adds holders whose index is free, unless the wrapping key has been retired meanwhile; then nobody. */
export const insertKeys = statement({
  name: 'vault.insertKeys',
  text: `
    insert into vault_keys (institution_id, holder_id, blind_index, wrapped_key, wrapping_key, created_at)
    select $1, holder_id, blind_index, wrapped_key, $2, $3
    from unnest($4::uuid[], $5::bytea[], $6::bytea[]) as given (holder_id, blind_index, wrapped_key)
    where exists (select from wrapping_keys where institution_id = $1 and key_number = $2 and retired_at is null)
    on conflict (institution_id, blind_index) do nothing`,
})

export const wrappingKeyInUse = statement({
  name: 'vault.wrappingKeyInUse',
  text: 'select key_number from wrapping_keys where institution_id = $1 and retired_at is null',
  row: z.strictObject({ keyNumber: z.number().int() }),
})

/** The first of an institution; whoever else makes it at the same time makes the same. */
export const insertFirstWrappingKey = statement({
  name: 'vault.insertFirstWrappingKey',
  text: `
    insert into wrapping_keys (institution_id, key_number, created_at) values ($1, 1, $2)
    on conflict do nothing`,
})

export const ReadRow = z.strictObject({
  readId: z.uuid(),
  holderId: z.uuid().nullable(),
  caseId: z.uuid().nullable(),
  applicationId: z.string().nullable(),
  cases: z.number().int(),
  role: z.string(),
  purpose: Purpose,
  readAt: z.date(),
  /** The break-glass under which it was read. */
  glassId: z.uuid().nullable(),
})
export type ReadRow = z.infer<typeof ReadRow>

export const insertRead = statement({
  name: 'vault.insertRead',
  text: `
    insert into reads (institution_id, read_id, holder_id, case_id, application_id, cases, role, purpose, read_at, glass_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
})

/** When holders were erased; null while they live. */
export const erasuresOfHolders = statement({
  name: 'vault.erasures',
  text: `
    select holder_id, erased_at from vault_keys
    where institution_id = $1 and holder_id = any($2::uuid[])`,
  row: z.strictObject({ holderId: z.uuid(), erasedAt: z.date().nullable() }),
})

const readColumns = 'read_id, holder_id, case_id, application_id, cases, role, purpose, read_at, glass_id'

/** Reads of one case by somebody, in their order. */
export const readsOfCase = statement({
  name: 'vault.readsOfCase',
  text: `
    select ${readColumns} from reads
    where institution_id = $1 and holder_id = $2 and case_id = $3
    order by read_id`,
  row: ReadRow,
})

/** Reads of the holder's data, and batches of jobs that may have covered a case of theirs; newest first. */
export const readsOfHolder = statement({
  name: 'vault.readsOfHolder',
  text: `
    select ${readColumns} from reads
    where institution_id = $1 and ($3::uuid is null or read_id < $3)
      and (holder_id = $2 or (holder_id is null and exists (
        select from cases
        where cases.institution_id = $1 and cases.holder_id = $2 and cases.application_id = reads.application_id
          and cases.opened_at <= reads.read_at
      )))
    order by read_id desc
    limit $4`,
  row: ReadRow,
})

/** Destroys a holder's key and index; nothing where they are destroyed already. */
export const eraseKey = statement({
  name: 'vault.eraseKey',
  text: `
    update vault_keys set wrapped_key = null, wrapping_key = null, blind_index = null, erased_at = $3, erasure_ground = $4
    where institution_id = $1 and holder_id = $2 and wrapped_key is not null`,
})

export const WrappingKeyRow = z.strictObject({
  keyNumber: z.number().int(),
  createdAt: z.date(),
  retiredAt: z.date().nullable(),
  destroyedAt: z.date().nullable(),
})
export type WrappingKeyRow = z.infer<typeof WrappingKeyRow>

export const wrappingKeys = statement({
  name: 'vault.wrappingKeys',
  text: `
    select key_number, created_at, retired_at, destroyed_at from wrapping_keys
    where institution_id = $1 order by key_number`,
  row: WrappingKeyRow,
})

/** How many data keys lie under each wrapping key. */
export const countWrapped = statement({
  name: 'vault.countWrapped',
  text: `
    select wrapping_key, count(*) as holders from vault_keys
    where institution_id = $1 and wrapping_key is not null
    group by wrapping_key`,
  row: z.strictObject({ wrappingKey: z.number().int(), holders: z.number().int() }),
})

export const countErased = statement({
  name: 'vault.countErased',
  text: 'select count(*) as holders from vault_keys where institution_id = $1 and erased_at is not null',
  row: z.strictObject({ holders: z.number().int() }),
})

export const retireWrappingKey = statement({
  name: 'vault.retireWrappingKey',
  text: `
    update wrapping_keys set retired_at = $3
    where institution_id = $1 and key_number = $2 and retired_at is null`,
})

export const insertWrappingKey = statement({
  name: 'vault.insertWrappingKey',
  text: 'insert into wrapping_keys (institution_id, key_number, created_at) values ($1, $2, $3)',
})

/** Data keys under one wrapping key. */
export const keysWrappedUnder = statement({
  name: 'vault.keysWrappedUnder',
  text: `
    select holder_id, blind_index, wrapped_key, wrapping_key from vault_keys
    where institution_id = $1 and wrapping_key = $2
    order by holder_id
    limit $3`,
  row: KeyRow,
})

/** An erased holder is passed over: there is nothing of it to wrap any more. */
export const rewrapKeys = statement({
  name: 'vault.rewrapKeys',
  text: `
    update vault_keys set wrapped_key = given.wrapped_key, wrapping_key = $3
    from unnest($4::uuid[], $5::bytea[]) as given (holder_id, wrapped_key)
    where vault_keys.institution_id = $1 and vault_keys.holder_id = given.holder_id and vault_keys.wrapping_key = $2`,
})

export const markDestroyed = statement({
  name: 'vault.markDestroyed',
  text: `
    update wrapping_keys set destroyed_at = $3
    where institution_id = $1 and key_number = $2 and destroyed_at is null`,
})
