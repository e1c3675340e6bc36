import { z } from 'zod'
import { statement } from '../db/statement.ts'

/** How a proposal ended, where it did not simply expire. */
export const Ending = z.enum(['approved', 'rejected', 'withdrawn'])
export type Ending = z.infer<typeof Ending>

export const StoredProposal = z.strictObject({
  proposalId: z.uuid(),
  kind: z.string(),
  /** Canonical JSON. */
  body: z.string(),
  proposedBy: z.string(),
  proposedAt: z.date(),
  expiresAt: z.date(),
  ending: Ending.nullable(),
  endedBy: z.string().nullable(),
  endedAt: z.date().nullable(),
  reason: z.string().nullable(),
  glassId: z.uuid().nullable(),
})
export type StoredProposal = z.infer<typeof StoredProposal>

const columns = `proposals.proposal_id, kind, body, proposed_by, proposed_at, expires_at, ending.state as ending, ended_by,
      ended_at, reason, glass_id`
const withEnding = `proposals left join proposal_endings ending
      on ending.institution_id = proposals.institution_id and ending.proposal_id = proposals.proposal_id`

export const insertProposal = statement({
  name: 'proposals.insert',
  text: `
    insert into proposals (institution_id, proposal_id, kind, body, proposed_by, proposed_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
})

export const proposalById = statement({
  name: 'proposals.byId',
  text: `select ${columns} from ${withEnding} where proposals.institution_id = $1 and proposals.proposal_id = $2`,
  row: StoredProposal,
})

/** Newest first, behind $2; only what is open at $3 where that is given. */
export const listProposals = statement({
  name: 'proposals.list',
  text: `
    select ${columns} from ${withEnding}
    where proposals.institution_id = $1 and ($2::uuid is null or proposals.proposal_id < $2)
      and ($3::timestamptz is null or (ending.state is null and expires_at > $3))
    order by proposals.proposal_id desc limit $4`,
  row: StoredProposal,
})

/** Ends a proposal once: no row where it has ended already. Waits for an ending that is being written. */
export const insertEnding = statement({
  name: 'proposals.insertEnding',
  text: `
    insert into proposal_endings (institution_id, proposal_id, state, ended_by, ended_at, reason, glass_id)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing`,
})
