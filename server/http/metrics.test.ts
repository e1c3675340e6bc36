import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { createHttpMetrics } from './metrics.ts'
import { asEverybody, asOfficer, sampleServer } from './sample/server.ts'

test('the figures count requests by operation and class of status, and rows of streams', async () => {
  const metrics = createHttpMetrics({ process: true })
  const { app } = sampleServer({ metrics })
  await app.inject({ url: '/v1/permits/35202-1234567-1', headers: asOfficer })
  await app.inject({ url: '/v1/35202-1234567-1' })
  const headers = { ...asEverybody, 'content-type': 'application/x-ndjson' }
  await app.inject({ method: 'POST', url: '/v1/permit-intake', headers, payload: 'a\nb\n' })
  await app.inject({ url: '/v1/permit-export', headers: asOfficer })
  const { body } = await app.inject({ url: '/metrics' })
  assert.match(body, /khudi_http_request_duration_seconds_count\{operation="permits\.show",status="4xx"\} 1/)
  assert.match(body, /khudi_http_request_duration_seconds_count\{operation="none",status="4xx"\} 1/)
  assert.match(body, /khudi_http_intake_rows_total\{operation="permits\.import"\} 2/)
  assert.match(body, /khudi_http_export_rows_total\{operation="permits\.export"\} 200/)
  assert.match(body, /^khudi_http_requests_in_flight 1$/m)
  assert.match(body, /nodejs_eventloop_lag_p99_seconds/)
  assert.match(body, /process_resident_memory_bytes/)
  // Nothing of an address is ever a label.
  assert.ok(!body.includes('35202'))
})

test('without a token the figures are for this machine alone, and a proxy on it is not this machine', async () => {
  const { app } = sampleServer()
  const status = async (remoteAddress: string, headers: Record<string, string> = {}) =>
    (await app.inject({ url: '/metrics', remoteAddress, headers })).statusCode
  for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])
    assert.equal(await status(address), 200)
  for (const address of ['192.0.2.1', '2001:db8::1', '::ffff:192.0.2.1'])
    assert.equal(await status(address), 404)
  assert.equal(await status('127.0.0.1', { 'x-forwarded-for': '192.0.2.1' }), 404)
})

test('with a token they are for its bearer, wherever he is', async () => {
  const { app } = sampleServer({ metricsToken: 'right' })
  const status = async (authorization?: string) =>
    (
      await app.inject({
        url: '/metrics',
        remoteAddress: '192.0.2.1',
        headers: authorization === undefined ? {} : { authorization },
      })
    ).statusCode
  assert.equal(await status('Bearer right'), 200)
  for (const wrong of [undefined, 'Bearer wrong', 'Bearer ', 'right', 'Bearer right '])
    assert.equal(await status(wrong), 404)
})
