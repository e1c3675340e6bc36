/** Every text of the pages, in both languages. `{name}` stands for a part that the page puts in. Data, so its length is no matter. */
import type { BilingualText } from '@khudi/sdk'
import type { LogKind } from '../../../kernel/log/kinds.ts'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

export const words = {
  product: of('Khudi', 'خودی'),
  skip: of('Skip to the content', 'سیدھا متن پر جائیں'),
  'language.own': of('English', 'اردو'),
  'footer.time': of(
    'All times are Pakistan Standard Time (UTC+5).',
    'تمام اوقات پاکستان کے معیاری وقت کے مطابق ہیں (UTC+5)۔',
  ),

  'nav.label': of('Pages', 'صفحات'),
  'nav.queue': of('Review queue', 'زیرِ جائزہ مقدمات'),
  'nav.cases': of('All cases', 'تمام مقدمات'),
  'nav.newCase': of('New case', 'نیا مقدمہ'),
  'nav.jobs': of('Failed jobs', 'ناکام کام'),
  'nav.signOut': of('Sign out', 'سائن آؤٹ'),

  'signIn.title': of('Sign in', 'سائن اِن'),
  'signIn.institution': of('Institution', 'ادارہ'),
  'signIn.username': of('User name', 'صارف نام'),
  'signIn.password': of('Password', 'پاس ورڈ'),
  'signIn.submit': of('Sign in', 'سائن اِن کریں'),
  'signIn.help': of(
    'No account, or the password is lost? Ask the administrator of your institution.',
    'اکاؤنٹ نہیں ہے یا پاس ورڈ یاد نہیں؟ اپنے ادارے کے منتظم سے رجوع کریں۔',
  ),
  'signIn.noInstitution': of(
    'No institution is set up on this server yet, so nobody can sign in.',
    'اس سرور پر ابھی کوئی ادارہ قائم نہیں، اس لیے سائن اِن ممکن نہیں۔',
  ),
  'signIn.ended': of(
    'Your session has ended. Sign in again: what you typed is kept.',
    'آپ کا سیشن ختم ہو گیا ہے۔ دوبارہ سائن اِن کریں: آپ کا لکھا ہوا محفوظ ہے۔',
  ),

  'kept.title': of('You are signed in again', 'آپ دوبارہ سائن اِن ہو گئے ہیں'),
  'kept.text': of(
    'Nothing has been sent yet. Go on to look over what you typed, then send it.',
    'ابھی کچھ نہیں بھیجا گیا۔ آگے بڑھ کر اپنا لکھا ہوا دیکھ لیں، پھر بھیجیں۔',
  ),
  'kept.goOn': of('Go on', 'آگے بڑھیں'),

  'problem.title': of('Problem', 'درستی درکار'),
  'problem.heading': of('Please correct this', 'براہِ کرم یہ درست کریں'),
  'problem.outdated': of(
    'You signed in again since this form was opened, so nothing has been done yet. Look it over and send it once more.',
    'یہ فارم کھلنے کے بعد آپ نے دوبارہ سائن اِن کیا، اس لیے ابھی کوئی کارروائی نہیں ہوئی۔ دیکھ کر ایک بار پھر بھیجیں۔',
  ),

  'home.title': of('Home', 'سرِورق'),
  'home.greeting': of('Welcome, {name}', 'خوش آمدید، {name}'),
  'home.roles': of('Your roles:', 'آپ کے عہدے:'),
  'home.waits': of('cases wait for you', 'مقدمات آپ کے منتظر ہیں'),
  'home.nothingWaits': of('No case waits for you', 'کوئی مقدمہ آپ کا منتظر نہیں'),
  'home.begin': of('Open the most urgent', 'سب سے فوری مقدمہ کھولیں'),
  'home.seeQueue': of('See the whole queue', 'پوری فہرست دیکھیں'),
  'home.counts': of('Cases by application and state', 'مقدمات بلحاظ اطلاق و حالت'),
  'home.noCases': of('No case has come in yet', 'ابھی کوئی مقدمہ موصول نہیں ہوا'),
  'home.noCasesWhy': of(
    'Cases come from connected systems, from imported files, or from the form “New case”.',
    'مقدمات منسلک نظاموں، درآمد شدہ فائلوں یا ”نیا مقدمہ“ کے فارم سے آتے ہیں۔',
  ),

  'filter.label': of('Choose an application', 'اطلاق منتخب کریں'),
  'filter.application': of('Application', 'اطلاق'),
  'filter.all': of('All', 'تمام'),
  'filter.show': of('Show', 'دکھائیں'),

  'queue.title': of('Review queue', 'زیرِ جائزہ مقدمات'),
  'queue.case': of('Case', 'مقدمہ'),
  'queue.recommendation': of('Recommendation', 'سفارش'),
  'queue.reason': of('Main reason', 'بنیادی وجہ'),
  'queue.waiting': of('Waiting', 'انتظار'),
  'queue.unaided': of('No recommendation', 'کوئی سفارش نہیں'),
  'queue.empty': of('Nothing waits for you', 'آپ کے لیے کوئی مقدمہ منتظر نہیں'),
  'queue.emptyWhy': of(
    'When a case needs your review it appears here, the most urgent first.',
    'جب کسی مقدمے کو آپ کے جائزے کی ضرورت ہو گی تو وہ یہاں آئے گا، سب سے فوری پہلے۔',
  ),
  'queue.noRole': of(
    'You hold no reviewing role of any application. If you should, ask your administrator.',
    'آپ کے پاس کسی اطلاق میں جائزے کا عہدہ نہیں۔ اگر ہونا چاہیے تو اپنے منتظم سے رجوع کریں۔',
  ),
  'queue.noMore': of('No further cases.', 'مزید مقدمات نہیں ہیں۔'),
  'queue.next': of('Open the next case', 'اگلا مقدمہ کھولیں'),

  'paging.label': of('Pages of the list', 'فہرست کے صفحات'),
  'paging.first': of('First page', 'پہلا صفحہ'),
  'paging.next': of('Next page', 'اگلا صفحہ'),

  'cases.title': of('All cases', 'تمام مقدمات'),
  'cases.reference': of('Reference', 'حوالہ نمبر'),
  'cases.find': of('Find', 'تلاش کریں'),
  'cases.state': of('State', 'حالت'),
  'cases.opened': of('Received', 'موصول ہونے کا وقت'),
  'cases.empty': of(
    'No case matches. Choose another state, or another application.',
    'اس انتخاب میں کوئی مقدمہ نہیں۔ کوئی اور حالت یا اطلاق چنیں۔',
  ),
  'cases.notFound': of(
    'there is no case with this reference; check every character',
    'اس حوالے کا کوئی مقدمہ نہیں؛ ہر حرف دیکھ لیں',
  ),
  'cases.several': of('More than one case has this reference', 'اس حوالے کے ایک سے زیادہ مقدمات ہیں'),

  'case.submitted': of('As submitted', 'جیسا موصول ہوا'),
  'case.recommendation': of('Recommendation', 'سفارش'),
  'case.noRecommendation': of('No recommendation', 'کوئی سفارش نہیں'),
  'case.undecided': of(
    'No decision has been made on this case yet.',
    'اس مقدمے پر ابھی کوئی فیصلہ نہیں ہوا۔',
  ),
  'case.reasons': of('Why', 'وجوہات'),
  'case.score': of('score {score}', 'اسکور {score}'),
  'case.decisionLink': of('The decision in full', 'فیصلے کی مکمل تفصیل'),

  'reason.raises': of('raises the score', 'اسکور بڑھاتی ہے'),
  'reason.lowers': of('lowers the score', 'اسکور گھٹاتی ہے'),
  'reason.none': of('No reasons were given.', 'کوئی وجہ بیان نہیں کی گئی۔'),

  'review.automatic': of(
    'Took effect at once: the rule of the application asks for no review.',
    'فوراً نافذ ہوا: اطلاق کے قاعدے میں جائزہ لازم نہیں۔',
  ),
  'review.sampled': of(
    'Drawn by lot for review, before it takes effect.',
    'نفاذ سے پہلے جائزے کے لیے قرعے سے منتخب ہوا۔',
  ),
  'review.required': of(
    'Takes effect only after an officer has decided.',
    'افسر کے فیصلے کے بعد ہی نافذ ہو گا۔',
  ),
  'review.unaided': of(
    'The model could not assess this case. An officer decides unaided.',
    'ماڈل اس مقدمے کا جائزہ نہ لے سکا۔ افسر بغیر سفارش کے فیصلہ کرے گا۔',
  ),
  'review.title': of('Review', 'جائزہ'),
  'review.notNeeded': of('No review was needed.', 'جائزے کی ضرورت نہیں تھی۔'),
  'review.waitsFor': of('Waits for an officer with the role {role}.', 'عہدہ {role} کے افسر کا منتظر ہے۔'),
  'review.yours': of('Your decision', 'آپ کا فیصلہ'),
  'review.agree': of('Agree: {what}', 'اتفاق: {what}'),
  'review.otherwise': of('Or decide otherwise', 'یا مختلف فیصلہ کریں'),
  'review.choose': of('Decide', 'فیصلہ کریں'),
  'review.reason': of('Your reason', 'آپ کی وجہ'),
  'review.reasonOptional': of('Your reason (optional)', 'آپ کی وجہ (اختیاری)'),
  'review.send': of('Record my decision', 'میرا فیصلہ درج کریں'),
  'review.nothingChosen': of('choose what you decide', 'اپنا فیصلہ منتخب کریں'),
  'review.reasonMissing': of(
    'say why you disagree with the recommendation',
    'لکھیں کہ آپ سفارش سے کیوں اختلاف کرتے ہیں',
  ),
  'review.agreed': of('{who} agreed on {when}: {what}', '{who} نے {when} کو اتفاق کیا: {what}'),
  'review.overridden': of(
    '{who} decided otherwise on {when}: {what}',
    '{who} نے {when} کو مختلف فیصلہ کیا: {what}',
  ),
  'review.decided': of('{who} decided on {when}: {what}', '{who} نے {when} کو فیصلہ کیا: {what}'),
  'review.done': of('Your decision has been recorded.', 'آپ کا فیصلہ درج ہو گیا ہے۔'),
  'review.lost': of(
    'Another officer has already decided this case',
    'اس مقدمے کا فیصلہ کوئی اور افسر کر چکا ہے',
  ),
  'review.lostYours': of(
    'Your decision ({what}) was not recorded. If it should have been otherwise, speak to that officer or to your supervisor.',
    'آپ کا فیصلہ ({what}) درج نہیں ہوا۔ اگر فیصلہ مختلف ہونا چاہیے تھا تو اس افسر یا اپنے نگران سے بات کریں۔',
  ),

  'outcome.title': of('Outcome', 'نتیجہ'),
  'outcome.none': of(
    'Nothing is known yet of how this case turned out.',
    'ابھی معلوم نہیں کہ اس مقدمے میں کیا حقیقت سامنے آئی۔',
  ),
  'outcome.record': of('Record the outcome', 'نتیجہ درج کریں'),
  'outcome.correct': of('Correct the outcome', 'نتیجے کی تصحیح کریں'),
  'outcome.earlier': of('Earlier entries', 'سابقہ اندراجات'),
  'outcome.send': of('Record the outcome', 'نتیجہ درج کریں'),
  'outcome.done': of('The outcome has been recorded.', 'نتیجہ درج ہو گیا ہے۔'),

  'newCase.title': of('Open a new case', 'نیا مقدمہ درج کریں'),
  'newCase.send': of('Open the case', 'مقدمہ درج کریں'),
  'newCase.done': of('The case has been opened.', 'مقدمہ درج ہو گیا ہے۔'),
  'newCase.unchanged': of(
    'This very case was here already. Nothing has changed.',
    'بعینہٖ یہی مقدمہ پہلے سے موجود تھا۔ کوئی تبدیلی نہیں ہوئی۔',
  ),
  'newCase.needsFile': of(
    'Such a case needs a file, which this form cannot take. Send it through a connected system.',
    'ایسے مقدمے کے ساتھ فائل لازم ہے جو یہ فارم نہیں لے سکتا۔ اسے منسلک نظام سے بھیجیں۔',
  ),

  'form.optional': of('(optional)', '(اختیاری)'),
  'form.choose': of('Choose …', 'منتخب کریں …'),
  'form.notStated': of('Not stated', 'درج نہیں'),
  'form.add': of('Add an entry', 'اندراج شامل کریں'),
  'form.remove': of('Remove entry {number}', 'اندراج {number} ہٹائیں'),
  'form.back': of('Back to the case', 'مقدمے پر واپس جائیں'),
  'form.currency': of('Currency, three letters', 'کرنسی، تین حروف'),
  'form.latitude': of('Latitude, degrees', 'عرض بلد، درجے'),
  'form.longitude': of('Longitude, degrees', 'طول بلد، درجے'),
  'form.english': of('English', 'انگریزی'),
  'form.urdu': of('Urdu', 'اردو'),
  'form.hint.country': of('Two letters, such as CN', 'دو حروف، مثلاً CN'),
  'form.hint.money': of('Such as 12,500.50', 'مثلاً 12,500.50'),
  'form.hint.time': of('Pakistan Standard Time', 'پاکستان کا معیاری وقت'),
  'form.hint.attachment': of(
    'Files cannot be sent with this form.',
    'اس فارم کے ساتھ فائل نہیں بھیجی جا سکتی۔',
  ),
  'form.amountExpected': of(
    'expected an amount such as 12,500.50, with no more decimals than the currency has',
    '12,500.50 جیسی رقم درکار ہے، اعشاریہ کے بعد اتنے ہی ہندسے جتنے کرنسی میں ہوں',
  ),
  'form.currencyExpected': of(
    'expected the three letters of a currency, such as PKR',
    'کرنسی کے تین حروف درکار ہیں، مثلاً PKR',
  ),

  'value.yes': of('Yes', 'ہاں'),
  'value.no': of('No', 'نہیں'),
  'value.notKnown': of('not known', 'نامعلوم'),
  'value.notGiven': of('Not given:', 'درج نہیں:'),
  'value.countryNotStated': of('Not stated (ZZ)', 'درج نہیں (ZZ)'),

  'history.title': of('History', 'کارروائی کا ریکارڈ'),
  'history.when': of('When', 'کب'),
  'history.what': of('What', 'کیا ہوا'),
  'history.who': of('Who', 'کس نے'),
  'history.matches': of('record unchanged', 'ریکارڈ غیر تبدیل شدہ'),
  'history.differs': of('THE RECORD IS NOT WHAT WAS LOGGED', 'ریکارڈ وہ نہیں جو لاگ میں درج ہوا تھا'),
  'history.explained': of(
    'The figures under each entry are its commitment: a SHA-256 digest of the record with a secret salt. It is computed again, and compared, whenever this page is opened.',
    'ہر اندراج کے نیچے اس کا پابند خلاصہ ہے: ریکارڈ اور ایک خفیہ عدد کا SHA-256۔ یہ صفحہ جب بھی کھلے، اسے دوبارہ نکال کر ملایا جاتا ہے۔',
  ),
  'actor.key': of('connected system {name}', 'منسلک نظام {name}'),
  'actor.operator': of('operator {name}', 'منتظمِ مشین {name}'),

  'decision.title': of('Decision', 'فیصلہ'),
  'decision.about': of('About', 'بابت'),
  'decision.case': of('case', 'مقدمہ'),
  'decision.madeWith': of('Code and model', 'کوڈ اور ماڈل'),
  'decision.decidedAt': of('Made on', 'فیصلے کا وقت'),
  'decision.round': of('Round', 'مرحلہ'),
  'decision.number': of('Number of the decision', 'فیصلے کا نمبر'),
  'decision.applicationDigest': of('Application, SHA-256 of its code', 'اطلاق، اس کے کوڈ کا SHA-256'),
  'decision.modelDigest': of('Model, SHA-256', 'ماڈل، SHA-256'),
  'decision.noModel': of('No model took part.', 'کوئی ماڈل شریک نہیں تھا۔'),
  'decision.replay': of(
    'The same case, code and model give the same decision, byte for byte.',
    'وہی مقدمہ، کوڈ اور ماڈل ہر بار بعینہٖ یہی فیصلہ دیتے ہیں۔',
  ),

  'register.title': of('Register of AI systems', 'مصنوعی ذہانت کے نظاموں کا رجسٹر'),
  'register.empty': of(
    'No AI system is registered here. An engineer registers one with: khudi application register',
    'یہاں کوئی نظام درج نہیں۔ انجینئر اسے اس حکم سے درج کرتا ہے: khudi application register',
  ),
  'register.live': of('Live', 'فعال'),
  'register.stopped': of('Stopped', 'بند'),
  'register.purpose': of('Purpose', 'مقصد'),
  'register.legalBasis': of('Legal basis', 'قانونی بنیاد'),
  'register.classification': of('Classification', 'حساسیت کا درجہ'),
  'register.registeredAt': of('Registered', 'اندراج کا وقت'),
  'classification.open': of('Open', 'کھلا'),
  'classification.official': of('Official', 'سرکاری'),
  'classification.personal': of('Personal', 'ذاتی'),
  'classification.sensitive': of('Sensitive', 'حساس'),

  'jobs.title': of('Failed jobs', 'ناکام کام'),
  'jobs.empty': of('No job has failed', 'کوئی کام ناکام نہیں ہوا'),
  'jobs.emptyWhy': of(
    'Work that failed as often as it may appears here, with what went wrong, and can be tried again.',
    'جو کام مقررہ کوششوں کے بعد بھی ناکام رہے وہ وجہ کے ساتھ یہاں آتا ہے اور دوبارہ لگایا جا سکتا ہے۔',
  ),
  'jobs.job': of('Job', 'کام'),
  'jobs.failed': of('Given up', 'آخری ناکامی'),
  'jobs.attempts': of('Attempts', 'کوششیں'),
  'jobs.error': of('What went wrong', 'کیا خرابی ہوئی'),
  'jobs.requeue': of('Try again', 'دوبارہ لگائیں'),
  'jobs.requeued': of('The job has been queued again.', 'کام دوبارہ قطار میں لگ گیا ہے۔'),

  'failure.kept': of(
    'What you typed is kept on this page. Go on from here when the trouble is over.',
    'آپ کا لکھا ہوا اس صفحے پر محفوظ ہے۔ مسئلہ ختم ہونے پر یہیں سے آگے بڑھیں۔',
  ),
  'failure.home': of('Back to the first page', 'پہلے صفحے پر واپس'),
  'notFound.title': of('There is no such page', 'ایسا کوئی صفحہ نہیں'),
  'notFound.text': of(
    'Check the address. If a link brought you here, it is out of date.',
    'پتہ دیکھ لیں۔ اگر آپ کسی لنک سے یہاں آئے ہیں تو وہ پرانا ہے۔',
  ),
} as const satisfies Readonly<Record<string, BilingualText>>

export type Word = keyof typeof words

/** What the log records, as a history tells it. */
export const logKinds: Readonly<Record<LogKind, BilingualText>> = {
  'institution.founded': of('Institution founded', 'ادارہ قائم ہوا'),
  'account.created': of('Account created', 'اکاؤنٹ کھولا گیا'),
  'key.issued': of('Key issued', 'کلید جاری ہوئی'),
  'system.registered': of('AI system registered', 'نظام درج ہوا'),
  'model.trained': of('Model trained', 'ماڈل کی تربیت ہوئی'),
  'model.promoted': of('Model promoted', 'ماڈل فعال ہوا'),
  'case.opened': of('Case opened', 'مقدمہ موصول ہوا'),
  'decision.made': of('Decision made', 'فیصلہ ہوا'),
  'review.completed': of('Review completed', 'جائزہ مکمل ہوا'),
  'outcome.recorded': of('Outcome recorded', 'نتیجہ درج ہوا'),
  'import.finished': of('Import finished', 'درآمد مکمل ہوئی'),
}
