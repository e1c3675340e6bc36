import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { breakGlass, reviewGlass } from '../kernel/break-glass/break-glass.ts'
import { foundInstitution, freshKernel, makeOfficer } from '../test/kernel.ts'
import { GlassWatch } from './glass-watch.ts'

const { kernel } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
const engineer = await makeOfficer(kernel, operator, { username: 'engineer', roles: ['engineer'] })
const auditor = await makeOfficer(kernel, operator, { username: 'auditor', roles: ['auditor'] })
const reason = 'Zainab waits at the counter for her permit.'

test('a broken glass is warned of once, without its reason, and counted until it is reviewed', async () => {
  const registry = new Registry()
  const lines: string[] = []
  const warn = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const watch = new GlassWatch({ kernel, logger: { warn }, registry })
  const counted = async () => /^khudi_glass_unreviewed (\d+)$/m.exec(await registry.metrics())?.[1]
  await watch.look()
  assert.deepEqual([lines, await counted()], [[], '0'])
  const { glassId } = await breakGlass(kernel, engineer, { role: 'officer', minutes: 5, reason })
  await watch.look()
  await watch.look()
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', new RegExp(`the glass is broken: officer.*${glassId}`))
  assert.doesNotMatch(lines[0] ?? '', /Zainab/)
  assert.equal(await counted(), '1')
  await reviewGlass(kernel, auditor, { glassId, finding: 'The permit was due.' })
  await watch.look()
  assert.equal(await counted(), '0')
})
