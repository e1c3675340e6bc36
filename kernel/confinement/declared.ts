/** The declaration of a confined application as the server holds it: made from data, with no line of the application's code. */
import { type AnyModelSpec, type Application, defineApplication, fieldRegistry } from '@khudi/sdk'
import { z } from 'zod'
import { Description, type FieldNode, type Form } from './description.ts'

/**
 * Puts a declaration together from what a confined application said of itself, and checks it as any other. Its schemas describe:
 * they serve forms, sealing and the description of the API. Cases and outcomes are read in the confined process only.
 *
 * @throws Error naming the application and what its description breaks
 */
export function declaredFrom(said: unknown): Application {
  const read = Description.safeParse(said)
  if (!read.success) {
    const [issue] = read.error.issues
    throw new Error(`its description is not one: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const {
    models,
    hasSubject,
    hasUnit,
    case: given,
    outcome,
    retention,
    reasons,
    recommendations,
    ...rest
  } = read.data
  return defineApplication({
    ...rest,
    ...(retention !== undefined && { retention }),
    ...(reasons !== undefined && { reasons }),
    recommendations: Object.fromEntries(Object.entries(recommendations).map(recommendationOf)),
    case: schemaOf(given),
    outcome: schemaOf(outcome),
    models: Object.fromEntries(Object.entries(models).map(([name, model]) => [name, modelOf(model)])),
    reference: elsewhere,
    occurredOn: elsewhere,
    ...(hasSubject && { subject: elsewhere }),
    ...(hasUnit && { unit: elsewhere }),
    decide: elsewhere,
  })
}

function recommendationOf([name, said]: [string, Description['recommendations'][string]]) {
  const { label, adverse, review } = said
  const { role, sample } = review
  const rule = { role, ...(sample !== undefined && { sample }) }
  return [name, { label, review: rule, ...(adverse !== undefined && { adverse }) }] as const
}

/** Stands where a function of the application would. */
function elsewhere(): never {
  throw new Error('a confined application runs in its own process: ask the workers')
}

function modelOf({ engine, features, hasValue, valueLabel }: Description['models'][string]): AnyModelSpec {
  const specs = Object.fromEntries(
    Object.entries(features).map(([name, { kind, label, monotone, reason, unseen, comparison }]) => [
      name,
      {
        kind,
        label,
        ...(monotone !== undefined && { monotone }),
        ...(reason !== undefined && { reason }),
        ...(unseen !== undefined && { unseen }),
        ...(comparison !== undefined && { comparison }),
      },
    ]),
  )
  return {
    engine,
    features: specs,
    extract: elsewhere,
    label: elsewhere,
    ...(hasValue && { value: elsewhere }),
    ...(valueLabel !== undefined && { valueLabel }),
  }
}

function schemaOf({ meta, isOptional, form }: FieldNode): z.ZodType {
  const schema = schemaOfForm(form)
  if (meta !== undefined) {
    const { label, kind, protection, unit, choices } = meta
    fieldRegistry.add(schema, {
      label,
      kind,
      ...(protection !== undefined && { protection }),
      ...(unit !== undefined && { unit }),
      ...(choices !== undefined && { choices }),
    })
  }
  return isOptional ? schema.optional() : schema
}

function schemaOfForm(form: Form): z.ZodType {
  switch (form.type) {
    case 'object':
      return z.strictObject(Object.fromEntries(form.parts.map(([name, part]) => [name, schemaOf(part)])))
    case 'array':
      return z
        .array(schemaOf(form.element))
        .min(form.minItems ?? 0)
        .max(form.maxItems ?? 1000)
    case 'number':
      return z
        .number()
        .min(form.minimum ?? -1e15)
        .max(form.maximum ?? 1e15)
    case 'boolean':
      return z.boolean()
    case 'string':
      return textOf(form)
    default:
      return z.unknown()
  }
}

/** The pattern is stated as a text: a stranger's regular expression may take for ever. */
function textOf({ maxLength, pattern, choices }: Extract<Form, { type: 'string' }>): z.ZodType {
  if (choices !== undefined) return z.enum(choices)
  const text = maxLength === undefined ? z.string() : z.string().max(maxLength)
  return pattern === undefined ? text : text.meta({ pattern })
}
