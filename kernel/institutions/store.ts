import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const InstitutionRow = z.strictObject({
  institutionId: z.uuid(),
  slug: z.string(),
  titleEn: z.string(),
  titleUr: z.string(),
  samplingKey: Bytes,
  createdAt: z.date(),
})
export type InstitutionRow = z.infer<typeof InstitutionRow>

const columns = 'institution_id, slug, title_en, title_ur, sampling_key, created_at'

export const insertInstitution = statement({
  name: 'institutions.insert',
  text: `
    insert into institutions (institution_id, slug, title_en, title_ur, sampling_key, created_at)
    values ($1, $2, $3, $4, $5, $6)`,
})

export const listInstitutions = statement({
  name: 'institutions.list',
  text: `select ${columns} from institutions order by created_at, institution_id`,
  row: InstitutionRow,
})

export const institutionById = statement({
  name: 'institutions.byId',
  text: `select ${columns} from institutions where institution_id = $1`,
  row: InstitutionRow,
})

export const institutionBySlug = statement({
  name: 'institutions.bySlug',
  text: `select ${columns} from institutions where slug = $1`,
  row: InstitutionRow,
})
