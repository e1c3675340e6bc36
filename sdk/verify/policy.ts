/** Trust policies (c2sp.org/tlog-policy): which logs, which witnesses, and how many of these are enough. */
import { findText, hexOf } from './bytes.ts'
import { type FailureCode, NotProven } from './failures.ts'
import { type KeyType, keyTypes, parseVkey, type VerifierKey } from './keys.ts'

export interface Policy {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  readonly groups: readonly PolicyGroup[]
  /** Name of the witness or group that has to have signed; `none` where nobody has to. */
  readonly quorum: string
}

export interface PolicyLog {
  /** Its name is the log's origin. */
  readonly key: VerifierKey
  readonly url: string | undefined
}

export interface PolicyWitness {
  /** Known within the policy only. */
  readonly name: string
  readonly key: VerifierKey
  readonly url: string | undefined
}

export interface PolicyGroup {
  readonly name: string
  /** How many of the members, at least one. */
  readonly threshold: number
  /** Names of witnesses and groups. */
  readonly members: readonly string[]
}

/** The name that says that no witness is needed. */
export const nobody = 'none'
const mostCharacters = 1_000_000
const logTypes: readonly KeyType[] = [keyTypes.ed25519, keyTypes.mlDsa44]
const witnessTypes: readonly KeyType[] = [keyTypes.cosignature, keyTypes.mlDsa44]

/**
 * Reads a policy file. Its bytes are opaque but for ASCII: names are compared as they stand.
 *
 * @throws NotProven `policy.…`, `vkey.…`, naming the line
 * @example
 * ```ts
 * import { parsePolicy } from '@khudi/sdk/verify'
 * const policy = await parsePolicy('log example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\nquorum none\n')
 * policy.logs.length // 1
 * ```
 */
export async function parsePolicy(given: string | Uint8Array): Promise<Policy> {
  const text = typeof given === 'string' ? given : (findText(given) ?? octets(given))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a policy may not hold
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text) || !text.isWellFormed())
    throw new NotProven('policy.characters')
  if (text.length > mostCharacters) throw new NotProven('text.too_long')
  if (text !== '' && !text.endsWith('\n')) throw new NotProven('policy.line', lastOf(text))
  const draft = emptyDraft()
  for (const line of text.split('\n')) {
    const [first, ...words] = line.split(/[ \t]+/).filter((word) => word !== '')
    if (first !== undefined && !first.startsWith('#')) await addLine(draft, { line, first, words })
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum === undefined) throw new NotProven('policy.quorum')
  return { logs, witnesses, groups, quorum }
}

/** The policy as far as its lines have been read, with what later lines may not repeat. */
interface Draft {
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly groups: PolicyGroup[]
  readonly names: Set<string>
  readonly members: Set<string>
  /** By what they are of (`log`, `witness`) and the key itself: one key under two names would count twice. */
  readonly keys: Set<string>
  quorum: string | undefined
}

function emptyDraft(): Draft {
  return {
    logs: [],
    witnesses: [],
    groups: [],
    names: new Set(),
    members: new Set(),
    keys: new Set(),
    quorum: undefined,
  }
}

interface Line {
  readonly line: string
  readonly first: string
  readonly words: readonly string[]
}

async function addLine(draft: Draft, { line, first, words }: Line): Promise<void> {
  const refuse = (code: FailureCode) => new NotProven(code, line.trim())
  if (first === 'log') await addLog(draft, words, refuse)
  else if (first === 'witness') await addWitness(draft, words, refuse)
  else if (first === 'group') addGroup(draft, words, refuse)
  else if (first === 'quorum') setQuorum(draft, words, refuse)
  else throw refuse('policy.line')
}

type Refuse = (code: FailureCode) => NotProven

async function addLog(draft: Draft, words: readonly string[], refuse: Refuse): Promise<void> {
  const [vkey, url, ...others] = words
  if (vkey === undefined || others.length > 0) throw refuse('policy.line')
  const key = await parseVkey(vkey)
  if (!logTypes.includes(key.type)) throw refuse('vkey.type')
  if (!isNew(draft.keys, `log ${hexOf(key.publicKey)}`)) throw refuse('policy.key_twice')
  draft.logs.push({ key, url })
}

async function addWitness(draft: Draft, words: readonly string[], refuse: Refuse): Promise<void> {
  const [name, vkey, url, ...others] = words
  if (name === undefined || vkey === undefined || others.length > 0) throw refuse('policy.line')
  const key = await parseVkey(vkey)
  if (!witnessTypes.includes(key.type)) throw refuse('vkey.type')
  if (!isNew(draft.keys, `witness ${hexOf(key.publicKey)}`)) throw refuse('policy.key_twice')
  if (name === nobody || !isNew(draft.names, name)) throw refuse('policy.name_taken')
  draft.witnesses.push({ name, key, url })
}

function addGroup(draft: Draft, words: readonly string[], refuse: Refuse): void {
  const [name, amount, ...members] = words
  if (name === undefined || amount === undefined || members.length === 0) throw refuse('policy.line')
  for (const member of members) {
    if (!draft.names.has(member)) throw refuse('policy.name_unknown')
    // In one group at most, so that each witness counts in one way only.
    if (!isNew(draft.members, member)) throw refuse('policy.member_twice')
  }
  const threshold = thresholdOf(amount, members.length)
  if (threshold === undefined) throw refuse('policy.threshold')
  if (name === nobody || !isNew(draft.names, name)) throw refuse('policy.name_taken')
  draft.groups.push({ name, threshold, members })
}

function setQuorum(draft: Draft, words: readonly string[], refuse: Refuse): void {
  const [name, ...others] = words
  if (name === undefined || others.length > 0) throw refuse('policy.line')
  if (draft.quorum !== undefined) throw refuse('policy.quorum')
  if (name !== nobody && !draft.names.has(name)) throw refuse('policy.name_unknown')
  draft.quorum = name
}

function thresholdOf(amount: string, count: number): number | undefined {
  if (amount === 'any') return 1
  if (amount === 'all') return count
  const threshold = /^[1-9][0-9]*$/.test(amount) ? Number(amount) : 0
  return threshold >= 1 && threshold <= count ? threshold : undefined
}

/** Adds to the set; false where it was there. */
function isNew(set: Set<string>, value: string): boolean {
  const before = set.size
  return set.add(value).size > before
}

/** Each byte as the character of its number: different bytes stay different. */
const octets = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
const lastOf = (text: string) => text.slice(text.lastIndexOf('\n') + 1)

/**
 * Whether the witnesses that have cosigned, by their names in the policy, are enough.
 *
 * @example
 * ```ts
 * import { isQuorum, type Policy } from '@khudi/sdk/verify'
 * const isEnough = (policy: Policy) => isQuorum(policy, new Set(['w1', 'w3']))
 * ```
 */
export function isQuorum({ groups, quorum }: Policy, cosigned: ReadonlySet<string>): boolean {
  if (quorum === nobody) return true
  // Groups stand behind their members, so one pass is enough.
  const reached = new Set(cosigned)
  for (const { name, threshold, members } of groups)
    if (members.filter((member) => reached.has(member)).length >= threshold) reached.add(name)
  return reached.has(quorum)
}
