import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

export const SystemState = z.enum(['live', 'stopped'])

export const SystemRow = z.strictObject({
  applicationId: z.string(),
  applicationDigest: Bytes,
  state: SystemState,
  registeredAt: z.date(),
})
export type SystemRow = z.infer<typeof SystemRow>

const columns = 'application_id, application_digest, state, registered_at'

export const registerSystem = statement({
  name: 'register.put',
  text: `
    insert into ai_systems (institution_id, application_id, application_digest, state, registered_at)
    values ($1, $2, $3, 'live', $4)
    on conflict (institution_id, application_id)
      do update set application_digest = excluded.application_digest, state = 'live', registered_at = excluded.registered_at`,
})

export const systemById = statement({
  name: 'register.byId',
  text: `select ${columns} from ai_systems where institution_id = $1 and application_id = $2`,
  row: SystemRow,
})

export const listSystems = statement({
  name: 'register.list',
  text: `select ${columns} from ai_systems where institution_id = $1 order by application_id`,
  row: SystemRow,
})
