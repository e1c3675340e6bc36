/** Check 11: a key is revoked without asking anybody outside. */
import { issueKey, keysOf, revokeKey } from '../access-keys/access-keys.ts'
import { KeyRing } from '../access-keys/key-ring.ts'
import type { Found, Subject } from './check.ts'
import { inSandbox, type Sandbox } from './sandbox.ts'

export async function revokesAlone({ openSandbox, outside }: Subject): Promise<Found> {
  const before = outside.blocked
  const { wrong, calls } = await inSandbox(openSandbox, async (sandbox) => ({
    wrong: await revokeOne(sandbox),
    calls: sandbox.kernel.egress.counts().reduce((sum, one) => sum + one.calls, 0),
  }))
  if (calls > 0 || outside.blocked > before)
    return {
      state: 'red',
      count: calls,
      says: { en: 'Revoking a key asked somebody outside', ur: 'کلید منسوخ کرنے کے لیے باہر رابطہ ہوا' },
    }
  if (wrong !== undefined) return { state: 'red', count: 1, says: wrong }
  return {
    state: 'green',
    count: 1,
    says: {
      en: 'A key was issued, used and revoked in a throw-away installation; it was refused at once, here and to another process, and nothing went outside',
      ur: 'ایک عارضی تنصیب میں کلید جاری، استعمال اور منسوخ کی گئی؛ یہاں اور دوسرے پروسیس میں فوراً مسترد ہوئی، اور باہر کوئی رابطہ نہیں ہوا',
    },
  }
}

const hourMs = 3_600_000

async function revokeOne({ kernel, operator }: Sandbox): Promise<Found['says'] | undefined> {
  const expiresAt = new Date(kernel.clock().getTime() + hourMs)
  const key = { label: 'probe', roles: ['machine'], applicationId: undefined, expiresAt }
  const token = await issueKey(kernel, operator, key)
  if ((await kernel.keyRing.actorOf(token, undefined)) === undefined)
    return { en: 'A key that was just issued is not taken', ur: 'ابھی جاری کی گئی کلید قبول نہیں ہوتی' }
  const [issued] = await keysOf(kernel, operator)
  if (issued === undefined)
    return { en: 'A key that was issued is not listed', ur: 'جاری کی گئی کلید فہرست میں نہیں' }
  await revokeKey(kernel, operator, Buffer.from(issued.keyHash).toString('hex'))
  const elsewhere = new KeyRing(kernel)
  const isGone =
    (await kernel.keyRing.actorOf(token, undefined)) === undefined &&
    (await elsewhere.actorOf(token, undefined)) === undefined
  if (isGone) return undefined
  return { en: 'A revoked key is still taken', ur: 'منسوخ شدہ کلید اب بھی قبول ہوتی ہے' }
}
