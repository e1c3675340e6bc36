import { z } from 'zod'

/** Why a person is erased. */
export const ErasureGround = z.enum(['request', 'retention_passed', 'unlawful', 'order'])
export type ErasureGround = z.infer<typeof ErasureGround>
