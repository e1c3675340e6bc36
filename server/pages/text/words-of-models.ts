/** Texts of the pages about models. */
import type { BilingualText } from '@khudi/sdk'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

export const modelWords = {
  'nav.models': of('Models', 'ماڈل'),
  'models.title': of('Models', 'ماڈل'),
  'models.why': of(
    'A model is trained from cases whose outcome is known, or taken in from another program. It decides nothing until one person proposes it and another approves.',
    'ماڈل ان مقدمات سے تربیت پاتا ہے جن کا نتیجہ معلوم ہو، یا کسی دوسرے پروگرام سے لیا جاتا ہے۔ جب تک ایک شخص تجویز نہ دے اور دوسرا منظور نہ کرے، یہ کسی مقدمے کا فیصلہ نہیں کرتا۔',
  ),
  'models.none': of('No model yet', 'ابھی کوئی ماڈل نہیں'),
  'models.noneWhy': of(
    'Whoever operates this server trains one: khudi model train {application}',
    'اس سرور کا نگران اسے تربیت دیتا ہے: khudi model train {application}',
  ),
  'models.model': of('Model', 'ماڈل'),
  'models.state': of('State', 'حالت'),
  'models.made': of('Made', 'بنا'),
  'models.from': of('Learned from', 'کن سے سیکھا'),
  'models.period': of('{from} to {to}', '{from} تا {to}'),

  'modelState.draft': of('Draft', 'مسودہ'),
  'modelState.live': of('Live', 'فعال'),
  'modelState.retired': of('Retired', 'سبکدوش'),
  'modelOrigin.trained': of('Trained here', 'یہیں تربیت یافتہ'),
  'modelOrigin.imported': of('Taken in', 'باہر سے لیا گیا'),

  'model.facts': of('Where it comes from', 'یہ کہاں سے آیا'),
  'model.origin': of('Origin', 'ماخذ'),
  'model.engine': of('Engine', 'انجن'),
  'model.digest': of('Digest', 'خلاصہ'),
  'model.file': of('Digest of the file taken in', 'لی گئی فائل کا خلاصہ'),
  'model.promoted': of('Live since', 'فعال ہونے کا وقت'),
  'model.cases': of('Cases', 'مقدمات'),
  'model.positives': of('Of these what it looks for', 'ان میں وہ جن کی تلاش ہے'),
  'model.seed': of('Seed', 'بیج'),
  'model.settings': of('Settings', 'ترتیبات'),
  'modelSummary.trees': of('Trees', 'درخت'),
  'modelSummary.rows': of('Rows', 'سطریں'),
  'modelSummary.inputs': of('Inputs', 'مداخل'),
  'modelSummary.from': of('Program', 'پروگرام'),
  'modelSummary.validationAuc': of('AUC while training', 'تربیت کے دوران AUC'),
  'modelSummary.validationAveragePrecision': of(
    'Average precision while training',
    'تربیت کے دوران اوسط درستی',
  ),
  'modelSummary.validationCalibrationError': of(
    'Calibration error while training',
    'تربیت کے دوران کیلیبریشن کی غلطی',
  ),
  'modelSummary.erasedCases': of('Left out: person erased', 'چھوڑے گئے: شخص مٹایا جا چکا'),
  'modelSummary.withheldCases': of(
    'Left out: no consent, or an objection',
    'چھوڑے گئے: رضامندی نہیں یا اعتراض ہے',
  ),
  'modelSummary.examplesWithoutFeatures': of('Left out: no features', 'چھوڑے گئے: خصوصیات نہیں بن سکیں'),

  'measured.title': of('How good it is', 'یہ کتنا اچھا ہے'),
  'measured.none': of('Nobody has measured this model yet', 'اس ماڈل کی ابھی کسی نے پرکھ نہیں کی'),
  'measured.noneWhy': of(
    'Whoever operates this server measures it on cases whose outcome is known: {command}',
    'اس سرور کا نگران اسے ان مقدمات پر پرکھتا ہے جن کا نتیجہ معلوم ہو: {command}',
  ),
  'measured.on': of(
    'Measured on {rows} cases of {from} to {to}, {positives} of them what it looks for. By {who}, {when}.',
    '{from} تا {to} کے {rows} مقدمات پر پرکھا گیا، جن میں {positives} وہ تھے جن کی تلاش ہے۔ پرکھنے والا: {who}، {when}۔',
  ),
  'measured.overlap': of(
    'Some of these days are among those that the model learned from: on such cases the figures flatter it.',
    'ان میں سے کچھ دن وہ ہیں جن سے ماڈل نے سیکھا: ایسے مقدمات پر اعداد حقیقت سے بہتر نظر آتے ہیں۔',
  ),
  'measured.leftOut': of(
    'Left out: {erased} whose person has been erased, {withheld} without consent or with an objection, {without} without features.',
    'چھوڑے گئے: {erased} جن کا شخص مٹایا جا چکا، {withheld} بغیر رضامندی یا اعتراض کے ساتھ، {without} بغیر خصوصیات کے۔',
  ),
  'measured.interval': of(
    'In brackets and as thin lines: {confidence} intervals, percentile bootstrap of {resamples} resamples, seed {seed}.',
    'قوسین میں اور باریک لکیروں سے: {confidence} وقفے، {resamples} بوٹ اسٹریپ نمونے، بیج {seed}۔',
  ),
  'measured.measure': of('Measure', 'پیمانہ'),
  'measured.figure': of('Figure', 'قدر'),
  'measured.auc': of(
    'AUC: how often one that it looks for scores above one that it does not',
    'AUC: کتنی بار مطلوب مقدمے کا اسکور غیر مطلوب سے اوپر ہوتا ہے',
  ),
  'measured.averagePrecision': of('Average precision', 'اوسط درستی'),
  'measured.brier': of('Brier score, lower is better', 'بریئر اسکور، کم بہتر ہے'),
  'measured.calibrationError': of('Calibration error, lower is better', 'کیلیبریشن کی غلطی، کم بہتر ہے'),
  'measured.others': of('Other measurements', 'دوسری پرکھ'),

  'reliability.title': of('Does the score mean what it says?', 'کیا اسکور وہی بتاتا ہے جو کہتا ہے؟'),
  'reliability.why': of(
    'Cases in groups of like score. On the dashed line what turned out is what was said; below it the score promises too much.',
    'ملتے جلتے اسکور کے مقدمات کے گروہ۔ نقطہ دار لکیر پر وہی نکلا جو کہا گیا تھا؛ اس سے نیچے اسکور زیادہ دعویٰ کرتا ہے۔',
  ),
  'reliability.across': of(
    'Across: mean score of the group. Up: share that turned out so.',
    'افقی: گروہ کا اوسط اسکور۔ عمودی: جتنا حصہ واقعی ویسا نکلا۔',
  ),
  'reliability.group': of('Group', 'گروہ'),
  'reliability.cases': of('Cases', 'مقدمات'),
  'reliability.said': of('Mean score', 'اوسط اسکور'),
  'reliability.found': of('Turned out so', 'واقعی ویسے نکلے'),

  'capacity.title': of(
    'What is found when only some can be inspected',
    'جب صرف کچھ کا معائنہ ہو سکے تو کیا ملتا ہے',
  ),
  'capacity.across': of(
    'Across: share of the cases inspected, the highest scores first. Up: precision and recall.',
    'افقی: معائنہ کیے گئے مقدمات کا حصہ، سب سے اونچے اسکور پہلے۔ عمودی: درستی اور احاطہ۔',
  ),
  'capacity.share': of('Inspected', 'معائنہ'),
  'capacity.cases': of('Cases', 'مقدمات'),
  'capacity.precision': of('Precision: hits among the inspected', 'درستی: معائنے میں کامیاب'),
  'capacity.recall': of('Recall: found of all there are', 'احاطہ: کُل میں سے ملے'),
  'capacity.value': of('{label} recovered', 'حاصل شدہ: {label}'),
  'capacity.ofValue': of('Value', 'مالیت'),

  'importance.title': of('What it goes by', 'یہ کن باتوں پر چلتا ہے'),
  'importance.why': of(
    'By how much the log loss rises where the values of one feature are shuffled among the cases. A feature that another one stands in for is rated low.',
    'ایک خصوصیت کی قدریں مقدمات میں بے ترتیب کر دی جائیں تو لاگ نقصان کتنا بڑھتا ہے۔ جس خصوصیت کی جگہ کوئی دوسری لے سکے، اس کا درجہ کم آتا ہے۔',
  ),
  'importance.feature': of('Feature', 'خصوصیت'),
  'importance.increase': of('Log loss rises by', 'لاگ نقصان میں اضافہ'),

  'drift.title': of('How far the cases have moved since it learned', 'سیکھنے کے بعد سے مقدمات کتنے بدلے'),
  'drift.why': of(
    'Against {rows} cases that it learned from. Population stability index (PSI): below 0.1 steady, from 0.2 another population. KS: the largest distance of the two distributions.',
    'ان {rows} مقدمات کے مقابلے میں جن سے اس نے سیکھا۔ آبادی کے استحکام کا اشاریہ (PSI): ‎0.1 سے کم مستحکم، ‎0.2 سے دوسری آبادی۔ KS: دونوں تقسیموں کا سب سے بڑا فاصلہ۔',
  ),
  'drift.none': of(
    'It is not known which cases this model learned from, so nothing can be said of how far they have moved.',
    'معلوم نہیں کہ اس ماڈل نے کن مقدمات سے سیکھا، اس لیے نہیں کہا جا سکتا کہ وہ کتنے بدلے۔',
  ),
  'drift.score': of('Score', 'اسکور'),
  'drift.psi': of('PSI', 'PSI اشاریہ'),
  'drift.ks': of('KS', 'KS فاصلہ'),
  'drift.meaning': of('Meaning', 'مطلب'),
  'drift.steady': of('Steady', 'مستحکم'),
  'drift.shifting': of('Shifting', 'بدل رہا ہے'),
  'drift.shifted': of('Shifted', 'بدل چکا'),
  'drift.too_few_rows': of('Too few cases to say', 'کہنے کو مقدمات کم'),
} as const
