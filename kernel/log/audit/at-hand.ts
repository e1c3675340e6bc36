/** What only the keeper of keys can tell an audit: whether data keys open, and whether the log's keys are this node's own. */
import { Fatal } from '../../errors.ts'
import type { Keys } from '../../keys/keys.ts'
import { unwrap, wrappingKeyOf } from '../../vault/secrets.ts'
import { type LogIdentity, logKeyName } from '../log-keys.ts'
import { cosignerVkey, noteVkey } from '../note.ts'
import type { AuditOptions } from './audit.ts'

/** @throws Refusal `keys.command_failed` where the keeper cannot be asked */
export function keysAtHand(keys: Keys, log: LogIdentity): Required<Pick<AuditOptions, 'opens' | 'holdsKey'>> {
  const { institutionId, origin: name } = log
  return {
    opens: async ({ holderId, blindIndex, wrappingKey, wrappedKey }) => {
      const key = await wrappingKeyOf(keys, institutionId, wrappingKey).catch(unlessMissing)
      if (key === undefined) return false
      try {
        unwrap(key, { institutionId, holderId, blindIndex }, wrappedKey)
        return true
      } catch {
        return false
      }
    },
    holdsKey: async ({ keyNumber, algorithm, vkey }) => {
      if (algorithm !== 'ed25519' && algorithm !== 'ml-dsa-44') return false
      const keyName = logKeyName(log, algorithm, keyNumber)
      if (!(await keys.has(keyName))) return false
      const key = { name, signer: await keys.signer(keyName, algorithm) }
      return (algorithm === 'ed25519' ? noteVkey(key) : cosignerVkey(key)) === vkey
    },
  }
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof Fatal && error.code === 'keys.missing')) throw error
}
