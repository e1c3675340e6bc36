/** Where an interrupted audit stands, in a small file beside the log's folder, for the next run to go on from. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Finding, findingTexts } from './findings.ts'
import { type AuditState, auditStart } from './run.ts'

const isCode = (value: unknown): value is Finding['code'] =>
  typeof value === 'string' && Object.hasOwn(findingTexts, value)

const StateFile = z.strictObject({
  format: z.literal('khudi-audit-1'),
  startedAt: z.iso.datetime(),
  size: z.int(),
  /** By level, in hexadecimal digits. */
  partials: z.array(z.string().regex(/^([0-9a-f]{64})*$/)),
  newestKey: z.int(),
  records: z.int(),
  lastCase: z.guid(),
  findings: z.array(
    z.strictObject({
      code: z.custom<Finding['code']>(isCode),
      entry: z.int().nullable(),
      values: z.record(z.string(), z.string()),
    }),
  ),
  found: z.int(),
  firstDivergent: z.int().nullable(),
})

export interface KeptAudit {
  readonly state: AuditState
  readonly startedAt: Date
}

export class AuditFile {
  readonly #path: string

  constructor(logFolder: string, institutionId: string) {
    this.#path = join(logFolder, `${institutionId}.audit.json`)
  }

  /** Undefined where no audit was interrupted, and where the file cannot be read: the next one then begins anew. */
  async find(): Promise<KeptAudit | undefined> {
    const text = await readFile(this.#path, 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    const read = StateFile.safeParse(parsed(text))
    if (!read.success) return undefined
    const { format: _, startedAt, size, partials, ...rest } = read.data
    const tree = { size, partials: partials.map((hashes) => Buffer.from(hashes, 'hex')) }
    return { startedAt: new Date(startedAt), state: { ...auditStart, ...rest, tree } }
  }

  /** All of it or what was there before: a kill in the middle loses one range of work. */
  async keep({ state, startedAt }: KeptAudit): Promise<void> {
    const { tree, ...rest } = state
    const partials = tree.partials.map((hashes) => Buffer.from(hashes).toString('hex'))
    const file: z.input<typeof StateFile> = {
      ...rest,
      findings: [...rest.findings].map(({ values, ...one }) => ({ ...one, values: { ...values } })),
      format: 'khudi-audit-1',
      startedAt: startedAt.toISOString(),
      size: tree.size,
      partials,
    }
    await writeFile(`${this.#path}.new`, JSON.stringify(file), { mode: 0o600 })
    await rename(`${this.#path}.new`, this.#path)
  }

  /** After an audit that came to its end. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
