/** The words of every closed set are the same in the code and in the table's `check`; a word more in either is refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classifications, languages, legalBasisKinds } from '@khudi/sdk'
import { BackendKind } from '../kernel/backends/facts.ts'
import { BackendRow, Scheme } from '../kernel/backends/store.ts'
import { CaseState } from '../kernel/cases/states.ts'
import { CaseSource } from '../kernel/cases/store.ts'
import { ConsentChannel, ConsentEvent, ConsentUse } from '../kernel/consents/events.ts'
import { ReviewKind } from '../kernel/decisions/store.ts'
import { delimiters } from '../kernel/imports/mapping.ts'
import { ImportRow, ImportState } from '../kernel/imports/store.ts'
import { JobState } from '../kernel/jobs/store.ts'
import { LogKeyRow } from '../kernel/log/store.ts'
import { ModelOrigin, ModelState } from '../kernel/models/store.ts'
import { Ending } from '../kernel/proposals/store.ts'
import { SystemState } from '../kernel/register/store.ts'
import { Verdict } from '../kernel/reviews/store.ts'
import { ceremonies } from '../kernel/sign-in/ceremonies.ts'
import { AddressClass, FactorKind, Method, SecondFactor, Stage } from '../kernel/sign-in/store.ts'
import { UnitChange } from '../kernel/units/store.ts'
import { ErasureGround } from '../kernel/vault/grounds.ts'
import { freshDatabase } from './database.ts'

const database = await freshDatabase()
const owner = await database.connect()

const sets = [
  ['accounts', 'language', languages],
  ['ai_systems', 'legal_basis_kind', legalBasisKinds],
  ['ai_systems', 'state', SystemState.options],
  ['backends', 'change', BackendRow.shape.change.options],
  ['backends', 'kind', BackendKind.options],
  ['backends', 'scheme', Scheme.options],
  ['transfers', 'classification', classifications.filter((one) => one !== 'open')],
  ['cases', 'source', CaseSource.options],
  ['cases', 'state', CaseState.options],
  ['consents', 'channel', ConsentChannel.options],
  ['consents', 'event', ConsentEvent.options],
  ['consents', 'use', ConsentUse.options],
  ['decisions', 'review', ReviewKind.options],
  ['imports', 'state', ImportState.options],
  ['jobs', 'state', JobState.options],
  ['log_keys', 'algorithm', LogKeyRow.shape.algorithm.options],
  ['models', 'origin', ModelOrigin.options],
  ['models', 'state', ModelState.options],
  ['proposal_endings', 'state', Ending.options],
  ['reviews', 'verdict', Verdict.options],
  ['factors', 'kind', FactorKind.options],
  ['sessions', 'address_class', AddressClass.options],
  ['sessions', 'method', Method.options],
  ['sessions', 'stage', Stage.options],
  ['sign_in_ceremonies', 'kind', Object.values(ceremonies).map(({ kind }) => kind)],
  ['sign_in_rules', 'second_factor', SecondFactor.options],
  ['unit_changes', 'change', UnitChange.options],
  ['vault_keys', 'erasure_ground', ErasureGround.options],
] as const

/** Columns with a `check` of the form `column in ('a', 'b')`, as `table.column`, with their words. */
async function checkedColumns(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await owner.query<{ column: string; definition: string }>(
    `select relname || '.' || attname as column, pg_get_constraintdef(pg_constraint.oid) as definition
     from pg_constraint join pg_class on pg_class.oid = conrelid
       join pg_attribute on attrelid = conrelid and attnum = conkey[1]
     where contype = 'c' and relnamespace = 'kernel'::regnamespace
       and pg_get_constraintdef(pg_constraint.oid) like 'CHECK ((% = ANY (ARRAY[%'`,
  )
  const words = (definition: string) =>
    [...definition.matchAll(/'([^']*)'::text/g)].map(([, word = '']) => word)
  return new Map(rows.map(({ column, definition }) => [column, words(definition)]))
}

const checked = await checkedColumns()

for (const [table, column, options] of sets)
  test(`${table}.${column} takes the words that the code knows`, () => {
    assert.deepEqual(checked.get(`${table}.${column}`)?.toSorted(), [...options].toSorted())
  })

test('every column that takes certain words alone is compared here', () => {
  assert.deepEqual(
    [...checked.keys()].toSorted(),
    sets.map(([table, column]) => `${table}.${column}`).toSorted(),
  )
})

test('the delimiters of a stored import are those that a mapping may declare', () => {
  assert.deepEqual(ImportRow.shape.delimiter.options, delimiters)
})
