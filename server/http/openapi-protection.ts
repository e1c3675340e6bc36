/** Which fields of cases and outcomes are sealed, in the description: `x-protection` beside each. */
import { type Application, type ProtectionPlan, protectionPlan } from '@khudi/sdk'
import type { JsonSchema } from './openapi-document.ts'

type Components = Readonly<Record<string, JsonSchema>>

export type ProtectedApplication = Pick<Application, 'id' | 'classification' | 'case' | 'outcome'>

/** Names in the components what `describeSchemas` called the schemas of the applications. */
export function nameProtections(
  components: Components,
  applications: readonly ProtectedApplication[],
): Components {
  for (const { id, classification, case: given, outcome } of applications) {
    nameIn(components[`${id}.case`], protectionPlan(given, classification))
    nameIn(components[`${id}.outcome`], protectionPlan(outcome, classification))
  }
  return components
}

function nameIn(component: JsonSchema | undefined, { protections }: ProtectionPlan): void {
  for (const [path, protection] of protections) {
    const field = path
      .split(/\.|(?=\[\])/)
      .reduce<JsonSchema | undefined>((schema, step) => schema && inside(schema, step), component)
    if (field !== undefined) field['x-protection'] = protection
  }
}

/** The field of a record, or for `[]` the entries of a list; what may be null stands beside null. */
function inside(schema: JsonSchema, step: string): JsonSchema | undefined {
  const { properties, items } = [schema, ...(schema.anyOf ?? [])].filter(isSchema).find(holds) ?? {}
  const found = step === '[]' ? items : properties?.[step]
  return typeof found === 'object' && !Array.isArray(found) ? found : undefined
}

const isSchema = (schema: JsonSchema | boolean): schema is JsonSchema => typeof schema === 'object'
const holds = ({ properties, items }: JsonSchema) => properties !== undefined || items !== undefined
