/** What whoever registers a backend says about it. */
import { BilingualText, classifications } from '@khudi/sdk'
import { z } from 'zod'
import { Refusal } from '../errors.ts'
import { Range } from './addresses.ts'
import { Endpoint } from './backend.ts'
import { BackendKind, Evidence, KeyHolder, Law } from './facts.ts'
import { Scheme } from './store.ts'

export const BackendId = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/)

export const BackendSpec = z.strictObject({
  backendId: BackendId,
  kind: BackendKind,
  title: BilingualText,
  /** `https://mail.example.gov.pk:8443`; a port where it is not the scheme's own. */
  endpoint: z.string().max(300),
  /** Ranges that are its own although they are not public: a private network, this machine. */
  addresses: z.array(Range).max(20),
  classifications: z.array(z.enum(classifications)).max(classifications.length),
  location: Law,
  operatorLaw: Law,
  ownerLaw: Law,
  keyHolder: KeyHolder,
  evidence: Evidence,
  expiresAt: z.iso.datetime(),
})
export type BackendSpec = z.infer<typeof BackendSpec>

/** What may be amended; what is not named stays. Kind and endpoint make a backend what it is and stay as well. */
export const Amendment = BackendSpec.omit({ backendId: true, kind: true, endpoint: true }).partial()
export type Amendment = z.infer<typeof Amendment>

const usualPorts: Readonly<Record<z.infer<typeof Scheme>, number>> = {
  https: 443,
  http: 80,
  postgresql: 5432,
  smtps: 465,
  ntp: 123,
}

/** @throws Refusal `backend.endpoint_invalid` */
export function endpointOf(text: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = Scheme.safeParse(url?.protocol.slice(0, -1)).data
  const isBare = url !== undefined && ['', '/'].includes(url.pathname) && url.search === '' && url.hash === ''
  if (url === undefined || scheme === undefined || !isBare || url.username !== '' || url.password !== '')
    throw new Refusal('backend.endpoint_invalid', { schemes: Scheme.options.join(', ') })
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const read = Endpoint.safeParse({
    scheme,
    host,
    port: url.port === '' ? usualPorts[scheme] : Number(url.port),
  })
  if (!read.success) throw new Refusal('backend.endpoint_invalid', { schemes: Scheme.options.join(', ') })
  return read.data
}

/** As `endpointOf` reads it. */
export function endpointText({ scheme, host, port }: Endpoint): string {
  const named = host.includes(':') ? `[${host}]` : host
  return port === usualPorts[scheme] ? `${scheme}://${named}` : `${scheme}://${named}:${port}`
}
