import { z } from 'zod'
import { statement } from '../db/statement.ts'

export const GlassRow = z.strictObject({
  glassId: z.uuid(),
  /** `account:<uuid>` or `operator:<user of the operating system>`. */
  brokenBy: z.string(),
  /** Null where the second person of a proposal was replaced. */
  role: z.string().nullable(),
  reason: z.string(),
  brokenAt: z.date(),
  endsAt: z.date(),
})
export type GlassRow = z.infer<typeof GlassRow>

const GlassReview = z.strictObject({
  reviewedBy: z.string().nullable(),
  reviewedAt: z.date().nullable(),
  finding: z.string().nullable(),
})
/** A break-glass with its review, where there is one. */
export const ReviewedGlass = GlassRow.extend(GlassReview.shape)
export type ReviewedGlass = z.infer<typeof ReviewedGlass>

const columns = 'glasses.glass_id, broken_by, role, reason, broken_at, ends_at'

export const insertGlass = statement({
  name: 'glass.insert',
  text: `
    insert into glasses (institution_id, glass_id, broken_by, role, reason, broken_at, ends_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
})

/** What a person may do under break-glass at $3: the roles they have taken and not yet lost. */
export const glassesOfPerson = statement({
  name: 'glass.ofPerson',
  text: `
    select ${columns} from glasses
    where institution_id = $1 and broken_by = $2 and ends_at > $3 and role is not null
    order by glass_id desc`,
  row: GlassRow,
})

/** How many nobody has reviewed. */
export const countUnreviewed = statement({
  name: 'glass.countUnreviewed',
  text: `
    select count(*)::integer as unreviewed from glasses
    where institution_id = $1 and not exists (
      select from glass_reviews review
      where review.institution_id = glasses.institution_id and review.glass_id = glasses.glass_id
    )`,
  row: z.strictObject({ unreviewed: z.number().int() }),
})

/** Newest first, behind $2; only what nobody has reviewed where $3. */
export const listGlasses = statement({
  name: 'glass.list',
  text: `
    select ${columns}, reviewed_by, reviewed_at, finding
    from glasses left join glass_reviews review
      on review.institution_id = glasses.institution_id and review.glass_id = glasses.glass_id
    where glasses.institution_id = $1 and ($2::uuid is null or glasses.glass_id < $2)
      and (not $3::boolean or review.glass_id is null)
    order by glasses.glass_id desc limit $4`,
  row: ReviewedGlass,
})

export const glassById = statement({
  name: 'glass.byId',
  text: `
    select ${columns}, reviewed_by, reviewed_at, finding
    from glasses left join glass_reviews review
      on review.institution_id = glasses.institution_id and review.glass_id = glasses.glass_id
    where glasses.institution_id = $1 and glasses.glass_id = $2`,
  row: ReviewedGlass,
})

/** No row where somebody has reviewed it already. */
export const insertGlassReview = statement({
  name: 'glass.insertReview',
  text: `
    insert into glass_reviews (institution_id, glass_id, reviewed_by, reviewed_at, finding)
    values ($1, $2, $3, $4, $5)
    on conflict do nothing`,
})
