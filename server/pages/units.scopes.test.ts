import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAccount } from '../../kernel/access/access.ts'
import { findAccounts, grantRole } from '../../kernel/access/grants.ts'
import { operatorActor } from '../../kernel/access/roles.ts'
import { newId } from '../../kernel/identifiers.ts'
import { addUnit } from '../../kernel/units/units.ts'
import { freshDatabase } from '../../test/database.ts'
import { openOffice, password } from './sample/office.ts'

const office = await openOffice(await freshDatabase())
const { kernel } = office
const { institutionId } = office.institution
const operator = operatorActor(institutionId, 'test')
const above = { PB: undefined, LHR: 'PB', KHI: undefined } as const
type Code = keyof typeof above
for (const [code, parent] of Object.entries(above))
  await addUnit(kernel, operator, { code, kind: 'district', title: { en: code, ur: 'ضلع' }, parent })

/** A case that waits for an inspector at each place; null is the institution as a whole. */
const places: readonly (Code | null)[] = ['PB', 'LHR', 'KHI', null]
const cases: { readonly place: Code | null; readonly caseId: string; readonly number: string }[] = []
for (const place of places) {
  const number = `AT-${place ?? 'ALL'}-7`
  const caseId = await office.openCase({ number, ...(place !== null && { office: place }) })
  cases.push({ place, caseId, number })
}

interface Grant {
  readonly role: string
  readonly unit: Code | null
}

let people = 0

async function browserOf(grants: readonly Grant[]) {
  const username = `local${++people}`
  await createAccount(kernel, operator, { username, password, roles: [], language: 'en' })
  const accounts = await findAccounts(kernel, institutionId, { after: undefined, size: 1_000 })
  const accountId = accounts.find(({ row }) => row.username === username)?.row.accountId ?? ''
  for (const { role, unit } of grants)
    await grantRole(kernel, operator, { accountId, role, unit: unit ?? undefined })
  const browser = office.browser()
  const { status } = await browser.send('/sign-in', { username, password })
  assert.equal(status, 303)
  return browser
}

const isWithin = (place: Code | null, unit: Code): boolean =>
  place !== null && (place === unit || isWithin(above[place] ?? null, unit))

/** The model: these roles see cases; an inspector's alone does not. */
const seeing = ['officer', 'supervisor', 'auditor']
const reviewing = ['officer', 'supervisor']
const holdsAt = (grants: readonly Grant[], roles: readonly string[], place: Code | null) =>
  grants.some(({ role, unit }) => roles.includes(role) && (unit === null || isWithin(place, unit)))

const grant = fc.record({
  role: fc.constantFrom(...seeing, 'permits.inspector'),
  unit: fc.option(fc.constantFrom<Code>('PB', 'LHR', 'KHI'), { freq: 5 }),
})
const drawn = fc.uniqueArray(grant, {
  minLength: 1,
  maxLength: 4,
  selector: ({ role, unit }) => `${role} ${unit}`,
})

/** Without what is another every time: identifiers that were asked for, tokens and numbers of requests. */
const bare = ({ status, body }: { readonly status: number; readonly body: string }) => [
  status,
  body.replaceAll(/value="[^"]*"/g, '').replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ''),
]

test('no page shows, counts or finds a case of a unit where its reader holds no role', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async (grants) => {
      const browser = await browserOf(grants)
      const visible = cases.filter(({ place }) => holdsAt(grants, seeing, place))
      const [home, list, queue] = [
        await browser.open('/'),
        await browser.open('/cases'),
        await browser.open('/queue'),
      ]
      const nothing = bare(await browser.open(`/cases/${newId()}`))
      for (const { place, caseId, number } of cases) {
        const who = `${JSON.stringify(grants)} ${place}`
        const isSeen = holdsAt(grants, seeing, place)
        const waits = holdsAt(grants, reviewing, place) && holdsAt(grants, ['permits.inspector'], place)
        assert.equal(list.body.includes(number), isSeen, who)
        assert.equal(queue.body.includes(number), waits, who)
        const shown = await browser.open(`/cases/${caseId}`)
        assert.equal(shown.body.includes(number), isSeen, who)
        if (!isSeen) assert.deepEqual(bare(shown), nothing, who)
        if (isSeen) assert.equal(shown.body.includes(`/cases/${caseId}/review`), waits, who)
        const found = await browser.send('/cases/find', { reference: number })
        assert.equal(found.status === 303 && found.location === `/cases/${caseId}`, isSeen, who)
      }
      if (visible.length > 0)
        assert.match(home.body, new RegExp(`state=in_review"><span class="figure">${visible.length}<`))
      else assert.doesNotMatch(home.body, /state=in_review/)
    }),
    // Signing in is slow by design.
    { numRuns: 12 },
  )
})

test('an officer of one unit reviews no case of another, whatever the form says', async () => {
  const browser = await browserOf([
    { role: 'officer', unit: 'LHR' },
    { role: 'permits.inspector', unit: null },
  ])
  await browser.open('/queue')
  const send = (caseId: string, what: string) =>
    browser.send(`/cases/${caseId}/${what}`, { recommendation: 'inspect', _version: '1', purpose: 'review' })
  for (const what of ['review', 'outcome', 'open'])
    for (const { caseId } of cases.filter(({ place }) => place !== 'LHR'))
      assert.deepEqual(bare(await send(caseId, what)), bare(await send(newId(), what)), what)
  const own = cases.find(({ place }) => place === 'LHR')
  assert.equal((await send(own?.caseId ?? '', 'review')).status, 303)
})
