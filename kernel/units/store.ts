import { z } from 'zod'
import { statement } from '../db/statement.ts'

/** What was done to a unit. */
export const UnitChange = z.enum(['added', 'renamed', 'moved', 'closed'])
export type UnitChange = z.infer<typeof UnitChange>

export const UnitRow = z.strictObject({
  unitId: z.uuid(),
  code: z.string(),
  kind: z.string(),
  titleEn: z.string(),
  titleUr: z.string(),
  /** Null at the top of the tree. */
  parentId: z.uuid().nullable(),
  closedAt: z.date().nullable(),
})
export type UnitRow = z.infer<typeof UnitRow>

const columns = 'unit_id, code, kind, title_en, title_ur, parent_id, closed_at'

/** Held while the tree changes: whoever comes second sees what the first did to it. */
export const takeTree = statement({
  name: 'units.takeTree',
  text: `select pg_advisory_xact_lock(hashtextextended('khudi units ' || $1::uuid, 0))`,
})

export const listUnits = statement({
  name: 'units.list',
  text: `select ${columns} from units where institution_id = $1 order by code`,
  row: UnitRow,
})

export const insertUnit = statement({
  name: 'units.insert',
  text: `
    insert into units (institution_id, ${columns})
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (institution_id, code) do nothing`,
})

export const updateUnit = statement({
  name: 'units.update',
  text: `
    update units set title_en = $3, title_ur = $4, parent_id = $5, closed_at = $6
    where institution_id = $1 and unit_id = $2`,
})

export const insertChange = statement({
  name: 'units.insertChange',
  text: `
    insert into unit_changes (institution_id, change_id, change, changed_at, ${columns})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
})

/** Each code with its unit; `unitId` is null where there is none. No rows where the institution has no units at all. */
export const unitsNamed = statement({
  name: 'units.named',
  text: `
    select wanted.code, units.unit_id, units.closed_at
    from unnest($2::text[]) as wanted (code) left join units on units.institution_id = $1 and units.code = wanted.code
    where exists (select from units where institution_id = $1)`,
  row: z.strictObject({
    code: z.string(),
    unitId: z.uuid().nullable(),
    closedAt: z.date().nullable(),
  }),
})
