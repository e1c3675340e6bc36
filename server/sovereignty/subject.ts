/** What the checks of sovereignty look at, put together from a running platform. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Actor } from '../../kernel/access/roles.ts'
import type { Cluster } from '../../kernel/db/cluster.ts'
import { WayOut } from '../../kernel/egress/way-out.ts'
import { Refusal } from '../../kernel/errors.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Keys } from '../../kernel/keys/keys.ts'
import { readPolicyFolder } from '../../kernel/policy/files.ts'
import { InForce } from '../../kernel/policy/in-force.ts'
import type { Outside, Subject } from '../../kernel/sovereignty/check.ts'
import { productDigestOf } from '../../kernel/sovereignty/product.ts'
import { openSandbox } from './sandbox.ts'

export const productFolder = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '')

/** Folder of records of the suite's runs, in the data folder. */
export const evidenceFolderOf = (folder: string) => join(folder, 'evidence')

export interface SubjectOptions {
  readonly kernel: Kernel
  readonly actor: Actor
  readonly cluster: Cluster
  /** Data folder. */
  readonly folder: string
  readonly enginesFolder: string
  readonly outside: Outside
}

export function subjectOf(options: SubjectOptions): Subject {
  const { kernel, actor, cluster, folder, enginesFolder, outside } = options
  const { db, clock } = kernel
  const policyFolder = readPolicyFolder(join(productFolder, 'policies'))
  return {
    kernel,
    actor,
    outside,
    productFolder,
    productDigest: productDigestOf(productFolder),
    evidenceFolder: evidenceFolderOf(folder),
    // What is asked here is asked once: nothing of the memory that the product's own questions use is displaced.
    policies: new InForce({ db, clock, folder: policyFolder, mostAnswers: 1, freshMs: 60_000 }),
    openSandbox: (archive) => openSandbox({ cluster, folder, enginesFolder, clock }, archive),
    broken: (whole, part) =>
      part === 'keys' ? { ...whole, keys: unusable } : withoutPolicies(whole, policyFolder),
    egressOf: ({ db, clock, installation, policies }) => new WayOut({ db, clock, installation, policies }),
  }
}

/** Policies of the product's own making, whose evaluator cannot be loaded. */
function withoutPolicies(kernel: Kernel, folder: ReturnType<typeof readPolicyFolder>): Kernel {
  const { db, clock } = kernel
  const load = () => Promise.reject(new Error('the evaluator of policies is down'))
  return { ...kernel, policies: new InForce({ db, clock, folder, load }) }
}

const down = async (): Promise<never> => {
  throw new Refusal('database.unavailable')
}

/** A keeper of keys that does not answer. */
const unusable: Keys = {
  has: down,
  makeSecret: down,
  secret: down,
  makeSigner: down,
  signer: down,
  destroy: down,
}
