/** Check 9: what runs is what the bills of materials name: packages as locked, applications and models as registered. */
import { modelsOf } from '../models/models.ts'
import { systemsOf } from '../register/register.ts'
import type { Found, Subject } from './check.ts'
import { comparePackages } from './packages.ts'

export async function runsWhatIsNamed({
  kernel,
  actor,
  productFolder,
  productDigest,
}: Subject): Promise<Found> {
  const { same, differences } = comparePackages(productFolder)
  const { systems, models, wrong } = await registered({ kernel, actor })
  const all = [...differences, ...wrong]
  const seen = { count: same + systems + models, digest: productDigest }
  if (all.length === 0 && same > 0)
    return {
      ...seen,
      state: 'green',
      says: {
        en: `${same} packages are those of the lock file, ${systems} applications and ${models} models those of the register`,
        ur: `${same} پیکیج لاک فائل والے ہیں، ${systems} اطلاقات اور ${models} ماڈل رجسٹر والے`,
      },
    }
  const list = all.slice(0, 10).join('; ')
  return {
    ...seen,
    state: 'red',
    says: { en: `Not what is named: ${list}`, ur: `وہ نہیں جس کا اندراج ہے: ${list}` },
  }
}

async function registered({ kernel, actor }: Pick<Subject, 'kernel' | 'actor'>) {
  const wrong: string[] = []
  let models = 0
  const live = (await systemsOf(kernel, actor.institutionId)).filter(({ state }) => state === 'live')
  for (const { applicationId, applicationDigest } of live) {
    const found = kernel.applications.get(applicationId)
    if (found === undefined || !Buffer.from(found.digest).equals(applicationDigest))
      wrong.push(`${applicationId} is not the registered code`)
    for (const { modelDigest, modelName, state } of await modelsOf(kernel, actor, applicationId)) {
      if (state !== 'live') continue
      models += 1
      if ((await kernel.objects.find(modelDigest)) === undefined)
        wrong.push(`${applicationId}/${modelName} is not the registered model`)
    }
  }
  return { systems: live.length, models, wrong }
}
