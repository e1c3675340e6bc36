import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { decided, foundInstitution, freshKernel, intakeOf, permit, submit } from '../../test/kernel.ts'
import { amendBackend, setHomeCountry } from '../backends/backends.ts'
import { getCase } from '../cases/cases.ts'
import { prepare } from '../decisions/intake.ts'
import { WayOut } from './way-out.ts'

const { kernel: local } = await freshKernel()
const operator = await foundInstitution(local, 'alpha')
/** The same institution on a PostgreSQL of which nobody has said anything. */
const installation = { ...local.installation, database: { host: 'db.example', port: 5432 } }
const egress = new WayOut({ ...local, installation })
after(() => egress.close())
const kernel = { ...local, installation, egress }

test('cases do not go into a database of which nothing is known; what is there can be read', async () => {
  const { caseId } = await decided(local, operator, 'permits', permit())
  await assert.rejects(submit(kernel, operator, 'permits', permit()), { code: 'policy.refused' })
  assert.equal((await getCase(kernel, operator, caseId)).row.caseId, caseId)
})
test('once its four facts are stated and domestic, they do; once one is not, they do not', async () => {
  const facts = { location: 'PK', operatorLaw: 'PK', ownerLaw: 'PK', keyHolder: 'institution' } as const
  const evidence = { text: 'Inventory of the data centre', documentDigest: null }
  const stated = { backendId: 'database', ...facts, evidence, expiresAt: '2027-01-01T00:00:00.000Z' }
  await amendBackend(kernel, operator, stated)
  await decided(kernel, operator, 'permits', permit())
  await amendBackend(kernel, operator, { backendId: 'database', ownerLaw: 'AE' })
  await assert.rejects(submit(kernel, operator, 'permits', permit()), { code: 'policy.refused' })
})
test('facts that expire between two cases bite on the second', async () => {
  await amendBackend(kernel, operator, { backendId: 'database', ownerLaw: 'PK' })
  await decided(kernel, operator, 'permits', permit())
  const clock = () => new Date('2027-01-01T00:00:00.000Z')
  const later = { ...kernel, clock, egress: new WayOut({ ...local, installation, clock }) }
  after(() => later.egress.close())
  await assert.rejects(submit(later, operator, 'permits', permit()), { code: 'policy.refused' })
})
test('what is only opened is asked about in the same way', async () => {
  const intake = { ...intakeOf('permits', [permit()]), isDecided: false }
  await prepare(kernel, operator, intake)
  await amendBackend(kernel, operator, { backendId: 'database', ownerLaw: 'AE' })
  await assert.rejects(prepare(kernel, operator, intake), { code: 'policy.refused' })
})
test('an institution at home elsewhere does not give its cases to a machine that is abroad for it', async () => {
  await setHomeCountry(local, operator, 'AE')
  await assert.rejects(submit(local, operator, 'permits', permit()), { code: 'policy.refused' })
  await setHomeCountry(local, operator, 'PK')
  await decided(local, operator, 'permits', permit())
})
