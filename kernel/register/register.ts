/** The register of AI systems: what may run at an institution. First form; nothing runs that is not live in it. */
import type { LegalBasis } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import type { InstalledApplication } from './applications.ts'
import { insertSystem, listSystems, type SystemRow, systemById } from './store.ts'

export type { SystemRow } from './store.ts'

/** The application as installed. @throws Refusal `application.not_installed` */
export function installed(kernel: Pick<Kernel, 'applications'>, applicationId: string): InstalledApplication {
  const found = kernel.applications.get(applicationId)
  if (found === undefined) throw new Refusal('application.not_installed', { application: applicationId })
  return found
}

/** Puts an application, with the digest of its code, live at an institution. Done again, it pins the code of today. */
export async function registerApplication(
  kernel: Kernel,
  actor: Actor,
  applicationId: string,
): Promise<void> {
  const { digest, application } = installed(kernel, applicationId)
  const { kind, law, section } = application.legalBasis
  const at = kernel.clock()
  await kernel.db.transaction(actor.institutionId, async (tx) => {
    const registrationId = newId()
    await tx.run(insertSystem, [
      actor.institutionId,
      registrationId,
      applicationId,
      digest,
      at,
      kind,
      law.en,
      law.ur,
      section,
    ])
    await append(tx, { actor: actor.name, at }, [
      {
        kind: 'system.registered',
        caseId: null,
        recordId: registrationId,
        record: systemRecord({
          applicationId,
          applicationDigest: digest,
          legalBasis: application.legalBasis,
          registeredAt: at,
        }),
      },
    ])
  })
}

/** What the log commits to when an AI system is registered. */
export function systemRecord(
  row: Pick<SystemRow, 'applicationId' | 'applicationDigest' | 'registeredAt'> & {
    readonly legalBasis: LegalBasis
  },
): string {
  return canonicalJson({
    application: row.applicationId,
    applicationDigest: Buffer.from(row.applicationDigest).toString('hex'),
    legalBasis: row.legalBasis,
    registeredAt: row.registeredAt.toISOString(),
  })
}

/**
 * The application, if it may run: installed, live in the register, and its code the registered one.
 *
 * @throws Refusal `application.not_installed`, `application.not_registered`, `application.changed`
 */
export async function requireLive(
  kernel: Pick<Kernel, 'applications'>,
  tx: Transaction,
  applicationId: string,
): Promise<InstalledApplication> {
  const found = installed(kernel, applicationId)
  const system = await tx.maybe(systemById, [tx.institutionId, applicationId])
  if (system === undefined || system.state !== 'live') {
    throw new Refusal('application.not_registered', { application: applicationId })
  }
  if (!Buffer.from(system.applicationDigest).equals(found.digest)) {
    throw new Refusal('application.changed', { application: applicationId })
  }
  return found
}

/** The legal basis that an AI system was registered with; `undefined` where that was before legal bases were kept. */
export function registeredBasis(row: SystemRow): LegalBasis | undefined {
  const { legalBasisKind, legalBasisEn, legalBasisUr, legalBasisSection } = row
  if (legalBasisKind === null || legalBasisEn === null || legalBasisUr === null || legalBasisSection === null)
    return undefined
  return {
    kind: legalBasisKind,
    law: { en: legalBasisEn, ur: legalBasisUr },
    section: legalBasisSection,
  }
}

export async function systemsOf(kernel: Kernel, institutionId: string): Promise<readonly SystemRow[]> {
  return kernel.db.transaction(institutionId, (tx) => tx.rows(listSystems, [institutionId]), {
    isReadOnly: true,
  })
}
