/** What an application may say. The only public entry; applications import nothing else. */
export { z } from 'zod'
export * from './application.ts'
export { isRegion } from './countries.ts'
export * from './currencies.ts'
export { isApplicationId } from './declaration.ts'
export { defineApplication, defineModel } from './define.ts'
export { describeFields, type FieldDescription } from './describe.ts'
export * from './engine.ts'
export * from './evaluation.ts'
export * from './features.ts'
export * from './fields.ts'
export { isIban, nationalDigits } from './identifiers.ts'
export * from './legal-basis.ts'
export { type FieldProblem, fieldPath } from './problems.ts'
export {
  type Divided,
  divide,
  type PlannedField,
  type ProtectionPlan,
  protectionPlan,
  unite,
} from './protection.ts'
export { type CaseFacts, type Read, readCase, readWith } from './read.ts'
export { type Rule, withRules } from './rules.ts'
export { mayTellSealed, type SealedValues, sealedValues, tellsSealed } from './sealed-values.ts'
export * from './text.ts'
export { type Unit, units } from './units.ts'
