/** The description of the API as a stranger reads it: only what `/v1/openapi.json` says. */
import { z } from 'zod'

/** A JSON schema as far as our description uses it. */
export interface Schema {
  readonly [key: string]: unknown
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
}

export interface DescribedOperation {
  readonly id: string
  readonly method: string
  /** `/v1/cases/{caseId}` */
  readonly path: string
  /** What the caller has to hold; `undefined` for what anybody may ask. */
  readonly scope: string | undefined
  readonly parameters: readonly Parameter[]
  /** By media type; empty where it takes no body. */
  readonly bodies: ReadonlyMap<string, Schema>
  /** By status, then by media type. */
  readonly responses: ReadonlyMap<number, ReadonlyMap<string, Schema>>
}

export interface Description {
  readonly operations: readonly DescribedOperation[]
  readonly components: Readonly<Record<string, Schema>>
  /** Methods by path. */
  readonly methods: ReadonlyMap<string, ReadonlySet<string>>
}

const AnySchema = z.record(z.string(), z.unknown())
const Content = z.record(z.string(), z.object({ schema: AnySchema }))
const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        'x-scope': z.string().optional(),
        parameters: z
          .array(
            z.object({
              name: z.string(),
              in: z.enum(['path', 'query', 'header']),
              required: z.boolean(),
              schema: AnySchema,
            }),
          )
          .default([]),
        requestBody: z.object({ content: Content }).optional(),
        responses: z.record(z.string(), z.object({ content: Content.optional() })),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), AnySchema) }),
})

/** Reads the text of an OpenAPI document. */
export function readDescription(text: string): Description {
  const { paths, components } = Document.parse(JSON.parse(text))
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): DescribedOperation => {
      const responses = Object.entries(one.responses).map(
        ([status, { content = {} }]) => [Number(status), schemasOf(content)] as const,
      )
      return {
        id: one.operationId,
        method: method.toUpperCase(),
        path,
        scope: one['x-scope'],
        parameters: one.parameters,
        bodies: schemasOf(one.requestBody?.content ?? {}),
        responses: new Map(responses),
      }
    }),
  )
  const methods = Object.entries(paths).map(
    ([path, of]) => [path, new Set(Object.keys(of).map((method) => method.toUpperCase()))] as const,
  )
  return { operations, components: components.schemas, methods: new Map(methods) }
}

function schemasOf(content: z.output<typeof Content>): ReadonlyMap<string, Schema> {
  return new Map(Object.entries(content).map(([type, { schema }]) => [type, schema]))
}

const prefix = '#/components/schemas/'

/** The schema itself where it only refers to a component. */
export function resolved(schema: Schema, components: Description['components']): Schema {
  const { $ref } = schema
  if (typeof $ref !== 'string') return schema
  const found = components[$ref.slice(prefix.length)]
  if (!$ref.startsWith(prefix) || found === undefined) throw new Error(`the description refers to ${$ref}`)
  return resolved(found, components)
}
