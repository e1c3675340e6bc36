/** What two people decide together about signing in: whether a second factor is required, and which issuers there are. */
import { z } from 'zod'
import { Refusal } from '../errors.ts'
import type { ProposalKind } from '../proposals/kinds.ts'
import { checkIssuer, issuersOf, NewIssuer, openClientSecret, writeIssuer, writeRemoval } from './issuers.ts'
import { secondFactorIn, writeSecondFactor } from './rules.ts'

const RuleBody = z.strictObject({
  secondFactor: z.enum(['required', 'optional']),
  /** What was in force when it was proposed. */
  replaces: z.enum(['required', 'optional']),
})

export const ruleProposal: ProposalKind<z.infer<typeof RuleBody>> = {
  kind: 'sign_in.rule',
  body: RuleBody,
  title: { en: 'Rule for signing in', ur: 'سائن اِن کا ضابطہ' },
  propose: 'account.manage',
  approve: 'account.manage',
  describe: ({ secondFactor }) =>
    secondFactor === 'required'
      ? { en: 'Everybody must have a second factor', ur: 'ہر ایک کے لیے دوسری تصدیق لازم ہوگی' }
      : { en: 'A second factor becomes optional', ur: 'دوسری تصدیق اختیاری ہوگی' },
  async apply(tx, _kernel, { body, at }) {
    if ((await secondFactorIn(tx)) !== body.replaces) throw new Refusal('proposal.outdated')
    return [await writeSecondFactor(tx, { secondFactor: body.secondFactor, at })]
  },
}

const IssuerBody = z.strictObject({
  issuer: NewIssuer,
  /** The client's secret as it was sealed when this was proposed, in hexadecimal digits; null for a public client. */
  sealedSecret: z
    .string()
    .regex(/^(?:[0-9a-f]{2}){28,2000}$/)
    .nullable(),
})

export const issuerProposal: ProposalKind<z.infer<typeof IssuerBody>> = {
  kind: 'issuer.add',
  body: IssuerBody,
  title: { en: 'Add an identity issuer', ur: 'شناخت جاری کنندہ شامل کرنا' },
  propose: 'account.manage',
  approve: 'account.manage',
  describe: ({ issuer: { issuer, rules, isFactorTrusted } }) => {
    const roles = [...new Set(rules.map(({ role }) => role))].join(', ')
    return {
      en: `People sign in with ${issuer}, which may give the roles ${roles}${isFactorTrusted ? '; its own second factor is trusted' : ''}`,
      ur: `لوگ ${issuer} سے سائن اِن کریں گے، جو یہ عہدے دے سکے گا: ${roles}${isFactorTrusted ? '؛ اس کی اپنی دوسری تصدیق پر اعتماد ہوگا' : ''}`,
    }
  },
  async check(kernel, { institutionId }, { issuer, sealedSecret }) {
    await checkIssuer(kernel, institutionId, issuer)
    if (sealedSecret === null) return
    const sealed = Buffer.from(sealedSecret, 'hex')
    await openClientSecret(kernel, institutionId, { issuer: issuer.issuer, sealed }).catch(
      (cause: unknown) => {
        const about = { kind: 'issuer.add', field: 'sealedSecret' }
        throw new Refusal('proposal.body_invalid', about, { cause })
      },
    )
  },
  async apply(tx, _kernel, { body: { issuer, sealedSecret }, at }) {
    const sealed = sealedSecret === null ? undefined : Buffer.from(sealedSecret, 'hex')
    return [await writeIssuer(tx, { ...issuer, sealedSecret: sealed }, at)]
  },
}

const RemovalBody = z.strictObject({ issuerId: z.uuid(), issuer: z.string().max(500) })

export const issuerRemoval: ProposalKind<z.infer<typeof RemovalBody>> = {
  kind: 'issuer.remove',
  body: RemovalBody,
  title: { en: 'Remove an identity issuer', ur: 'شناخت جاری کنندہ ہٹانا' },
  propose: 'account.manage',
  approve: 'account.manage',
  describe: ({ issuer }) => ({
    en: `Nobody signs in with ${issuer} any more`,
    ur: `اب کوئی ${issuer} سے سائن اِن نہیں کرے گا`,
  }),
  async check(kernel, { institutionId }, { issuerId, issuer }) {
    const found = (await issuersOf(kernel, institutionId)).find((one) => one.issuerId === issuerId)
    if (found?.issuer !== issuer) throw new Refusal('issuer.not_found')
  },
  async apply(tx, _kernel, { body: { issuerId }, at }) {
    return [await writeRemoval(tx, issuerId, at)]
  },
}
