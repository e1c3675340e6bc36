/** Units of an institution: a tree of places where its work is done. A case belongs to one, and roles hold at one and below. */
import type { BilingualText } from '@khudi/sdk'
import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { findUnitKind, unitKinds } from './kinds.ts'
import {
  insertChange,
  insertUnit,
  listUnits,
  takeTree,
  type UnitChange,
  type UnitRow,
  unitsNamed,
  updateUnit,
} from './store.ts'

export type { UnitRow } from './store.ts'

type Store = Pick<Kernel, 'db' | 'clock'>

/** What a unit may be called in cases: never changed, since cases and other systems name it. */
export const unitCode = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

const unitTitle = /^[^\p{Cc}]{1,200}$/u

/** @throws Refusal `unit.title_invalid` */
function requireTitle({ en, ur }: BilingualText): void {
  const isName = (text: string) => unitTitle.test(text) && text.isWellFormed() && text.trim() !== ''
  if (!isName(en) || !isName(ur)) throw new Refusal('unit.title_invalid')
}

/** Units by code. */
export async function unitsOf({ db }: Pick<Store, 'db'>, institutionId: string): Promise<readonly UnitRow[]> {
  return db.transaction(institutionId, (tx) => tx.rows(listUnits, [institutionId]), { isReadOnly: true })
}

export interface NewUnit {
  readonly code: string
  readonly kind: string
  readonly title: BilingualText
  /** Code of the unit above it; `undefined` at the top. */
  readonly parent: string | undefined
}

/**
 * @throws Refusal `access.scope_missing`, `unit.code_invalid`, `unit.title_invalid`, `unit.kind_unknown`, `unit.code_taken`,
 *   `unit.unknown`, `unit.closed`
 */
export async function addUnit(kernel: Store, actor: Actor, given: NewUnit): Promise<UnitRow> {
  requireScope(actor, 'unit.manage')
  const { code, title } = given
  requireTitle(title)
  if (!unitCode.test(code)) throw new Refusal('unit.code_invalid', { unit: code.slice(0, 60) })
  const kind = findUnitKind(given.kind)
  if (kind === undefined)
    throw new Refusal('unit.kind_unknown', {
      kind: given.kind.slice(0, 60),
      known: Object.keys(unitKinds).join(', '),
    })
  return change(kernel, actor, async (tx, tree) => {
    const parentId = given.parent === undefined ? null : openUnit(tree, given.parent).unitId
    const row = {
      unitId: newId(),
      code,
      kind,
      titleEn: title.en,
      titleUr: title.ur,
      parentId,
      closedAt: null,
    }
    if ((await tx.run(insertUnit, [tx.institutionId, ...valuesOf(row)])) === 0)
      throw new Refusal('unit.code_taken', { unit: code })
    return { change: 'added', row }
  })
}

/** @throws Refusal `access.scope_missing`, `unit.title_invalid`, `unit.not_found`, `unit.closed` */
export async function renameUnit(
  kernel: Store,
  actor: Actor,
  { code, title }: { readonly code: string; readonly title: BilingualText },
): Promise<UnitRow> {
  requireTitle(title)
  return alter(kernel, actor, {
    code,
    change: 'renamed',
    changed: (row) => ({ ...row, titleEn: title.en, titleUr: title.ur }),
  })
}

/**
 * Moves a unit, with all below it, under another one. Whoever holds a role above it from now on sees its cases.
 *
 * @throws Refusal `access.scope_missing`, `unit.not_found`, `unit.unknown`, `unit.closed`, `unit.cycle`
 */
export async function moveUnit(
  kernel: Store,
  actor: Actor,
  { code, parent }: { readonly code: string; readonly parent: string | undefined },
): Promise<UnitRow> {
  const changed = (row: UnitRow, tree: readonly UnitRow[]) => {
    if (parent === undefined) return { ...row, parentId: null }
    const above = openUnit(tree, parent)
    if (isWithin(tree, above, row.unitId)) throw new Refusal('unit.cycle', { unit: code, parent })
    return { ...row, parentId: above.unitId }
  }
  return alter(kernel, actor, { code, change: 'moved', changed })
}

/** @throws Refusal `access.scope_missing`, `unit.not_found`, `unit.closed`, `unit.has_units` */
export async function closeUnit(
  kernel: Store,
  actor: Actor,
  { code }: { readonly code: string },
): Promise<UnitRow> {
  const at = kernel.clock()
  const changed = (row: UnitRow, tree: readonly UnitRow[]) => {
    const below = tree.find(({ parentId, closedAt }) => parentId === row.unitId && closedAt === null)
    if (below !== undefined) throw new Refusal('unit.has_units', { unit: code, below: below.code })
    return { ...row, closedAt: at }
  }
  return alter(kernel, actor, { code, change: 'closed', changed })
}

/** Changes a unit that is there and open. */
async function alter(
  kernel: Store,
  actor: Actor,
  given: {
    readonly code: string
    readonly change: UnitChange
    changed(row: UnitRow, tree: readonly UnitRow[]): UnitRow
  },
): Promise<UnitRow> {
  requireScope(actor, 'unit.manage')
  return change(kernel, actor, async (tx, tree) => {
    const before = tree.find((one) => one.code === given.code)
    if (before === undefined) throw new Refusal('unit.not_found')
    if (before.closedAt !== null) throw new Refusal('unit.closed', { unit: given.code })
    const row = given.changed(before, tree)
    const { unitId, titleEn, titleUr, parentId, closedAt } = row
    await tx.run(updateUnit, [tx.institutionId, unitId, titleEn, titleUr, parentId, closedAt])
    return { change: given.change, row }
  })
}

/** One transaction, alone with the tree; the unit as it then stands is kept beside it and in the log. */
async function change(
  { db, clock }: Store,
  actor: Actor,
  work: (
    tx: Transaction,
    tree: readonly UnitRow[],
  ) => Promise<{ readonly change: UnitChange; readonly row: UnitRow }>,
): Promise<UnitRow> {
  return db.transaction(actor.institutionId, async (tx) => {
    await tx.run(takeTree, [tx.institutionId])
    const at = clock()
    const { change, row } = await work(tx, await tx.rows(listUnits, [tx.institutionId]))
    const changeId = newId()
    await tx.run(insertChange, [tx.institutionId, changeId, change, at, ...valuesOf(row)])
    await append(tx, { actor: actor.name, at }, [
      {
        kind: `unit.${change}`,
        caseId: null,
        recordId: changeId,
        record: unitRecord({ changeId, change, at }, row),
      },
    ])
    return row
  })
}

const valuesOf = ({ unitId, code, kind, titleEn, titleUr, parentId, closedAt }: UnitRow) => [
  unitId,
  code,
  kind,
  titleEn,
  titleUr,
  parentId,
  closedAt,
]

/** What the log commits to when a unit is added or changed. */
function unitRecord(
  done: { readonly changeId: string; readonly change: UnitChange; readonly at: Date },
  row: UnitRow,
): string {
  return canonicalJson({
    change: done.changeId,
    changedAt: done.at.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    code: row.code,
    kind: row.kind,
    parent: row.parentId,
    title: { en: row.titleEn, ur: row.titleUr },
    unit: row.unitId,
    what: done.change,
  })
}

/** @throws Refusal `unit.unknown`, `unit.closed` */
function openUnit(tree: readonly UnitRow[], code: string): UnitRow {
  const found = tree.find((one) => one.code === code)
  if (found === undefined) throw new Refusal('unit.unknown', { unit: code.slice(0, 60) })
  if (found.closedAt !== null) throw new Refusal('unit.closed', { unit: code })
  return found
}

/** Whether a unit is this one or lies below it. */
function isWithin(tree: readonly UnitRow[], row: UnitRow, unitId: string): boolean {
  const parents = new Map(tree.map((one) => [one.unitId, one.parentId]))
  for (let at: string | null = row.unitId; at !== null; at = parents.get(at) ?? null)
    if (at === unitId) return true
  return false
}

/** Identifier of an open unit, for whoever grants a role there. @throws Refusal `unit.unknown`, `unit.closed` */
export async function openUnitId(tx: Transaction, code: string): Promise<string> {
  return openUnit(await tx.rows(listUnits, [tx.institutionId]), code).unitId
}

/** Whose a case is, by the code that its application names; never guessed. */
export type Placing =
  | { readonly unitId: string | null }
  | { readonly refused: 'unit.unknown' | 'unit.closed' | 'unit.outside' }

/**
 * Places cases at units. As long as the institution has no units, every case is the institution's as a whole; a case whose
 * application names none always is.
 *
 * @param codes of the cases, in their order; null where the application names none
 * @param units where the cases may be opened; `undefined` for everywhere
 */
export async function placesOf(
  tx: Transaction,
  codes: readonly (string | null)[],
  units: readonly string[] | undefined,
): Promise<readonly Placing[]> {
  const named = new Set(codes.filter((code) => code !== null))
  const rows = named.size === 0 ? [] : await tx.rows(unitsNamed, [tx.institutionId, [...named]])
  const known = new Map(rows.map((row) => [row.code, row]))
  const within = units === undefined ? undefined : new Set(units)
  return codes.map((code): Placing => {
    const row = code === null ? undefined : known.get(code)
    if (row === undefined) return within === undefined ? { unitId: null } : { refused: 'unit.outside' }
    if (row.unitId === null) return { refused: 'unit.unknown' }
    if (within !== undefined && !within.has(row.unitId)) return { refused: 'unit.outside' }
    return row.closedAt === null ? { unitId: row.unitId } : { refused: 'unit.closed' }
  })
}
