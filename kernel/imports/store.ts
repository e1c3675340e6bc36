import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const ImportState = z.enum(['running', 'finished'])

export const ImportRow = z.strictObject({
  importId: z.uuid(),
  applicationId: z.string(),
  sourceName: z.string(),
  sourceDigest: Bytes,
  mappingDigest: Bytes,
  /** Columns of the file. */
  header: z.array(z.string()),
  delimiter: z.enum([',', ';', '\t', '|']),
  state: ImportState,
  /** Records whose effect is committed. */
  records: z.number().int(),
  opened: z.number().int(),
  unchanged: z.number().int(),
  refused: z.number().int(),
  outcomes: z.number().int(),
  startedAt: z.date(),
  finishedAt: z.date().nullable(),
  /** Under whose key the refused rows are sealed. */
  holderId: z.uuid().nullable(),
})
export type ImportRow = z.infer<typeof ImportRow>

const columns = `import_id, application_id, source_name, source_digest, mapping_digest, header, delimiter, state, records,
    opened, unchanged, refused, outcomes, started_at, finished_at, holder_id`

export const insertImport = statement({
  name: 'imports.insert',
  text: `
    insert into imports (institution_id, import_id, application_id, source_name, source_digest, mapping_digest, header,
      delimiter, state, records, opened, unchanged, refused, outcomes, started_at, holder_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'running', 0, 0, 0, 0, 0, $9, $10)
    on conflict (institution_id, application_id, source_digest, mapping_digest) do nothing`,
})

export const importOfFile = statement({
  name: 'imports.ofFile',
  text: `
    select ${columns} from imports
    where institution_id = $1 and application_id = $2 and source_digest = $3 and mapping_digest = $4`,
  row: ImportRow,
})

/** Moves an import on from the record it stands at; no row where another process moved it first. */
export const advanceImport = statement({
  name: 'imports.advance',
  text: `
    update imports set records = records + $4, opened = opened + $5, unchanged = unchanged + $6, refused = refused + $7,
      outcomes = outcomes + $8
    where institution_id = $1 and import_id = $2 and records = $3 and state = 'running'
    returning ${columns}`,
  row: ImportRow,
})

export const finishImport = statement({
  name: 'imports.finish',
  text: `
    update imports set state = 'finished', finished_at = $4
    where institution_id = $1 and import_id = $2 and records = $3 and state = 'running'
    returning ${columns}`,
  row: ImportRow,
})

export const insertRefusals = statement({
  name: 'imports.insertRefusals',
  text: `
    insert into import_refusals (institution_id, import_id, record, line, sealed)
    select $1, $2, record, line, sealed
    from unnest($3::bigint[], $4::bigint[], $5::bytea[]) as given (record, line, sealed)`,
})

export const refusalsOfImport = statement({
  name: 'imports.refusals',
  text: `
    select record, line, sealed from import_refusals
    where institution_id = $1 and import_id = $2 and record > $3
    order by record
    limit $4`,
  row: z.strictObject({ record: z.number().int(), line: z.number().int(), sealed: Bytes }),
})

/** Imports with refused rows that can be opened. */
export const importsWithRefusals = statement({
  name: 'imports.withRefusals',
  text: `
    select import_id, application_id, holder_id, refused from imports
    where institution_id = $1 and refused > 0 and holder_id is not null
    order by import_id`,
  row: z.strictObject({
    importId: z.uuid(),
    applicationId: z.string(),
    holderId: z.uuid(),
    refused: z.number().int(),
  }),
})

/** Only an erasure deletes: of rows that mention the person. */
export const deleteRefusals = statement({
  name: 'imports.deleteRefusals',
  text: `
    delete from import_refusals using unnest($2::uuid[], $3::bigint[]) as given (import_id, record)
    where institution_id = $1 and import_refusals.import_id = given.import_id
      and import_refusals.record = given.record`,
})
