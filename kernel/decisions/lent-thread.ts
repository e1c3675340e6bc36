/** Entry of a thread that is lent to an engine: runs the default export of one of the engine's modules. */
import { workerData } from 'node:worker_threads'
import '../register/sdk-resolution.ts'
import type { Helping } from './lent-threads.ts'

const { module, given }: Helping = workerData
const { default: help }: { readonly default: (given: unknown) => void } = await import(module)
help(given)
