import { BilingualText, classifications } from '@khudi/sdk'
import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.ts'
import {
  amendBackend,
  backendNamed,
  backendsOf,
  homeCountryOf,
  registerBackend,
  type StandingBackend,
  setHomeCountry,
  withdrawBackend,
} from './backends.ts'
import { BackendKind, Evidence, jurisdictions, KeyHolder, Law } from './facts.ts'
import { Amendment, BackendSpec, endpointText } from './spec.ts'

const BackendReply = z.strictObject({
  backendId: z.string(),
  version: z.number().int(),
  kind: BackendKind,
  title: BilingualText,
  /** `null` where it is on this machine and reached without a network. */
  endpoint: z.string().nullable(),
  addresses: z.array(z.string()),
  classifications: z.array(z.enum(classifications)),
  location: Law,
  operatorLaw: Law,
  ownerLaw: Law,
  keyHolder: KeyHolder,
  evidence: Evidence,
  /** `null` of what the installation brings, for as long as it is installed. */
  expiresAt: z.iso.datetime().nullable(),
  /** What follows from the facts now. */
  jurisdiction: z.enum(jurisdictions),
  isBuiltIn: z.boolean(),
  isWithdrawn: z.boolean(),
})

export function backendReply(backend: StandingBackend): z.infer<typeof BackendReply> {
  const { backendId, version, kind, title, endpoint, jurisdiction, isBuiltIn, isWithdrawn } = backend
  const { expiresAt, ...facts } = backend.facts
  return {
    ...{ backendId, version, kind, title, jurisdiction, isBuiltIn, isWithdrawn },
    endpoint: endpoint === null ? null : endpointText(endpoint),
    addresses: [...backend.addresses],
    classifications: [...backend.classifications],
    ...facts,
    expiresAt: expiresAt === 'while_installed' ? null : expiresAt.toISOString(),
  }
}

const named = z.strictObject({ backendId: z.string().max(63) })
const nothing = z.strictObject({})

const listRoute = operation({
  id: 'backends.list',
  method: 'GET',
  path: '/v1/backends',
  summary:
    'Everything that processes or stores, with the four facts about it; the country that counts as home',
  scope: 'backend.read',
  params: nothing,
  query: nothing,
  body: undefined,
  reply: {
    status: 200,
    schema: z.strictObject({ homeCountry: z.string(), backends: z.array(BackendReply) }),
  },
  refusals: [],
  async handle(kernel, { actor }) {
    const [all, homeCountry] = await Promise.all([
      backendsOf(kernel, actor.institutionId),
      homeCountryOf(kernel, actor.institutionId),
    ])
    return { status: 200, body: { homeCountry, backends: all.map(backendReply) } }
  },
})

const showRoute = operation({
  id: 'backends.show',
  method: 'GET',
  path: '/v1/backends/{backendId}',
  summary: 'One backend, withdrawn or not',
  scope: 'backend.read',
  params: named,
  query: nothing,
  body: undefined,
  reply: { status: 200, schema: BackendReply },
  refusals: ['backend.not_found'],
  async handle(kernel, { actor, params }) {
    const { backend } = await backendNamed(kernel, actor.institutionId, params.backendId)
    return { status: 200, body: backendReply(backend) }
  },
})

const registerRoute = operation({
  id: 'backends.register',
  method: 'POST',
  path: '/v1/backends',
  summary: 'Registers a backend that is reached over a network',
  scope: 'backend.manage',
  params: nothing,
  query: nothing,
  body: BackendSpec,
  reply: { status: 201, schema: BackendReply },
  refusals: ['backend.changed', 'backend.endpoint_invalid', 'backend.exists', 'backend.expired'],
  async handle(kernel, { actor, body }) {
    return { status: 201, body: backendReply(await registerBackend(kernel, actor, body)) }
  },
})

const amendRoute = operation({
  id: 'backends.amend',
  method: 'POST',
  path: '/v1/backends/{backendId}/amend',
  summary: 'States other facts about a backend, or the same anew until another day; what is not named stays',
  scope: 'backend.manage',
  params: named,
  query: nothing,
  body: Amendment,
  reply: { status: 200, schema: BackendReply },
  refusals: ['backend.changed', 'backend.expired', 'backend.not_found', 'backend.withdrawn'],
  async handle(kernel, { actor, params, body }) {
    return { status: 200, body: backendReply(await amendBackend(kernel, actor, { ...body, ...params })) }
  },
})

const withdrawRoute = operation({
  id: 'backends.withdraw',
  method: 'POST',
  path: '/v1/backends/{backendId}/withdraw',
  summary: 'Takes a backend out of use: nothing goes there from then on',
  scope: 'backend.manage',
  params: named,
  query: nothing,
  body: undefined,
  reply: { status: 200, schema: BackendReply },
  refusals: ['backend.built_in', 'backend.changed', 'backend.not_found', 'backend.withdrawn'],
  async handle(kernel, { actor, params }) {
    return { status: 200, body: backendReply(await withdrawBackend(kernel, actor, params.backendId)) }
  },
})

const homeRoute = operation({
  id: 'backends.set_home',
  method: 'POST',
  path: '/v1/home-country',
  summary: "Says whose law counts as the institution's own",
  scope: 'backend.manage',
  params: nothing,
  query: nothing,
  body: z.strictObject({ country: z.string().max(20) }),
  reply: { status: 200, schema: z.strictObject({ country: z.string() }) },
  refusals: ['backend.country_unknown'],
  async handle(kernel, { actor, body }) {
    await setHomeCountry(kernel, actor, body.country)
    return { status: 200, body: { country: body.country } }
  },
})

export const operations: readonly AnyOperation[] = [
  listRoute,
  showRoute,
  registerRoute,
  amendRoute,
  withdrawRoute,
  homeRoute,
]
