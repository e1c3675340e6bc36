/** Units of a furnished institution: a tree with cases at its places, an officer at one, and everything that can be done to them. */
import { disableAccount, grantRole, revokeRole } from '../kernel/access/grants.ts'
import type { Actor } from '../kernel/access/roles.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { recordOutcome } from '../kernel/outcomes/outcomes.ts'
import { addUnit, closeUnit, moveUnit, renameUnit } from '../kernel/units/units.ts'
import { decided, makeOfficer, permit } from './kernel.ts'

/** Each unit with the one above it. */
export const tree = { PB: null, LHR: 'PB', MODEL: 'LHR', RAVI: 'LHR', SD: null, KHI: 'SD' } as const
export type UnitCode = keyof typeof tree

/** Where cases are: at the top of a branch, within and at its end, in another branch, and the institution's as a whole. */
export const places: readonly (UnitCode | null)[] = ['PB', 'LHR', 'MODEL', 'KHI', null]

export interface FurnishedUnits {
  /** A unit that may be renamed, moved and closed. */
  readonly unitCode: UnitCode
  /** An officer at LHR, and the grant by which they are. */
  readonly officer: Actor & { readonly accountId: string }
  readonly grantId: string
}

export async function furnishUnits(kernel: Kernel, operator: Actor): Promise<FurnishedUnits> {
  for (const [code, parent] of Object.entries(tree))
    await addUnit(kernel, operator, {
      code,
      kind: parent === null ? 'province' : 'district',
      title: { en: code, ur: 'ضلع' },
      parent: parent ?? undefined,
    })
  for (const office of places) await makeCases(kernel, operator, office)
  await changeUnits(kernel, operator)
  const officer = await makeOfficer(kernel, operator, { username: 'local', roles: [] })
  const { accountId } = officer
  const { grantId } = await grantRole(kernel, operator, { accountId, role: 'officer', unit: 'LHR' })
  const second = await grantRole(kernel, operator, { accountId, role: 'permits.clerk', unit: 'LHR' })
  await revokeRole(kernel, operator, second)
  await disableAccount(kernel, operator, await makeOfficer(kernel, operator, { username: 'gone', roles: [] }))
  return { unitCode: 'RAVI', officer, grantId }
}

/** One that waits for a clerk and one that is closed. */
async function makeCases(kernel: Kernel, operator: Actor, office: UnitCode | null): Promise<void> {
  const at = office === null ? {} : { office }
  await decided(kernel, operator, 'permits', permit({ answer: 'check', ...at }))
  const about = { applicantCnic: '3520298765432', applicantName: 'Bilqis' }
  const { caseId } = await decided(kernel, operator, 'permits', permit({ ...about, ...at }))
  await recordOutcome(kernel, operator, { caseId, version: undefined, outcome: { finding: 'right' } })
}

async function changeUnits(kernel: Kernel, operator: Actor): Promise<void> {
  await addUnit(kernel, operator, {
    code: 'OLD',
    kind: 'office',
    title: { en: 'Old', ur: 'پرانا' },
    parent: undefined,
  })
  await renameUnit(kernel, operator, { code: 'OLD', title: { en: 'Older', ur: 'زیادہ پرانا' } })
  await moveUnit(kernel, operator, { code: 'OLD', parent: 'SD' })
  await closeUnit(kernel, operator, { code: 'OLD' })
}
