/**
 * The goods declaration and the examination, in the terms of the WCO Data Model.
 *
 * First form: one goods item a declaration. What belongs to an item stands in `itemFields`, so that a list of items can
 * take its place; levies, containers and documents come with it. Codes are text: leading zeros matter.
 */
import {
  choice,
  code,
  country,
  date,
  measure,
  money,
  ntn,
  number,
  percent,
  record,
  text,
  unlocode,
  withRules,
  type z,
} from '@khudi/sdk'

const shortCode = /^[A-Z0-9]{1,10}$/

/** Why the goods move. The first four are the usual goods declarations under section 79 of the Customs Act 1969. */
const declarationTypes = {
  import: { en: 'Import for home consumption', ur: 'اندرونِ ملک استعمال کے لیے درآمد' },
  warehousing: { en: 'Import into bond', ur: 'بانڈڈ گودام میں داخلہ' },
  ex_warehouse: { en: 'Clearance from bond', ur: 'بانڈڈ گودام سے اخراج' },
  temporary_import: { en: 'Temporary import', ur: 'عارضی درآمد' },
  transit: { en: 'Transit', ur: 'ٹرانزٹ (راہداری)' },
  export: { en: 'Export', ur: 'برآمد' },
} as const

/** Incoterms 2020, ICC publication 723. */
const incoterms = {
  EXW: { en: 'EXW, ex works', ur: 'EXW، کارخانے سے' },
  FCA: { en: 'FCA, free carrier', ur: 'FCA، باربردار کے حوالے' },
  FAS: { en: 'FAS, free alongside ship', ur: 'FAS، جہاز کے پہلو تک' },
  FOB: { en: 'FOB, free on board', ur: 'FOB، جہاز پر لاد کر' },
  CFR: { en: 'CFR, cost and freight', ur: 'CFR، قیمت مع کرایہ' },
  CIF: { en: 'CIF, cost, insurance and freight', ur: 'CIF، قیمت مع بیمہ و کرایہ' },
  CPT: { en: 'CPT, carriage paid to', ur: 'CPT، منزل تک کرایہ ادا شدہ' },
  CIP: { en: 'CIP, carriage and insurance paid to', ur: 'CIP، منزل تک کرایہ و بیمہ ادا شدہ' },
  DAP: { en: 'DAP, delivered at place', ur: 'DAP، مقررہ جگہ پر حوالگی' },
  DPU: { en: 'DPU, delivered at place unloaded', ur: 'DPU، مقررہ جگہ پر اتار کر حوالگی' },
  DDP: { en: 'DDP, delivered duty paid', ur: 'DDP، محصول ادا شدہ حوالگی' },
} as const

/** Units of the statistical quantity by their UN/ECE Recommendation 20 codes; mass is declared apart, in kilograms. */
const quantityUnits = {
  C62: { en: 'pieces', ur: 'عدد' },
  PR: { en: 'pairs', ur: 'جوڑے' },
  LTR: { en: 'litres', ur: 'لیٹر' },
  MTR: { en: 'metres', ur: 'میٹر' },
  MTK: { en: 'square metres', ur: 'مربع میٹر' },
} as const

const headerFields = {
  declarationNumber: text({ en: 'Declaration number', ur: 'گڈز ڈیکلریشن نمبر' }, { max: 64 }),
  declarationType: choice({ en: 'Declaration type', ur: 'ڈیکلریشن کی قسم' }, declarationTypes),
  filedOn: date({ en: 'Filed on', ur: 'داخل کرنے کی تاریخ' }),
  customsOffice: text({ en: 'Customs office', ur: 'کسٹمز دفتر' }, { max: 40 }),
  processType: code({ en: 'Procedure code', ur: 'طریقِ کار کا کوڈ' }, shortCode).optional(),
  importType: code({ en: 'Import type code', ur: 'درآمد کی قسم کا کوڈ' }, shortCode).optional(),
  importUse: code({ en: 'Use of the import, code', ur: 'درآمد کے مصرف کا کوڈ' }, shortCode).optional(),
  paymentType: code({ en: 'Payment method code', ur: 'ادائیگی کے طریقے کا کوڈ' }, shortCode).optional(),
}

/** Whose number may be that of a person: a trader need not be a company, and nothing in a declaration says which it is. */
const personal = { protection: 'personal' } as const

/** Identifiers are the file's own; a national tax number stands apart because only it names the same trader everywhere. */
const partyFields = {
  /** Mostly a licensed agent; but whoever clears their own goods is the declarant too, and the field does not tell which. */
  declarantId: text({ en: 'Declarant', ur: 'ڈیکلریشن داخل کنندہ' }, { max: 40, ...personal }),
  importerId: text({ en: 'Importer', ur: 'درآمد کنندہ' }, { max: 40, ...personal }),
  importerNtn: ntn({ en: 'Importer NTN', ur: 'درآمد کنندہ کا این ٹی این' }).optional(),
  sellerId: text({ en: 'Seller', ur: 'فروخت کنندہ' }, { max: 40, ...personal }).optional(),
  /** A carrier is licensed and acts in public; its code names a firm and nobody's consignment by itself. */
  courierId: text({ en: 'Courier', ur: 'کوریئر' }, { max: 40 }).optional(),
}

const transportFields = {
  /** UN/ECE Recommendation 19: 1 sea, 2 rail, 3 road, 4 air, 5 post; a national second digit may follow. */
  transportMode: code({ en: 'Mode of transport', ur: 'ذریعۂ نقل و حمل' }, /^\d{1,2}$/, {
    form: { en: 'a mode of transport of 1 or 2 digits', ur: '۱ یا ۲ ہندسوں کا ذریعۂ نقل و حمل' },
  }),
  countryOfDeparture: country({ en: 'Country of departure', ur: 'روانگی کا ملک' }, { orUnknown: true }),
  portOfLoading: unlocode({ en: 'Port of loading', ur: 'لدان کی بندرگاہ' }).optional(),
  incoterm: choice({ en: 'Delivery terms', ur: 'حوالگی کی شرط' }, incoterms).optional(),
}

const itemFields = {
  commodityCode: code({ en: 'Commodity code', ur: 'کموڈٹی کوڈ (ایچ ایس)' }, /^(?!00)\d{6}(\d{2})?$/, {
    form: {
      en: 'a commodity code of 6 digits (HS) or 8 (national tariff) with its leading zero',
      ur: 'ابتدائی صفر سمیت ۶ ہندسوں (ایچ ایس) یا ۸ ہندسوں (قومی ٹیرف) کا کموڈٹی کوڈ',
    },
  }),
  goodsDescription: text({ en: 'Description of goods', ur: 'سامان کی تفصیل' }, { max: 500 }).optional(),
  countryOfOrigin: country({ en: 'Country of origin', ur: 'ملکِ ساخت' }, { orUnknown: true }),
  originIndicator: code(
    { en: 'Marking of origin, code', ur: 'ملکِ ساخت کے اندراج کا کوڈ' },
    shortCode,
  ).optional(),
  originCertificate: text(
    { en: 'Certificate of origin', ur: 'ملکِ ساخت کا سرٹیفکیٹ' },
    { max: 40 },
  ).optional(),
  taxType: code({ en: 'Duty regime code', ur: 'محصول کے نظام کا کوڈ' }, shortCode).optional(),
  dutyRatePercent: percent({ en: 'Duty rate', ur: 'شرحِ محصول' }, { max: 10_000 }),
  netMassKg: measure({ en: 'Net mass', ur: 'خالص وزن' }, 'kg'),
  grossMassKg: measure({ en: 'Gross mass', ur: 'مجموعی وزن' }, 'kg').optional(),
  quantity: number({ en: 'Quantity', ur: 'مقدار' }, { min: 0 }).optional(),
  quantityUnit: choice({ en: 'Unit of quantity', ur: 'مقدار کی اکائی' }, quantityUnits).optional(),
  invoiceValue: money({ en: 'Invoice value', ur: 'انوائس کی مالیت' }),
  /** In the institution's currency, by the exchange rate and additions of the day; only such values can be compared. */
  customsValue: money({ en: 'Customs value', ur: 'کسٹمز مالیت' }).optional(),
}

/** One goods declaration of one item. */
export const Declaration = withRules(
  record({ ...headerFields, ...partyFields, ...transportFields, ...itemFields }),
  [
    {
      field: 'grossMassKg',
      message: {
        en: 'the gross mass cannot be less than the net mass',
        ur: 'مجموعی وزن خالص وزن سے کم نہیں ہو سکتا',
      },
      holds: ({ grossMassKg, netMassKg }) => grossMassKg === undefined || grossMassKg >= netMassKg,
    },
    {
      field: 'quantityUnit',
      message: {
        en: 'a quantity and its unit are declared together',
        ur: 'مقدار اور اس کی اکائی ایک ساتھ درج کی جاتی ہیں',
      },
      holds: ({ quantity, quantityUnit }) => (quantity === undefined) === (quantityUnit === undefined),
    },
    {
      field: 'originCertificate',
      message: {
        en: 'a certificate of origin cannot be for goods of unknown origin (ZZ)',
        ur: 'نامعلوم ملکِ ساخت (ZZ) کے سامان کا سرٹیفکیٹ نہیں ہو سکتا',
      },
      holds: ({ originCertificate, countryOfOrigin }) =>
        originCertificate === undefined || countryOfOrigin !== 'ZZ',
    },
  ],
)
export type Declaration = z.output<typeof Declaration>
/** The JSON form, as it is submitted and stored. */
export type DeclarationInput = z.input<typeof Declaration>

/** What was declared otherwise than the goods are; section 32 of the Customs Act 1969 speaks of untrue statements. */
const misdeclarations = {
  value: { en: 'Value', ur: 'مالیت' },
  classification: { en: 'Classification', ur: 'درجہ بندی' },
  origin: { en: 'Origin', ur: 'ملکِ ساخت' },
  quantity: { en: 'Quantity or mass', ur: 'مقدار یا وزن' },
  other: { en: 'Something else', ur: 'کچھ اور' },
} as const

/** What an examination of the goods found. */
export const Examination = withRules(
  record({
    finding: choice(
      { en: 'Finding', ur: 'معائنے کا نتیجہ' },
      {
        none: { en: 'No finding', ur: 'کوئی خلافِ واقعہ بات نہیں' },
        fraud: { en: 'Mis-declaration', ur: 'غلط بیانی' },
        critical: { en: 'Critical mis-declaration', ur: 'سنگین غلط بیانی' },
      },
    ),
    examinedOn: date({ en: 'Examined on', ur: 'معائنے کی تاریخ' }),
    misdeclared: choice(
      { en: 'What was mis-declared', ur: 'غلط بیانی کس بارے میں' },
      misdeclarations,
    ).optional(),
    additionalDuty: money({ en: 'Additional duty', ur: 'اضافی محصول' }).optional(),
    /** What an examiner writes freely may name anybody. */
    note: text({ en: 'Note', ur: 'نوٹ' }, { max: 2000, ...personal }).optional(),
  }),
  [
    {
      field: 'misdeclared',
      message: {
        en: 'where nothing was found, nothing was mis-declared',
        ur: 'جہاں کچھ نہیں ملا وہاں غلط بیانی درج نہیں ہو سکتی',
      },
      holds: ({ finding, misdeclared }) => finding !== 'none' || misdeclared === undefined,
    },
    {
      field: 'additionalDuty',
      message: {
        en: 'where nothing was found, no additional duty is due',
        ur: 'جہاں کچھ نہیں ملا وہاں اضافی محصول واجب نہیں',
      },
      holds: ({ finding, additionalDuty }) =>
        finding !== 'none' || additionalDuty === undefined || additionalDuty.amountMinor === 0n,
    },
  ],
)
export type Examination = z.output<typeof Examination>
export type ExaminationInput = z.input<typeof Examination>
