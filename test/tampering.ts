/**
 * Random tamperings by somebody with full access to the database, in part to the log's files and keys too. Each is done inside
 * a transaction and to a copy of the files, audited there, shown to a witness where the audit finds nothing, and undone.
 */
import { cp, rm } from 'node:fs/promises'
import pg from 'pg'
import { type Random, randomStream } from '../applications/customs/sample/random.ts'
import { KERNEL_SCHEMA } from '../kernel/db/roles.ts'
import { Transaction } from '../kernel/db/transaction.ts'
import { Fatal, Refusal } from '../kernel/errors.ts'
import { askWitness, compareWithWitness } from '../kernel/log/ask-witness.ts'
import { type AuditedLog, auditLog } from '../kernel/log/audit/audit.ts'
import { signerOf } from '../kernel/log/log-keys.ts'
import { askedWitnesses, policyOf } from '../kernel/log/policy.ts'
import { TileFolder } from '../kernel/log/tiles.ts'
import type { AuditedInstitution } from './audited-log.ts'
import {
  cutFile,
  deleteFile,
  editFile,
  fork,
  type IntruderWithFiles,
  rewriteWithoutKeys,
  type TamperingWithFiles,
  truncateAll,
  truncateDatabase,
} from './tampering-log.ts'
import { deleteRow, deleteWithEntry, dropConstraints, editRow, insertRow, reorder } from './tampering-rows.ts'
import { witnessNet } from './witnesses.ts'

interface Kind {
  readonly name: string
  /** How many of a hundred. */
  readonly share: number
  readonly tamper: TamperingWithFiles
  readonly needsFiles: boolean
}

const kinds: readonly Kind[] = [
  { name: 'edit a row', share: 46, tamper: editRow, needsFiles: false },
  { name: 'delete a row', share: 8, tamper: deleteRow, needsFiles: false },
  { name: 'delete a row with its entry', share: 4, tamper: deleteWithEntry, needsFiles: false },
  { name: 'insert a row', share: 12, tamper: insertRow, needsFiles: false },
  { name: 'reorder', share: 5, tamper: reorder, needsFiles: false },
  { name: 'edit a file', share: 5, tamper: editFile, needsFiles: true },
  { name: 'cut a file', share: 3, tamper: cutFile, needsFiles: true },
  { name: 'delete a file', share: 2, tamper: deleteFile, needsFiles: true },
  { name: 'rewrite without keys', share: 5, tamper: rewriteWithoutKeys, needsFiles: true },
  { name: 'fork', share: 5, tamper: fork, needsFiles: true },
  { name: 'truncate the database', share: 2, tamper: truncateDatabase, needsFiles: true },
  { name: 'truncate everything', share: 3, tamper: truncateAll, needsFiles: true },
]

export interface TamperingResult {
  /** By kind of tampering. */
  readonly byAudit: Readonly<Record<string, number>>
  /** What only the witness found. */
  readonly byWitness: Readonly<Record<string, number>>
  /** What neither found, in words. */
  readonly undetected: readonly string[]
  /** Draws that changed nothing, which do not count. */
  readonly nothing: number
}

export interface TamperingOptions {
  readonly seed: number
  readonly count: number
  readonly onProgress?: (done: number) => void
}

export async function tamperAtRandom(
  place: AuditedInstitution,
  { seed, count, onProgress }: TamperingOptions,
): Promise<TamperingResult> {
  await dropConstraints(place.owner)
  const attempts = await Attempts.open(place)
  const byAudit: Record<string, number> = {}
  const byWitness: Record<string, number> = {}
  const undetected: string[] = []
  let nothing = 0
  try {
    for (let draw = 0, done = 0; done < count; draw++) {
      const random = randomStream(seed, 'tampering', draw)
      const kind = kindOf(random)
      const found = await attempts.one(kind, random)
      if (found === undefined) nothing += 1
      else {
        done += 1
        if (found.by === 'audit') byAudit[kind.name] = (byAudit[kind.name] ?? 0) + 1
        else if (found.by === 'witness') byWitness[kind.name] = (byWitness[kind.name] ?? 0) + 1
        else undetected.push(`draw ${draw}, ${kind.name}: ${found.what}`)
        onProgress?.(done)
      }
    }
  } finally {
    await attempts.close()
  }
  return { byAudit, byWitness, undetected, nothing }
}

function kindOf(random: Random): Kind {
  let left = random.below(100)
  for (const kind of kinds) {
    left -= kind.share
    if (left < 0) return kind
  }
  throw new Error('the shares give a hundred')
}

interface Detection {
  readonly what: string
  readonly by: 'audit' | 'witness' | undefined
}

class Attempts {
  readonly #place: AuditedInstitution
  readonly #client: pg.Client
  readonly #signer: IntruderWithFiles['signer']
  readonly #copy: string

  private constructor(place: AuditedInstitution, client: pg.Client, signer: IntruderWithFiles['signer']) {
    this.#place = place
    this.#client = client
    this.#signer = signer
    this.#copy = `${place.log.folder.folder}-tampered`
  }

  static async open(place: AuditedInstitution): Promise<Attempts> {
    const client = new pg.Client({ ...place.database.cluster.owner(KERNEL_SCHEMA), pipeline: true })
    await client.connect()
    return new Attempts(place, client, await signerOf(place.kernel, place.log))
  }

  async close(): Promise<void> {
    await this.#client.end()
    await rm(this.#copy, { recursive: true, force: true })
  }

  /** Undefined where nothing was changed. */
  async one({ tamper, needsFiles }: Kind, random: Random): Promise<Detection | undefined> {
    const { institutionId, folder } = this.#place.log
    if (needsFiles) await cp(folder.folder, this.#copy, { recursive: true })
    const files = needsFiles ? this.#copy : folder.folder
    await this.#client.query('begin')
    try {
      const what = await tamper({
        client: this.#client,
        institutionId,
        random,
        folder: files,
        signer: this.#signer,
      })
      if (what === undefined) return undefined
      const log = this.#log(files)
      const report = await auditLog(log, { ...this.#place.atHand, parallel: 1 })
      if (report.found > 0) return { what, by: 'audit' }
      return { what, by: (await this.#witnessObjects(log)) ? 'witness' : undefined }
    } finally {
      await this.#client.query('rollback')
      if (needsFiles) await rm(this.#copy, { recursive: true })
    }
  }

  #log(folder: string): AuditedLog {
    const { log } = this.#place
    const transact: AuditedLog['transact'] = (work) => work(new Transaction(this.#client, log.institutionId))
    return { ...log, folder: new TileFolder(folder), transact }
  }

  /** Whether the witness refuses to cosign, or shows that it knows another log. */
  async #witnessObjects(place: AuditedLog): Promise<boolean> {
    const { kernel, witness } = this.#place
    const { policy } = await policyOf(kernel, place.institutionId)
    const asked = { url: witness.url, witnesses: askedWitnesses(policy) }
    const { transport } = witnessNet(kernel, [witness])
    const asking = { place, transport, clock: kernel.clock, signal: new AbortController().signal }
    try {
      await compareWithWitness(asking, asked)
      return !(await askWitness(asking, asked, Number.MAX_SAFE_INTEGER)).isCosigned
    } catch (error) {
      if (error instanceof Fatal || error instanceof Refusal) return true
      throw error
    }
  }
}
