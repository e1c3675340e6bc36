/** Putting other policies in force: one person proposes them, another approves. Every version stays, and is in the log. */
import { z } from 'zod'
import { Refusal } from '../errors.ts'
import type { ProposalKind } from '../proposals/kinds.ts'
import type { NewProposal } from '../proposals/proposals.ts'
import { digestOfFiles } from './files.ts'
import type { PoliciesInForce, PolicyFile } from './policy.ts'
import { addVersion, versionInForce } from './versions.ts'

const Digest = z.string().regex(/^[0-9a-f]{64}$/)

const File = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}\.cedar$/),
  text: z.string().max(100_000),
})

const Replacement = z.strictObject({
  /** Digest of the policies that it takes the place of. */
  replaces: Digest,
  files: z
    .array(File)
    .min(1)
    .max(30)
    .refine((files) => new Set(files.map(({ name }) => name)).size === files.length, 'two files of one name'),
})
type Replacement = z.infer<typeof Replacement>

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** What proposes these files in the place of those in force. */
export function replacementOf(
  { digest }: Pick<PoliciesInForce, 'digest'>,
  files: readonly PolicyFile[],
): NewProposal & { readonly body: Replacement } {
  return {
    kind: replacement.kind,
    body: { replaces: hex(digest), files: files.map((file) => ({ ...file })) },
  }
}

export const replacement: ProposalKind<Replacement> = {
  kind: 'policy.replace',
  body: Replacement,
  title: { en: 'Put other policies in force', ur: 'دوسری پالیسیاں نافذ کرنا' },
  propose: 'policy.propose',
  approve: 'policy.approve',
  describe({ replaces, files }) {
    const digest = hex(digestOfFiles(files)).slice(0, 12)
    const names = files.map(({ name }) => name).join(', ')
    return {
      en: `The policies ${digest} (${names}) take the place of ${replaces.slice(0, 12)}`,
      ur: `پالیسیاں ${digest} (${names}) ${replaces.slice(0, 12)} کی جگہ نافذ ہوں گی`,
    }
  },
  async check(kernel, { institutionId }, { replaces, files }) {
    await kernel.policies.check(files)
    kernel.policies.forget(institutionId)
    const { digest } = await kernel.policies.inForce(institutionId)
    if (hex(digest) !== replaces) throw new Refusal('proposal.outdated')
  },
  async apply(tx, _kernel, { body, proposedBy, approvedBy, at }) {
    const { version, digest } = await versionInForce(tx)
    if (hex(digest) !== body.replaces) throw new Refusal('proposal.outdated')
    const next = { version: version + 1, files: body.files, proposedBy, approvedBy, at }
    const recorded = await addVersion(tx, next)
    // Somebody else has just put another version in force.
    if (recorded === undefined) throw new Refusal('proposal.outdated')
    return [recorded]
  },
}
