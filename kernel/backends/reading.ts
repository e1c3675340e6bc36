/** Reads the register inside a transaction: for the egress, which must not depend on the whole kernel. */
import type { Transaction } from '../db/database.ts'
import {
  type Backend,
  backendOf,
  builtInBackends,
  type Installation,
  inForce,
  type StandingBackend,
  standing,
} from './backend.ts'
import { Country } from './facts.ts'
import { backendsById, homeCountry, listBackends } from './store.ts'

export interface Reading {
  readonly installation: Installation
  readonly now: Date
}

/** The country that the transaction's institution calls home. */
export async function homeCountryIn(tx: Transaction, installation: Installation): Promise<string> {
  const set = await tx.maybe(homeCountry, [tx.institutionId])
  return set === undefined ? installation.country : Country.parse(set.country)
}

/** Backends as they stand at one moment, withdrawn or not, by identifier. */
export type Standing = ReadonlyMap<string, StandingBackend>

/** One backend as it stands now, withdrawn or not; `undefined` where it never was. */
export async function backendIn(
  tx: Transaction,
  reading: Reading,
  backendId: string,
): Promise<StandingBackend | undefined> {
  return (await standingIn(tx, reading, [backendId])).get(backendId)
}

/** Several at once; one that never was is left out. */
export async function standingIn(
  tx: Transaction,
  { installation, now }: Reading,
  backendIds: readonly string[],
): Promise<Standing> {
  const [rows, home] = await Promise.all([
    tx.rows(backendsById, [tx.institutionId, backendIds]),
    homeCountryIn(tx, installation),
  ])
  const stated = new Map(rows.map((row) => [row.backendId, backendOf(row)]))
  const builtIns = new Map(builtInBackends(installation).map((one) => [one.backendId, one]))
  return new Map(
    backendIds.flatMap((backendId) => {
      const builtIn = builtIns.get(backendId)
      const found: Backend | undefined =
        builtIn === undefined ? stated.get(backendId) : inForce(builtIn, stated.get(backendId))
      return found === undefined ? [] : [[backendId, standing(found, home, now)] as const]
    }),
  )
}

/** All of them, those withdrawn included, by identifier. */
export async function backendsIn(
  tx: Transaction,
  { installation, now }: Reading,
): Promise<readonly StandingBackend[]> {
  const [rows, home] = await Promise.all([
    tx.rows(listBackends, [tx.institutionId]),
    homeCountryIn(tx, installation),
  ])
  const stated = new Map(rows.map((row) => [row.backendId, backendOf(row)]))
  const builtIns = builtInBackends(installation)
  const own = builtIns.map((one) => inForce(one, stated.get(one.backendId)))
  const isBuiltIn = (id: string) => builtIns.some(({ backendId }) => backendId === id)
  const others = [...stated.values()].filter(({ backendId }) => !isBuiltIn(backendId))
  return [...own, ...others]
    .sort((a, b) => (a.backendId < b.backendId ? -1 : 1))
    .map((one) => standing(one, home, now))
}
