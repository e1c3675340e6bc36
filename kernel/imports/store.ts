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
})
export type ImportRow = z.infer<typeof ImportRow>

const columns = `import_id, application_id, source_name, source_digest, mapping_digest, header, delimiter, state, records,
    opened, unchanged, refused, outcomes, started_at, finished_at`

export const insertImport = statement({
  name: 'imports.insert',
  text: `
    insert into imports (institution_id, import_id, application_id, source_name, source_digest, mapping_digest, header,
      delimiter, state, records, opened, unchanged, refused, outcomes, started_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'running', 0, 0, 0, 0, 0, $9)
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
    insert into import_refusals (institution_id, import_id, record, line, problems, raw, fields)
    select $1, $2, record, line, problems, raw, fields
    from unnest($3::bigint[], $4::bigint[], $5::json[], $6::text[], $7::json[])
      as given (record, line, problems, raw, fields)`,
})

export const refusalsOfImport = statement({
  name: 'imports.refusals',
  text: `
    select record, line, problems, raw, fields from import_refusals
    where institution_id = $1 and import_id = $2 and record > $3
    order by record
    limit $4`,
  row: z.strictObject({
    record: z.number().int(),
    line: z.number().int(),
    problems: z.array(
      z.strictObject({
        field: z.string(),
        code: z.string(),
        message: z.strictObject({ en: z.string(), ur: z.string() }),
      }),
    ),
    raw: z.string(),
    fields: z.array(z.string()).nullable(),
  }),
})
