import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const InstitutionRow = z.strictObject({
  institutionId: z.uuid(),
  slug: z.string(),
  titleEn: z.string(),
  titleUr: z.string(),
  createdAt: z.date(),
})
export type InstitutionRow = z.infer<typeof InstitutionRow>

const columns = 'institution_id, slug, title_en, title_ur, created_at'

export const insertInstitution = statement({
  name: 'institutions.insert',
  text: `
    insert into institutions (institution_id, slug, title_en, title_ur, created_at)
    values ($1, $2, $3, $4, $5)
    on conflict (slug) do nothing`,
})

export const insertSamplingKey = statement({
  name: 'institutions.insertSamplingKey',
  text: 'insert into sampling_keys (institution_id, sampling_key) values ($1, $2)',
})

export const samplingKeyById = statement({
  name: 'institutions.samplingKey',
  text: 'select sampling_key from sampling_keys where institution_id = $1',
  row: z.strictObject({ samplingKey: Bytes }),
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
