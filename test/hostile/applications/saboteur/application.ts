/** A hostile application: a case names the attack that deciding it tries. */
import { choice, cnic, type Decided, date, defineApplication, number, record, text } from '@khudi/sdk'
import { type Aim, attacks, endings } from './attacks.ts'

const named = (name: string) => ({ en: name, ur: `حملہ ${name}` })
const choices = Object.fromEntries(
  ['nothing', 'tells', ...Object.keys(attacks), ...Object.keys(endings)].map((name) => [name, named(name)]),
)

const Attempt = record({
  number: text({ en: 'Number', ur: 'نمبر' }),
  filedOn: date({ en: 'Filed on', ur: 'تاریخ' }),
  attack: choice({ en: 'Attack', ur: 'حملہ' }, choices),
  port: number({ en: 'Port', ur: 'پورٹ' }).optional(),
  file: text({ en: 'File', ur: 'فائل' }).optional(),
  seconds: number({ en: 'Seconds', ur: 'سیکنڈ' }).optional(),
  megabytes: number({ en: 'Megabytes', ur: 'میگابائٹ' }).optional(),
  holder: cnic({ en: 'Holder', ur: 'حامل' }).optional(),
})

export default defineApplication({
  id: 'saboteur',
  title: { en: 'Saboteur', ur: 'تخریب کار' },
  purpose: { en: 'Tries what it must not', ur: 'وہ کوشش جو منع ہے' },
  legalBasis: { kind: 'law', law: { en: 'Made up for tests', ur: 'آزمائش کے لیے فرضی قانون' }, section: '1' },
  classification: 'official',
  case: Attempt,
  outcome: record({ finding: choice({ en: 'Finding', ur: 'نتیجہ' }, { held: named('held') }) }),
  roles: { clerk: { en: 'Clerk', ur: 'کلرک' } },
  models: {},
  recommendations: {
    nothing: { label: named('nothing'), review: { role: 'clerk' } },
    reached: { label: named('reached'), review: { role: 'clerk' } },
  },
  fallback: { role: 'clerk' },
  reasons: { proof: { en: 'Proof: {value}', ur: 'ثبوت: {value}' } },
  // One that tells the holder's number, which is sealed, where the attack asks for it.
  reference: ({ number, attack, holder }) => (attack === 'tells' ? `${number} ${holder}` : number),
  occurredOn: ({ filedOn }) => filedOn,
  subject: ({ holder }) => (holder === undefined ? undefined : `cnic:${holder}`),
  summary: ['number', 'attack'],
  async decide({ attack, port = 0, file = '', seconds = 0, megabytes = 0 }) {
    const aim: Aim = { port, file, seconds, megabytes }
    const tries: Readonly<Record<string, (aim: Aim) => unknown>> = { ...attacks, ...endings }
    const attempt = tries[attack]
    if (attempt === undefined) return { recommendation: 'nothing', reasons: [] }
    const proof = await attempt(aim)
    if (typeof proof !== 'string') return proof as Decided<'reached'>
    return { recommendation: 'reached', reasons: [{ code: 'proof', weight: 1, value: proof }] }
  },
})
