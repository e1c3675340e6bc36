import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { decided, foundInstitution, freshKernel, makeOfficer, permit, submit } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { getCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { commit, prepare } from '../decisions/intake.ts'
import { approve, propose } from '../proposals/proposals.ts'
import { digestOfFiles, readPolicyFolder } from './files.ts'
import { InForce } from './in-force.ts'
import type { PolicyFile, PolicyRequest } from './policy.ts'
import { replacementOf } from './replace.ts'
import { policyVersions } from './versions.ts'

const { kernel, database, another, clock } = await freshKernel()
const owner = await database.connect()
const folder = readPolicyFolder(fileURLToPath(new URL('../../policies', import.meta.url)))
const shut: PolicyFile = {
  name: 'shut.cedar',
  text: `@id("permits-are-shut")
@en("No permit is decided while the office moves.")
@ur("دفتر کی منتقلی تک کسی اجازت نامے کا فیصلہ نہیں ہوتا۔")
forbid (principal, action == Action::"decide", resource) when { context.application == "permits" };`,
}

let slugs = 0
/** An institution with two people who may put policies in force. */
async function office() {
  const slug = `office-${++slugs}`
  const operator = await foundInstitution(kernel, slug)
  const roles = ['data_protection_officer']
  const first = await makeOfficer(kernel, operator, { username: 'first', roles })
  const second = await makeOfficer(kernel, operator, { username: 'second', roles })
  return { operator, first, second, institutionId: operator.institutionId }
}
type Office = Awaited<ReturnType<typeof office>>

async function replace(
  { first, second, institutionId }: Office,
  files: readonly PolicyFile[],
): Promise<void> {
  const made = await propose(
    kernel,
    first,
    replacementOf(await kernel.policies.inForce(institutionId), files),
  )
  await approve(kernel, second, made.proposalId)
  kernel.policies.forget(institutionId)
}

test('two people put other policies in force, and what they forbid is refused by name', async () => {
  const at = await office()
  const before = await decided(kernel, at.operator, 'permits', permit())
  await replace(at, [...folder.files, shut])
  await assert.rejects(submit(kernel, at.operator, 'permits', permit()), {
    code: 'policy.refused',
    message: /permits-are-shut refuses this: No permit is decided while the office moves/,
  })
  await replace(at, folder.files)
  const after = await decided(kernel, at.operator, 'permits', permit())
  assert.deepEqual(before.decision.policyDigest, digestOfFiles(folder.files))
  assert.deepEqual(after.decision.policyDigest, before.decision.policyDigest, 'the same policies again')
  const versions = await policyVersions(kernel.db, at.institutionId)
  assert.deepEqual(
    versions.map(({ version, proposedBy, approvedBy }) => [version, proposedBy, approvedBy]),
    [
      [3, at.first.name, at.second.name],
      [2, at.first.name, at.second.name],
      [1, 'platform', null],
    ],
  )
  assert.deepEqual(await contradictions(owner, at.institutionId), [])
})

test('nobody puts policies in force alone, nor on what is in force no more', async () => {
  const at = await office()
  const given = replacementOf(await kernel.policies.inForce(at.institutionId), [...folder.files, shut])
  const own = await propose(kernel, at.first, given)
  await assert.rejects(approve(kernel, at.first, own.proposalId), { code: 'proposal.own' })
  await replace(at, [shut])
  await assert.rejects(approve(kernel, at.second, own.proposalId), { code: 'proposal.outdated' })
  await assert.rejects(propose(kernel, at.first, given), { code: 'proposal.outdated' })
})

/** What may be wrong with a policy, and where the refusal says that it is. */
const wrong: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  'what is no Cedar': ['permit (principal action, resource);', /added\.cedar:2:\d+: Cedar says/],
  'a fact that no request has': [
    'permit (principal, action, resource) when { context.isFriend };',
    /added\.cedar:2:\d+: Cedar says: .*isFriend/,
  ],
  'a comparison of unlike things': [
    'permit (principal, action, resource) when { context.purpose == 3 };',
    /added\.cedar:2:\d+: Cedar says/,
  ],
  'a word of no register': [
    'forbid (principal, action, resource) when { context.purpose == "curiosity" };',
    /added\.cedar:2:64: "curiosity" is not in the register of purpose/,
  ],
  'a person by name': [
    'permit (principal == Person::"amina", action == Action::"read", resource) when { context.application == "permits" };\nforbid (principal, action, resource) when { ["nobody"].containsAny(context.roles) };',
    /added\.cedar:3:1: A policy has an @id/,
  ],
  'what the floor forbids to administrators': [
    'permit (principal, action == Action::"read", resource) when { context.roles.contains("administrator") };',
    /added\.cedar:1:1: added would allow what nothing may: An administrator/,
  ],
}

for (const [what, [text, says]] of Object.entries(wrong))
  test(`${what} is refused with its place`, async () => {
    const { operator, first, institutionId } = await office()
    const added = {
      name: 'added.cedar',
      text: `@id("added") @en("It says so.") @ur("یہی کہتی ہے۔")\n${text}`,
    }
    const inForce = await kernel.policies.inForce(institutionId)
    await assert.rejects(propose(kernel, first, replacementOf(inForce, [...folder.files, added])), {
      code: 'policy.invalid',
      message: says,
    })
    assert.equal((await policyVersions(kernel.db, operator.institutionId)).length, 1)
  })

test('policies that let sensitive data leave are refused at the policy that would let it', async () => {
  const files = folder.files.map((file) =>
    file.name === 'backends.cedar'
      ? { ...file, text: file.text.replace(/@id\("sensitive-stays-home"\)[^;]*;/, '') }
      : file,
  )
  await assert.rejects(kernel.policies.check(files), {
    code: 'policy.invalid',
    message:
      /backends\.cedar:\d+:1: backends-serve-their-purpose would allow what nothing may: Sensitive data/,
  })
})

test('another process notices within its second', async () => {
  const at = await office()
  const elsewhere = another()
  assert.equal((await elsewhere.policies.inForce(at.institutionId)).version, 1)
  await replace(at, [...folder.files, shut])
  const waited = performance.now()
  while ((await elsewhere.policies.inForce(at.institutionId)).version === 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok(performance.now() - waited < 5_000)
})

test('a batch that was prepared under other policies is asked again before it is committed', async () => {
  const at = await office()
  const submissions = [{ json: JSON.stringify(permit()) }]
  const request = { applicationId: 'permits', source: 'api', isDecided: true, submissions } as const
  const prepared = await prepare(kernel, at.operator, request)
  const made = await propose(
    kernel,
    at.first,
    replacementOf(await kernel.policies.inForce(at.institutionId), [...folder.files, shut]),
  )
  await approve(kernel, at.second, made.proposalId)
  await assert.rejects(commit(kernel, at.operator, { prepared }), { code: 'policy.refused' })
})

test('who may not see a case is not told that a policy forbids it', async () => {
  const at = await office()
  const elsewhere = await office()
  const { caseId } = await decided(kernel, at.operator, 'permits', permit())
  const reading = getCase(kernel, elsewhere.operator, { caseId, by: 'case.read' })
  await assert.rejects(reading, { code: 'case.not_found' })
  const { row } = await getCase(kernel, at.operator, { caseId, by: 'person.read' })
  const council = { ...at.operator, roles: ['council'] }
  await assert.rejects(reveal(kernel, council, { row, purpose: 'audit' }), {
    code: 'vault.purpose_forbidden',
  })
})

const review: PolicyRequest = {
  principal: { kind: 'person', roles: ['officer'] },
  action: 'read',
  resource: { classification: 'personal', applicationId: 'permits' },
  context: {
    purpose: 'review',
    legalBasis: 'law',
    isRedacted: false,
    consent: 'not_needed',
    isObjected: false,
  },
}
const policiesOf = (given: Partial<ConstructorParameters<typeof InForce>[0]>) =>
  new InForce({ db: kernel.db, clock: () => clock.now, folder, freshMs: 0, ...given })

test('where policies cannot be asked nothing is done', async () => {
  const { operator, institutionId } = await office()
  await kernel.policies.inForce(institutionId)
  const gone = policiesOf({ load: () => Promise.reject(new Error('no memory')) })
  await assert.rejects(gone.decide(institutionId, review), { code: 'policy.unavailable' })
  const trapped = policiesOf({
    load: async () => ({
      ...(await import('@cedar-policy/cedar-wasm/nodejs')),
      statefulIsAuthorized: () => {
        throw new Error('unreachable executed')
      },
    }),
  })
  await assert.rejects(trapped.decide(institutionId, review), { code: 'policy.unavailable' })
  await assert.rejects(submit({ ...kernel, policies: trapped }, operator, 'permits', permit()), {
    code: 'policy.unavailable',
  })
})

test('policies that were changed in the database do not answer', async () => {
  const { institutionId } = await office()
  await kernel.policies.inForce(institutionId)
  await owner.query(
    `update policy_versions set files = replace(files::text, 'administrators', 'everybody')::json where institution_id = $1`,
    [institutionId],
  )
  await assert.rejects(policiesOf({}).decide(institutionId, review), { code: 'policy.unavailable' })
  assert.notDeepEqual(await contradictions(owner, institutionId), [])
})

test('the kernel may add versions, and neither change nor take one away', async () => {
  const { institutionId } = await office()
  await kernel.policies.inForce(institutionId)
  for (const text of ['update policy_versions set version = 9', 'delete from policy_versions']) {
    const client = await database.connect()
    await client.query('set role khudi_kernel')
    await client.query(`set khudi.institution_id = '${institutionId}'`)
    await assert.rejects(client.query(text), { code: '42501' })
  }
})
