/** Every statement of the product, found by scanning for `store.ts`. */
import { basename, relative } from 'node:path'
import type { Statement } from '../kernel/db/statement.ts'
import { root, sourceFiles } from './files.ts'

/** Absolute paths of the stores. */
export function storeFiles(): Promise<string[]> {
  return sourceFiles((path) => basename(path) === 'store.ts')
}

/** The application whose schema a store is about; undefined for the kernel's. */
export function applicationOf(store: string): string | undefined {
  return /^applications\/([^/]+)\//.exec(relative(root, store))?.[1]
}

/** What a module exports of statements, on their own or in a plain object of them. */
export function statementsOf(module: object): Statement<unknown>[] {
  const exported: unknown[] = Object.values(module)
  const inside = exported.flatMap((value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    !isStatement(value)
      ? Object.values(value)
      : [],
  )
  return [...exported, ...inside].filter(isStatement)
}

function isStatement(value: unknown): value is Statement<unknown> {
  return (
    typeof value === 'object' && value !== null && 'text' in value && 'name' in value && 'decode' in value
  )
}
