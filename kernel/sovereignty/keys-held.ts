/** Check 7: the institution holds the keys; destroying one erases a person's data, and the log still verifies. */
import { backendsOf } from '../backends/backends.ts'
import { getCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { erasePerson } from '../vault/erase.ts'
import type { Found, Subject } from './check.ts'
import {
  auditSandbox,
  inSandbox,
  openProbeCase,
  placeEntries,
  probePerson,
  type Sandbox,
  subjectName,
} from './sandbox.ts'

/** What keeps data; whoever holds the keys of these can read it. */
const keeping: readonly string[] = ['database', 'objects']

export async function keysAreHeld({ kernel, actor, openSandbox }: Subject): Promise<Found> {
  const backends = await backendsOf(kernel, actor.institutionId)
  const kept = backends.filter(({ kind, isWithdrawn }) => keeping.includes(kind) && !isWithdrawn)
  const elsewhere = kept.filter(({ keyHolder }) => keyHolder === 'foreign').map(({ backendId }) => backendId)
  if (elsewhere.length > 0)
    return {
      state: 'red',
      count: kept.length,
      says: {
        en: `Somebody under another law, or nobody known, holds the keys of: ${elsewhere.join(', ')}`,
        ur: `ان کی کلیدیں کسی غیر ملکی قانون کے تحت یا نامعلوم ہاتھ میں ہیں: ${elsewhere.join('، ')}`,
      },
    }
  const wrong = await inSandbox(openSandbox, eraseOne)
  if (wrong === undefined)
    return {
      state: 'green',
      count: kept.length,
      says: {
        en: `The keys of ${kept.length} places that keep data are in domestic hands; a made-up person's key was destroyed, nothing of theirs opens, and the audit of the log found nothing`,
        ur: `معلومات رکھنے والے ${kept.length} مقامات کی کلیدیں ملکی ہاتھوں میں ہیں؛ ایک فرضی شخص کی کلید تلف کی گئی، اس کا کچھ نہیں کھلتا، اور لاگ کا آڈٹ درست رہا`,
      },
    }
  return { state: 'red', count: kept.length, says: wrong }
}

async function eraseOne(sandbox: Sandbox): Promise<Found['says'] | undefined> {
  const { kernel, operator } = sandbox
  const person = probePerson(7)
  const { caseId } = await openProbeCase(sandbox, person)
  const opened = async () => {
    const file = await getCase(kernel, operator, caseId)
    return reveal(kernel, operator, { ...file, purpose: 'subject_request' })
  }
  if (!(await opened()).secrets.has(caseId))
    return {
      en: 'What was sealed does not open while its key lives',
      ur: 'مہر شدہ معلومات کلید ہوتے ہوئے بھی نہیں کھلتیں',
    }
  await erasePerson(kernel, operator, { name: subjectName(person), ground: 'request' })
  if ((await opened()).secrets.size > 0)
    return {
      en: 'What was sealed still opens after its key was destroyed',
      ur: 'کلید تلف ہونے کے بعد بھی مہر شدہ معلومات کھلتی ہیں',
    }
  await placeEntries(sandbox)
  const [finding] = await auditSandbox(sandbox)
  if (finding === undefined) return undefined
  return {
    en: `After an erasure the log does not verify: ${finding}`,
    ur: `مٹانے کے بعد لاگ درست ثابت نہیں ہوتا: ${finding}`,
  }
}
