/** What signing in leaves at an institution: factors, a password that was changed, an issuer, somebody who came by it. */
import type { Actor } from '../kernel/access/roles.ts'
import { registerBackend } from '../kernel/backends/backends.ts'
import { append } from '../kernel/log/log.ts'
import type { ServingKernel } from '../kernel/operation.ts'
import { beginTotp, enrollingSession, finishTotp } from '../kernel/sign-in/enrolment.ts'
import { addFactor, renewRecoveryCodes } from '../kernel/sign-in/factors.ts'
import { enterByIssuer } from '../kernel/sign-in/identities.ts'
import { addIssuer, issuersOf, removeIssuer } from '../kernel/sign-in/issuers.ts'
import { resetPassword } from '../kernel/sign-in/passwords.ts'
import { unknownBrowser as browser } from '../kernel/sign-in/sessions.ts'
import { signIn } from '../kernel/sign-in/sign-in.ts'
import { makeOfficer } from './kernel.ts'
import { codeAt } from './totp-app.ts'

export async function furnishSignIn(kernel: ServingKernel, operator: Actor): Promise<void> {
  const { institutionId } = operator
  const username = 'member'
  const member = await makeOfficer(kernel, operator, { username, roles: ['supervisor'] })
  const password = await resetPassword(kernel, operator, member.accountId)
  const { token } = await signIn(kernel, { institutionId, username, password })
  const about = await enrollingSession(kernel, token)
  const { ceremony, secret } = await beginTotp(kernel, about, { product: 'Khudi' })
  const code = codeAt(secret, kernel.clock())
  const done = await finishTotp(kernel, token, { ceremony, code, browser })
  if (!done.isEnrolled) throw new Error('the code was right')
  // In the place of those that came with it.
  await renewRecoveryCodes(kernel, { ...member, verifiedAt: kernel.clock() })
  await addPasskey(kernel, member)
  // Half a ceremony, and a wrong password.
  await beginTotp(kernel, about, { product: 'Khudi' })
  await signIn(kernel, { institutionId, username, password: 'wrong' }).catch(() => undefined)
  await addStranger(kernel, operator)
}

/** As its registration leaves one; its key opens nothing. */
async function addPasskey(kernel: ServingKernel, member: Actor & { readonly accountId: string }) {
  const at = kernel.clock()
  const { accountId, institutionId, name } = member
  await kernel.db.transaction(institutionId, async (tx) => {
    const credentialId = Buffer.from(`passkey of ${accountId}`)
    const material = Buffer.from('no key')
    const added = await addFactor(
      tx,
      { accountId, kind: 'passkey', name: 'Office', credentialId, material },
      at,
    )
    if (added !== undefined) await append(tx, { actor: name, at }, [added])
  })
}

async function addStranger(kernel: ServingKernel, operator: Actor): Promise<void> {
  const { institutionId } = operator
  const title = { en: 'National identity', ur: 'قومی شناخت' }
  await registerBackend(kernel, operator, {
    backendId: 'sign-in',
    kind: 'identity',
    title,
    endpoint: 'https://id.example.gov.pk',
    addresses: [],
    classifications: ['personal'],
    location: 'PK',
    operatorLaw: 'PK',
    ownerLaw: 'PK',
    keyHolder: 'PK',
    evidence: { text: 'Agreement', documentDigest: null },
    expiresAt: '2100-01-01T00:00:00.000Z',
  })
  const given = {
    issuer: 'https://id.example.gov.pk',
    clientId: 'khudi',
    secret: 'secret of the client',
    title,
    backendId: 'sign-in',
    isFactorTrusted: true,
    rules: [{ claim: 'groups', operator: 'contains' as const, value: 'auditors', role: 'auditor' }],
  }
  await addIssuer(kernel, operator, given)
  await addIssuer(kernel, operator, { ...given, issuer: 'https://old.example.gov.pk' })
  const [issuer, old] = await issuersOf(kernel, institutionId)
  if (issuer === undefined || old === undefined) throw new Error('the issuers were just added')
  await removeIssuer(kernel, operator, old.issuerId)
  const claims = { preferred_username: 'stranger', groups: ['auditors'] }
  await enterByIssuer(kernel, { institutionId, issuer, subject: 'stranger', claims, browser })
}
