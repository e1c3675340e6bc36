import { BilingualText, classifications, legalBasisKinds } from '@khudi/sdk'
import { z } from 'zod'
import { scopes } from '../access/roles.ts'
import { type AnyOperation, operation } from '../operation.ts'
import { classificationSpecs } from './classifications.ts'
import { legalBases } from './legal-bases.ts'
import { Purpose, purposes } from './purposes.ts'

const showRoute = operation({
  id: 'registers.show',
  method: 'GET',
  path: '/v1/registers',
  summary:
    'The registers of purposes, classifications and kinds of legal basis, which policies are written in',
  scope: 'system.read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: undefined,
  reply: {
    status: 200,
    schema: z.strictObject({
      purposes: z.array(
        z.strictObject({
          purpose: Purpose,
          label: BilingualText,
          scope: z.enum(scopes),
          bases: z.array(z.enum(legalBasisKinds)),
        }),
      ),
      classifications: z.array(
        z.strictObject({
          classification: z.enum(classifications),
          label: BilingualText,
          duties: BilingualText,
          retentionYears: z.number().int().nullable(),
        }),
      ),
      legalBases: z.array(
        z.strictObject({
          kind: z.enum(legalBasisKinds),
          label: BilingualText,
          needsConsent: z.boolean(),
          allowsObjection: z.boolean(),
          coversSensitive: z.boolean(),
        }),
      ),
    }),
  },
  refusals: [],
  async handle() {
    const body = {
      purposes: Purpose.options.map((purpose) => {
        const { label, scope, bases } = purposes[purpose]
        return { purpose, label, scope, bases: [...bases] }
      }),
      classifications: classifications.map((classification) => ({
        classification,
        ...classificationSpecs[classification],
      })),
      legalBases: legalBasisKinds.map((kind) => ({ kind, ...legalBases[kind] })),
    }
    return { status: 200, body }
  },
})

export const operations: readonly AnyOperation[] = [showRoute]
