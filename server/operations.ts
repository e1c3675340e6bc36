import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { AnyOperation } from '../kernel/operation.ts'

/** Every operation of the API, found by scanning the kernel's nouns for `routes.ts`. */
export async function findOperations(): Promise<readonly AnyOperation[]> {
  const kernel = new URL('../kernel/', import.meta.url)
  const nouns = (await readdir(kernel, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const routes = nouns
    .map(({ name }) => new URL(`${name}/routes.ts`, kernel))
    .filter((url) => existsSync(url))
  const modules: { operations: readonly AnyOperation[] }[] = await Promise.all(
    routes.map((url) => import(url.href)),
  )
  return modules.flatMap(({ operations }) => operations)
}
