/** Check 6: nothing is told to anybody, nothing asks for a newer version, and models are local files with the digest they had. */
import { modelsOf } from '../models/models.ts'
import { systemsOf } from '../register/register.ts'
import type { Found, Subject } from './check.ts'

export async function tellsNobody({ kernel, actor, outside }: Subject): Promise<Found> {
  const { models, broken } = await liveModels({ kernel, actor })
  const sent = kernel.egress.counts().filter(({ verdict }) => verdict === 'allowed')
  const calls = sent.reduce((sum, one) => sum + one.calls, 0)
  if (broken.length > 0)
    return said('red', models, {
      en: `These live models are not the files they were: ${broken.join(', ')}`,
      ur: `یہ فعال ماڈل وہ فائلیں نہیں رہیں جو تھیں: ${broken.join('، ')}`,
    })
  if (outside.blocked > 0)
    return said('red', models, {
      en: `Something in this process tried ${outside.blocked} times to reach somebody who is in no register`,
      ur: `اس پروسیس میں کسی چیز نے ${outside.blocked} بار کسی غیر درج شدہ مقام تک پہنچنے کی کوشش کی`,
    })
  if (!outside.isGuarded)
    return said('not_yet', models, {
      en: 'No guard watches this process, so nobody counts what it sends',
      ur: 'اس پروسیس پر کوئی محافظ نہیں، اس لیے کوئی نہیں گنتا کہ یہ کیا بھیجتا ہے',
    })
  return said('green', models, {
    en: `${models} live models have their digest; ${calls} calls left this process, all to registered backends`,
    ur: `${models} فعال ماڈلوں کا ڈائجسٹ درست ہے؛ اس پروسیس سے ${calls} رابطے ہوئے، سب درج شدہ مقامات سے`,
  })
}

const said = (state: Found['state'], count: number, says: Found['says']): Found => ({ state, count, says })

/** How many there are, and which of them no longer are the files whose digest the register has. */
async function liveModels({ kernel, actor }: Pick<Subject, 'kernel' | 'actor'>) {
  const broken: string[] = []
  let models = 0
  for (const { applicationId } of await systemsOf(kernel, actor.institutionId))
    for (const { modelDigest, modelName, state } of await modelsOf(kernel, actor, applicationId)) {
      if (state !== 'live') continue
      models += 1
      // Answers only what still has its digest.
      if ((await kernel.objects.find(modelDigest)) === undefined) broken.push(`${applicationId}/${modelName}`)
    }
  return { models, broken }
}
