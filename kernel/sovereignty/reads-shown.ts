/** Check 10: whoever runs the platform cannot read unseen: an administrator reads nothing by being one, and every read is shown. */
import type { Actor } from '../access/roles.ts'
import { getCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { readsOfPerson } from '../vault/disclosure.ts'
import type { Found, Subject } from './check.ts'
import { auditSandbox, inSandbox, openProbeCase, placeEntries, probePerson, type Sandbox } from './sandbox.ts'

export async function readsAreShown({ openSandbox }: Subject): Promise<Found> {
  const wrong = await inSandbox(openSandbox, readOne)
  if (wrong === undefined)
    return {
      state: 'green',
      count: 2,
      says: {
        en: 'An administrator was refused; a read by the data-protection office is in the log, and the person concerned is shown it',
        ur: 'منتظم کو انکار ہوا؛ دفترِ تحفظِ معلومات کا مطالعہ لاگ میں ہے اور متعلقہ شخص کو دکھایا جاتا ہے',
      },
    }
  return { state: 'red', count: 2, says: wrong }
}

async function readOne(sandbox: Sandbox): Promise<Found['says'] | undefined> {
  const { kernel, operator } = sandbox
  const { caseId, holderId } = await openProbeCase(sandbox, probePerson(10))
  const file = await getCase(kernel, operator, caseId)
  const administrator: Actor = { ...operator, name: 'operator:administrator', roles: ['administrator'] }
  const read = (actor: Actor) => reveal(kernel, actor, { ...file, purpose: 'subject_request' })
  const isRefused = await read(administrator).then(
    ({ secrets }) => secrets.size === 0,
    () => true,
  )
  if (!isRefused)
    return { en: 'An administrator read a case by being one', ur: 'منتظم نے محض منتظم ہونے سے کیس پڑھ لیا' }
  const page = { holderId, after: undefined, size: 10 }
  const before = (await readsOfPerson(kernel, operator.institutionId, page)).length
  const { secrets } = await read({ ...operator, roles: ['data_protection_officer'] })
  const shown = await readsOfPerson(kernel, operator.institutionId, page)
  if (secrets.size > 0 && shown.length !== before + 1)
    return { en: 'A read is not shown to the person concerned', ur: 'مطالعہ متعلقہ شخص کو نہیں دکھایا جاتا' }
  if (secrets.size === 0) return { en: 'A permitted read opened nothing', ur: 'جائز مطالعے سے کچھ نہیں کھلا' }
  await placeEntries(sandbox)
  const [finding] = await auditSandbox(sandbox)
  if (finding === undefined) return undefined
  return {
    en: `The log does not bear out who read: ${finding}`,
    ur: `لاگ مطالعوں کی تصدیق نہیں کرتا: ${finding}`,
  }
}
