import { z } from '@khudi/sdk'

const Sent = z.object({ senderName: z.string().optional() })

/** Whom a parcel is about: its sender, where it names one. */
export function personOf(given: unknown): string | undefined {
  const { senderName } = Sent.parse(given)
  return senderName === undefined ? undefined : `person:${senderName}`
}
