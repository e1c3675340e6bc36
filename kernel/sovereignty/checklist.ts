/** The checklist, in its order. A table of texts. */
import { neverWidens, worksAlone } from './alone.ts'
import { canariesStaySealed } from './canaries.ts'
import type { Check } from './check.ts'
import { failsClosed } from './fail-closed.ts'
import { movesWhole } from './fresh-install.ts'
import { keysAreHeld } from './keys-held.ts'
import { tellsNobody } from './no-telemetry.ts'
import { policiesKeepPrinciples } from './policy-enumeration.ts'
import { readsAreShown } from './reads-shown.ts'
import { revokesAlone } from './revocation.ts'
import { runsWhatIsNamed } from './what-runs.ts'

const of = (en: string, ur: string) => ({ en, ur })

export const checklist: readonly Check[] = [
  {
    number: 1,
    id: 'alone',
    title: of('Works without any network', 'کسی نیٹ ورک کے بغیر چلتا ہے'),
    remedy: of(
      'Run the whole suite on this version, on a machine that allows a network namespace: npm test. Where an attempt was blocked, look for egress.blocked in the server log.',
      'اس نسخے پر تمام ٹیسٹ ایسی مشین پر چلائیں جو الگ نیٹ ورک کی اجازت دیتی ہو: npm test۔ جہاں کوشش روکی گئی ہو، سرور لاگ میں egress.blocked دیکھیں۔',
    ),
    look: worksAlone,
  },
  {
    number: 2,
    id: 'policies',
    title: of('No policy allows what it must not', 'کوئی پالیسی ناجائز اجازت نہیں دیتی'),
    remedy: of(
      'Have two people put other policies in force, or amend the facts of the backend that is named.',
      'دو افراد سے دوسری پالیسیاں نافذ کرائیں، یا مذکورہ مقام کے حقائق درست کریں۔',
    ),
    look: policiesKeepPrinciples,
  },
  {
    number: 3,
    id: 'no_widening',
    title: of('No fault widens a jurisdiction', 'کوئی خرابی دائرۂ اختیار وسیع نہیں کرتی'),
    remedy: of(
      'Run the runs with random faults on this version: npm run test:long.',
      'اس نسخے پر بے ترتیب خرابیوں کی آزمائشیں چلائیں: npm run test:long۔',
    ),
    look: neverWidens,
  },
  {
    number: 4,
    id: 'fails_closed',
    title: of('What cannot answer refuses', 'جو جواب نہ دے سکے وہ انکار کرتا ہے'),
    remedy: of(
      'Stop taking cases and report what is named: it decides where it must refuse.',
      'کیس لینا روک دیں اور مذکورہ جزو کی اطلاع دیں: جہاں انکار لازم تھا وہاں فیصلہ ہو رہا ہے۔',
    ),
    look: failsClosed,
  },
  {
    number: 5,
    id: 'canaries',
    title: of('Nobody is named in clear anywhere', 'کسی کا نام کہیں کھلا نہیں رہتا'),
    remedy: of(
      'Look at the places that are named, and treat what lies there as a breach.',
      'مذکورہ جگہیں دیکھیں، اور وہاں جو کچھ ہے اسے خلاف ورزی سمجھیں۔',
    ),
    look: canariesStaySealed,
  },
  {
    number: 6,
    id: 'no_telemetry',
    title: of('Tells nobody, asks nobody', 'کسی کو کچھ نہیں بتاتا، کسی سے نہیں پوچھتا'),
    remedy: of(
      'Leave the guard on, look for egress.blocked in the server log, and restore model files from a backup.',
      'محافظ چلتا رکھیں، سرور لاگ میں egress.blocked دیکھیں، اور ماڈل فائلیں بیک اپ سے بحال کریں۔',
    ),
    look: tellsNobody,
  },
  {
    number: 7,
    id: 'keys',
    title: of('The institution holds the keys', 'کلیدیں ادارے کے پاس ہیں'),
    remedy: of(
      'State who holds the keys of the backend that is named, or move it: khudi backend amend.',
      'مذکورہ مقام کی کلیدیں کس کے پاس ہیں یہ درج کریں، یا اسے منتقل کریں: khudi backend amend۔',
    ),
    look: keysAreHeld,
  },
  {
    number: 8,
    id: 'moves_whole',
    title: of('Can be moved as a whole', 'پورا کا پورا منتقل ہو سکتا ہے'),
    remedy: of(
      'Make no upgrade until an export restores: khudi backup and khudi restore on another machine.',
      'جب تک برآمد بحال نہ ہو، نیا نسخہ نہ لگائیں: دوسری مشین پر khudi backup اور khudi restore۔',
    ),
    look: movesWhole,
  },
  {
    number: 9,
    id: 'what_runs',
    title: of('What runs is what is named', 'وہی چلتا ہے جس کا اندراج ہے'),
    remedy: of(
      'Install from the lock file (npm ci), and register applications again where their change was meant.',
      'لاک فائل سے نصب کریں (npm ci)، اور جہاں تبدیلی ارادی تھی وہاں اطلاق دوبارہ درج کریں۔',
    ),
    look: runsWhatIsNamed,
  },
  {
    number: 10,
    id: 'reads',
    title: of('No administrator reads unseen', 'کوئی منتظم چھپ کر نہیں پڑھتا'),
    remedy: of(
      'Stop what reads, audit the log (khudi log audit) and tell the data-protection officer.',
      'مطالعہ روکیں، لاگ کا آڈٹ کریں (khudi log audit) اور افسرِ تحفظِ معلومات کو بتائیں۔',
    ),
    look: readsAreShown,
  },
  {
    number: 11,
    id: 'revocation',
    title: of('Keys are revoked without a network', 'کلیدیں نیٹ ورک کے بغیر منسوخ ہوتی ہیں'),
    remedy: of(
      'Stop the server, and look at what it asked outside before it refused the key.',
      'سرور روکیں، اور دیکھیں کہ کلید مسترد کرنے سے پہلے اس نے باہر کیا پوچھا۔',
    ),
    look: revokesAlone,
  },
]
