/** What a session that was left open is not enough for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { disableAccount, grantRole, revokeRole } from '../access/grants.ts'
import type { Actor } from '../access/roles.ts'
import { issueKey } from '../access-keys/access-keys.ts'
import { breakGlass } from '../break-glass/break-glass.ts'
import { newId } from '../identifiers.ts'
import { approve } from '../proposals/proposals.ts'
import { erasePerson } from '../vault/erase.ts'

const { kernel, clock } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
const administrator = await makeOfficer(kernel, operator, { username: 'admin', roles: ['administrator'] })
const supervisor = await makeOfficer(kernel, operator, { username: 'supervisor', roles: ['supervisor'] })
const protector = await makeOfficer(kernel, operator, { username: 'dpo', roles: ['data_protection_officer'] })

const accountId = supervisor.accountId
const acts: readonly (readonly [string, Actor, (actor: Actor) => Promise<unknown>])[] = [
  [
    'granting a role',
    administrator,
    (actor) => grantRole(kernel, actor, { accountId, role: 'auditor', unit: undefined }),
  ],
  ['revoking a role', administrator, (actor) => revokeRole(kernel, actor, { accountId, grantId: newId() })],
  ['disabling an account', administrator, (actor) => disableAccount(kernel, actor, { accountId })],
  [
    'issuing a key',
    administrator,
    (actor) =>
      issueKey(kernel, actor, {
        label: 'terminal',
        roles: ['machine'],
        applicationId: undefined,
        expiresAt: new Date(clock.now.getTime() + 86_400_000),
      }),
  ],
  ['approving a proposal', supervisor, (actor) => approve(kernel, actor, newId())],
  [
    'breaking the glass',
    supervisor,
    (actor) =>
      breakGlass(kernel, actor, { role: 'officer', minutes: 10, reason: 'Nobody else is at the station.' }),
  ],
  [
    'erasing a person',
    protector,
    (actor) => erasePerson(kernel, actor, { name: 'cnic:3520212345671', ground: 'request' }),
  ],
]

for (const [what, actor, act] of acts)
  test(`${what} needs a proof that is minutes old, not the session alone`, async () => {
    const freshMs = kernel.signIn.freshMs
    const stale = { ...actor, verifiedAt: new Date(clock.now.getTime() - freshMs - 1) }
    await assert.rejects(act(stale), { code: 'access.proof_stale' })
    const fresh = { ...actor, verifiedAt: new Date(clock.now.getTime() - freshMs) }
    const outcome = await act(fresh).then(
      () => undefined,
      (error: unknown) => error,
    )
    assert.doesNotMatch(String(outcome), /proof_stale/)
  })
