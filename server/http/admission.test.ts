import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { roles } from '../../kernel/access/roles.ts'
import { actorWith, asOfficer, sampleOperations, sampleServer } from './sample/server.ts'
import { sampleState } from './sample/state.ts'

const permit = { number: 'A-1', holder: null, areaHa: 1 }

test('whoever does not say who he is gets 401, how to say it, and nothing else', async () => {
  const { app } = sampleServer()
  const reply = await app.inject({ url: '/v1/permits' })
  assert.equal(reply.statusCode, 401)
  assert.equal(reply.json().code, 'access.not_signed_in')
  assert.equal(reply.headers['www-authenticate'], 'Bearer realm="khudi"')
  assert.equal(reply.json().problems, undefined)
})

test('a key that is no longer good is refused with its own code', async () => {
  const { app } = sampleServer()
  const reply = await app.inject({ url: '/v1/permits', headers: { authorization: 'Bearer expired' } })
  assert.deepEqual([reply.statusCode, reply.json().code], [401, 'access.key_invalid'])
})

test('each operation answers 403 to every set of roles that does not hold its scope, and to no other', async () => {
  const { app, state } = sampleServer()
  state.batches = 1
  const operations = sampleOperations(sampleState()).filter(({ id }) => id !== 'permits.wait')
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...operations),
      fc.uniqueArray(fc.constantFrom(...Object.keys(roles), 'permits.inspector', '__proto__'), {
        minLength: 1,
      }),
      async ({ method, path, scope }, given) => {
        const reply = await app.inject({
          method,
          url: path.replace(/\{\w+\}/g, 'x'),
          headers: { authorization: `Bearer ${given.join(',')}` },
        })
        const mayDo = Object.entries(roles).some(
          ([role, spec]) => given.includes(role) && spec.scopes.some((held) => held === scope),
        )
        assert.equal(reply.statusCode === 403, !mayDo)
      },
    ),
  )
})

test('who may not ask is told so before the body is looked at', async () => {
  const { app } = sampleServer()
  const post = (headers: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: '/v1/permits',
      payload: '{',
      headers: { 'content-type': 'text/xml', ...headers },
    })
  assert.equal((await post({})).statusCode, 401)
  assert.equal((await post({ authorization: 'Bearer council' })).statusCode, 403)
  assert.equal((await post(asOfficer)).statusCode, 415)
})

test('a request that another site had the browser send is refused, our own pages and programs are not', async () => {
  const { app } = sampleServer()
  const open = async (site: string | undefined, number: string) => {
    const headers = site === undefined ? asOfficer : { ...asOfficer, 'sec-fetch-site': site }
    return (await app.inject({ method: 'POST', url: '/v1/permits', headers, payload: { ...permit, number } }))
      .statusCode
  }
  assert.equal(await open('cross-site', 'a'), 403)
  assert.equal(await open('same-site', 'b'), 403)
  assert.equal(await open('same-origin', 'c'), 201)
  assert.equal(await open('none', 'd'), 201)
  assert.equal(await open(undefined, 'e'), 201)
})

const rates = { anonymousPerMinute: 3, personPerMinute: 2, systemPerMinute: 4 }

test('an address that keeps failing to say who it is has to wait, and its guesses are not looked at', async () => {
  let looked = 0
  const { app } = sampleServer({
    limits: { rates },
    authenticate: () => {
      looked += 1
      return undefined
    },
  })
  const ask = (remoteAddress: string) => app.inject({ url: '/v1/permits', remoteAddress })
  for (let count = 0; count < 3; count += 1) assert.equal((await ask('192.0.2.1')).statusCode, 401)
  const reply = await ask('192.0.2.1')
  assert.deepEqual([reply.statusCode, reply.json().code, looked], [429, 'request.rate_limited', 3])
  assert.match(String(reply.headers['retry-after']), /^([1-9]|[1-5]\d|60)$/)
  assert.equal((await ask('192.0.2.2')).statusCode, 401)
})

test('a person and a connected system are each counted for themselves, by limits of their own', async () => {
  const { app } = sampleServer({
    limits: { rates },
    authenticate: ({ headers }) =>
      headers.authorization === 'key'
        ? actorWith(['officer'])
        : actorWith(['officer'], String(headers.authorization)),
  })
  const ask = async (authorization: string) =>
    (await app.inject({ url: '/v1/permits', headers: { authorization } })).statusCode
  assert.deepEqual([await ask('a'), await ask('a'), await ask('a')], [200, 200, 429])
  assert.deepEqual([await ask('b'), await ask('b'), await ask('b')], [200, 200, 429])
  assert.deepEqual(
    [await ask('key'), await ask('key'), await ask('key'), await ask('key'), await ask('key')],
    [200, 200, 200, 200, 429],
  )
})

test('health is exempt from every limit', async () => {
  const { app } = sampleServer({
    limits: { rates: { anonymousPerMinute: 1, personPerMinute: 1, systemPerMinute: 1 } },
  })
  for (let count = 0; count < 5; count += 1) {
    await app.inject({ url: '/v1/permits' })
    assert.equal((await app.inject({ url: '/health/live' })).statusCode, 200)
    assert.equal((await app.inject({ url: '/health/ready' })).statusCode, 200)
  }
})

test('more requests at once than the server takes on are told to come back', async () => {
  const { app, state } = sampleServer({ limits: { requests: 1 } })
  const first = app.inject({ method: 'POST', url: '/v1/waits', headers: asOfficer })
  // The first is inside its handler once the test can let it go.
  while (state.release === undefined) await new Promise(setImmediate)
  const second = await app.inject({ url: '/v1/permits', headers: asOfficer })
  assert.deepEqual(
    [second.statusCode, second.json().code, second.headers['retry-after']],
    [503, 'server.busy', '5'],
  )
  state.release()
  assert.equal((await first).statusCode, 200)
  assert.equal((await app.inject({ url: '/v1/permits', headers: asOfficer })).statusCode, 200)
})
