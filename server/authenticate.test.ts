/** Keys by address and roles by the clock, through the HTTP server. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { issueKey, keyIdOf, keysOf, revokeKey } from '../kernel/access-keys/access-keys.ts'
import { breakGlass } from '../kernel/break-glass/break-glass.ts'
import { signIn } from '../kernel/sign-in/sign-in.ts'
import { foundInstitution, freshKernel, makeOfficer } from '../test/kernel.ts'
import { authenticator } from './authenticate.ts'
import { createHttpServer } from './http/http-server.ts'
import { findOperations } from './operations.ts'
import { sessionCookie } from './pages/session.ts'

const { kernel, clock } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
const app = createHttpServer({
  kernel,
  operations: await findOperations(),
  authenticate: authenticator(kernel, { isSecure: false }),
  trustedProxies: ['192.0.2.1'],
})
after(() => app.close())

const issue = (addresses: readonly string[]) =>
  issueKey(kernel, operator, {
    label: 'bound',
    roles: ['machine'],
    applicationId: undefined,
    addresses,
    expiresAt: new Date(clock.now.getTime() + 3_600_000),
  })

async function asked(key: string, remoteAddress: string, forwarded?: string) {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }),
  }
  const { statusCode, body } = await app.inject({ url: '/v1/cases', headers, remoteAddress })
  return { status: statusCode, code: JSON.parse(body).code, body: body.replace(/"requestId":"[^"]*"/, '') }
}

test('a key used from elsewhere is refused in the words for an unknown one', async () => {
  const key = await issue(['10.0.0.0/8'])
  assert.equal((await asked(key, '10.1.2.3')).status, 200)
  assert.equal((await asked(key, '::ffff:10.1.2.3')).status, 200)
  const unknown = await asked(Buffer.alloc(48, 1).toString('base64url'), '10.1.2.3')
  assert.deepEqual([unknown.status, unknown.code], [401, 'access.key_invalid'])
  for (const address of ['11.1.2.3', '::1', '2001:db8::1'])
    assert.deepEqual(await asked(key, address), unknown)
})

test('what a proxy says of the address counts where the proxy is trusted, and nowhere else', async () => {
  const key = await issue(['10.0.0.0/8'])
  assert.equal((await asked(key, '192.0.2.1', '10.1.2.3')).status, 200)
  assert.equal((await asked(key, '192.0.2.1', '11.1.2.3')).status, 401)
  assert.equal((await asked(key, '192.0.2.2', '10.1.2.3')).status, 401)
  assert.equal((await asked(key, '10.1.2.3', '11.1.2.3')).status, 200)
})

test('a key that is revoked in this process is refused by the next request', async () => {
  const key = await issue(['10.0.0.0/8'])
  assert.equal((await asked(key, '10.1.2.3')).status, 200)
  const newest = (await keysOf(kernel, operator)).filter(({ revokedAt }) => revokedAt === null)
  for (const { keyHash } of newest) await revokeKey(kernel, operator, keyIdOf(keyHash))
  assert.equal((await asked(key, '10.1.2.3')).status, 401)
})

test('a role that was taken ends by the clock, also for a session that is believed', async () => {
  const engineer = await makeOfficer(kernel, operator, { username: 'engineer', roles: ['engineer'] })
  const { institutionId } = operator
  const minute = { role: 'officer', minutes: 1, reason: 'The clerk fell ill and a permit must be out.' }
  await breakGlass(kernel, engineer, minute)
  const { token } = await signIn(kernel, {
    institutionId,
    username: 'engineer',
    password: 'engineer password',
  })
  const headers = { cookie: `${sessionCookie(false)}=${token}` }
  const status = async () => (await app.inject({ url: '/v1/cases', headers })).statusCode
  assert.equal(await status(), 200)
  clock.advance(60_000 - 1)
  assert.equal(await status(), 200)
  clock.advance(1)
  assert.equal(await status(), 403)
})
