/**
 * Lets applications anywhere on the machine import the SDK by its name: the one that the platform itself runs on, not a copy
 * that happens to lie near them. Imported for its effect, once in each thread, before any application is.
 */
import { registerHooks } from 'node:module'

const sdk = import.meta.resolve('@khudi/sdk')

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@khudi/sdk' ? { url: sdk, shortCircuit: true } : next(specifier, context),
})
