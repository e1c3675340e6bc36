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
import { backendById, homeCountry, listBackends } from './store.ts'

export interface Reading {
  readonly installation: Installation
  readonly now: Date
}

/** The country that the transaction's institution calls home. */
export async function homeCountryIn(tx: Transaction, installation: Installation): Promise<string> {
  const set = await tx.maybe(homeCountry, [tx.institutionId])
  return set === undefined ? installation.country : Country.parse(set.country)
}

/** One backend as it stands now, withdrawn or not; `undefined` where it never was. */
export async function backendIn(
  tx: Transaction,
  { installation, now }: Reading,
  backendId: string,
): Promise<StandingBackend | undefined> {
  const [row, home] = await Promise.all([
    tx.maybe(backendById, [tx.institutionId, backendId]),
    homeCountryIn(tx, installation),
  ])
  const stated = row === undefined ? undefined : backendOf(row)
  const builtIn = builtInBackends(installation).find((one) => one.backendId === backendId)
  const found: Backend | undefined = builtIn === undefined ? stated : inForce(builtIn, stated)
  return found === undefined ? undefined : standing(found, home, now)
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
