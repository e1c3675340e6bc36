import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { registerAt } from '../egress/sample/servers.ts'
import { approve, propose } from '../proposals/proposals.ts'
import { issuersOf, issuerWithSecret, sealClientSecret } from './issuers.ts'
import { secondFactorOf } from './rules.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const fresh = async (username: string) => ({
  ...(await makeOfficer(kernel, operator, { username, roles: ['administrator'] })),
  verifiedAt: clock.now,
})
const [one, other] = [await fresh('one'), await fresh('other')]
await registerAt(kernel, operator, {
  backendId: 'identity',
  kind: 'identity',
  endpoint: 'https://id.example.gov.pk',
})
const issuer = {
  issuer: 'https://id.example.gov.pk',
  clientId: 'khudi',
  title: { en: 'Staff identity', ur: 'عملے کی شناخت' },
  backendId: 'identity',
  isFactorTrusted: false,
  rules: [{ claim: 'groups', operator: 'contains' as const, value: 'officers', role: 'officer' }],
}

test('two people make a second factor required; one alone does not, and an outdated proposal does nothing', async () => {
  const body = { secondFactor: 'required', replaces: 'optional' }
  const first = await propose(kernel, one, { kind: 'sign_in.rule', body })
  const second = await propose(kernel, other, { kind: 'sign_in.rule', body })
  await assert.rejects(approve(kernel, one, first.proposalId), { code: 'proposal.own' })
  assert.equal(await secondFactorOf(kernel, institutionId), 'optional')
  await approve(kernel, other, first.proposalId)
  assert.equal(await secondFactorOf(kernel, institutionId), 'required')
  await assert.rejects(approve(kernel, one, second.proposalId), { code: 'proposal.outdated' })
})

test('two people add an issuer, its secret sealed all the while, and remove it', async () => {
  const sealed = await sealClientSecret(kernel, institutionId, {
    issuer: issuer.issuer,
    secret: 'of the client',
  })
  const body = { issuer, sealedSecret: sealed.toString('hex') }
  const moved = { ...body, issuer: { ...issuer, issuer: 'https://evil.example' } }
  await assert.rejects(propose(kernel, one, { kind: 'issuer.add', body: moved }), {
    code: 'proposal.body_invalid',
  })
  const added = await propose(kernel, one, { kind: 'issuer.add', body })
  assert.match(added.description.en, /may give the roles officer/)
  await approve(kernel, other, added.proposalId)
  const [found] = await issuersOf(kernel, institutionId)
  const issuerId = found?.issuerId ?? ''
  assert.equal((await issuerWithSecret(kernel, institutionId, issuerId)).secret, 'of the client')
  const removal = { kind: 'issuer.remove', body: { issuerId, issuer: issuer.issuer } }
  const removed = await propose(kernel, other, removal)
  await approve(kernel, one, removed.proposalId)
  assert.deepEqual(await issuersOf(kernel, institutionId), [])
  await assert.rejects(propose(kernel, one, removal), { code: 'issuer.not_found' })
})

test('the log bears it all out', async () => {
  const found = await contradictions(owner, institutionId)
  assert.deepEqual(
    found.filter((one) => /^(?:sign_in|issuer)\./.test(one)),
    [],
  )
})
