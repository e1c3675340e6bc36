import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { furnishRights } from '../test/institution-rights.ts'
import { foundInstitution, freshKernel } from '../test/kernel.ts'
import { watchDuties } from './duty-metrics.ts'

const { kernel, clock } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
await foundInstitution(kernel, 'beta')
await furnishRights(kernel, operator)

test('requests and breaches are counted by institution, those that are late by themselves', async () => {
  const registry = new Registry()
  watchDuties(registry, kernel)
  const read = await registry.metrics()
  assert.match(read, /khudi_requests_waiting\{institution="alpha",state="in_time"\} 3/)
  assert.match(read, /khudi_requests_waiting\{institution="alpha",state="late"\} 1/)
  assert.match(read, /khudi_breaches_untold\{institution="alpha",state="in_time"\} 4/)
  assert.match(read, /khudi_breaches_untold\{institution="beta",state="late"\} 0/)
  clock.advance(100 * 3_600_000)
  assert.match(await registry.metrics(), /khudi_breaches_untold\{institution="alpha",state="late"\} 4/)
})
