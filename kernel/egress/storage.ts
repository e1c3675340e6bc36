/** Whether an application's cases may be kept where they would be. */
import type { Application } from '@khudi/sdk'
import type { Kernel } from '../kernel.ts'
import { classificationOf } from '../registers/classifications.ts'

/**
 * Sealing does not make a difference here: whoever has the database has who is concerned, when and how often, and the law of
 * the place decides over it. What is kept already can still be read.
 *
 * @throws Refusal `policy.refused`, naming the policy; `policy.unavailable`
 */
export async function requireStorage(
  { egress }: Pick<Kernel, 'egress'>,
  institutionId: string,
  application: Application,
): Promise<void> {
  const classification = classificationOf(application)
  const about = { purpose: 'intake', isRedacted: false, applicationId: application.id } as const
  for (const backendId of ['database', 'model-runtime'])
    await egress.require({ institutionId, backendId, classification, ...about })
}
