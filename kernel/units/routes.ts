import { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.ts'
import { unitKindTitle } from './kinds.ts'
import { addUnit, closeUnit, moveUnit, renameUnit, type UnitRow, unitsOf } from './units.ts'

const Code = z.string().min(1).max(60)
const CodeParams = z.strictObject({ unitCode: Code })
const Parent = Code.nullable().describe('Code of the unit above; null at the top of the tree')

const UnitReply = z.strictObject({
  unitId: z.uuid(),
  code: z.string(),
  kind: z.string(),
  kindTitle: BilingualText,
  title: BilingualText,
  parentId: z.uuid().nullable(),
  closedAt: z.iso.datetime().nullable(),
})

const unitReply = (row: UnitRow): z.infer<typeof UnitReply> => ({
  unitId: row.unitId,
  code: row.code,
  kind: row.kind,
  kindTitle: unitKindTitle(row.kind),
  title: { en: row.titleEn, ur: row.titleUr },
  parentId: row.parentId,
  closedAt: row.closedAt?.toISOString() ?? null,
})

const listRoute = operation({
  id: 'units.list',
  method: 'GET',
  path: '/v1/units',
  summary: 'Units of the institution by code, closed ones included',
  scope: 'unit.read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ items: z.array(UnitReply) }) },
  refusals: [],
  async handle(kernel, { actor }) {
    const items = (await unitsOf(kernel, actor.institutionId)).map(unitReply)
    return { status: 200, body: { items } }
  },
})

const addRoute = operation({
  id: 'units.add',
  method: 'POST',
  path: '/v1/units',
  summary: 'Adds a unit to the tree',
  scope: 'unit.manage',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({ code: Code, kind: z.string().max(60), title: BilingualText, parent: Parent }),
  reply: { status: 201, schema: UnitReply },
  refusals: [
    'unit.closed',
    'unit.code_invalid',
    'unit.code_taken',
    'unit.kind_unknown',
    'unit.title_invalid',
    'unit.unknown',
  ],
  async handle(kernel, { actor, body }) {
    const { parent, ...given } = body
    const row = await addUnit(kernel, actor, { ...given, parent: parent ?? undefined })
    return { status: 201, body: unitReply(row) }
  },
})

const renameRoute = operation({
  id: 'units.rename',
  method: 'POST',
  path: '/v1/units/{unitCode}/rename',
  summary: 'Gives a unit another title; its code stays',
  scope: 'unit.manage',
  params: CodeParams,
  query: z.strictObject({}),
  body: z.strictObject({ title: BilingualText }),
  reply: { status: 200, schema: UnitReply },
  refusals: ['unit.closed', 'unit.not_found', 'unit.title_invalid'],
  async handle(kernel, { actor, params, body }) {
    const row = await renameUnit(kernel, actor, { code: params.unitCode, title: body.title })
    return { status: 200, body: unitReply(row) }
  },
})

const moveRoute = operation({
  id: 'units.move',
  method: 'POST',
  path: '/v1/units/{unitCode}/move',
  summary: 'Moves a unit and all below it; whoever holds a role above it from then on sees its cases',
  scope: 'unit.manage',
  params: CodeParams,
  query: z.strictObject({}),
  body: z.strictObject({ parent: Parent }),
  reply: { status: 200, schema: UnitReply },
  refusals: ['unit.closed', 'unit.cycle', 'unit.not_found', 'unit.unknown'],
  async handle(kernel, { actor, params, body }) {
    const row = await moveUnit(kernel, actor, { code: params.unitCode, parent: body.parent ?? undefined })
    return { status: 200, body: unitReply(row) }
  },
})

const closeRoute = operation({
  id: 'units.close',
  method: 'POST',
  path: '/v1/units/{unitCode}/close',
  summary: 'Closes a unit: no case is opened there and no role granted; what is there stays',
  scope: 'unit.manage',
  params: CodeParams,
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: UnitReply },
  refusals: ['unit.closed', 'unit.has_units', 'unit.not_found'],
  async handle(kernel, { actor, params }) {
    const row = await closeUnit(kernel, actor, { code: params.unitCode })
    return { status: 200, body: unitReply(row) }
  },
})

export const operations: readonly AnyOperation[] = [listRoute, addRoute, renameRoute, moveRoute, closeRoute]
