/** What the lock file says is installed, held against what lies in the folder of modules. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Locked = z.object({
  version: z.string().optional(),
  license: z.unknown().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  peer: z.boolean().optional(),
})
const Lock = z.object({ packages: z.record(z.string(), Locked) })
const Manifest = z.object({ name: z.string(), version: z.string() })

export interface LockedPackage {
  /** `node_modules/zod` */
  readonly path: string
  readonly name: string
  readonly version: string
  /** Subresource Integrity of its archive, as the registry stated it. */
  readonly integrity: string | undefined
  readonly license: string | undefined
  readonly isDevelopment: boolean
  /** Of another platform: it need not be there. */
  readonly isOptional: boolean
}

/** Packages that are not folders of this very product. */
export function lockedPackages(productFolder: string): readonly LockedPackage[] {
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(productFolder, 'package-lock.json'), 'utf8')))
  return Object.entries(packages).flatMap(([path, { version, integrity, license, ...flags }]) => {
    const at = path.lastIndexOf('node_modules/')
    if (at === -1 || flags.link === true || version === undefined) return []
    return [
      {
        path,
        name: path.slice(at + 'node_modules/'.length),
        version,
        integrity,
        license: typeof license === 'string' ? license : undefined,
        isDevelopment: flags.dev === true,
        isOptional: flags.optional === true || flags.peer === true,
      },
    ]
  })
}

export interface Compared {
  /** Packages that lie there as they are locked. */
  readonly same: number
  /** What is not as it is locked, one line each. */
  readonly differences: readonly string[]
}

/** By name and version of each package's own manifest; what is for development alone need not be there. */
export function comparePackages(productFolder: string): Compared {
  let same = 0
  const differences: string[] = []
  for (const { path, name, version, isDevelopment, isOptional } of lockedPackages(productFolder)) {
    const file = join(productFolder, path, 'package.json')
    if (!existsSync(file)) {
      if (!isDevelopment && !isOptional) differences.push(`${name} ${version} is missing`)
      continue
    }
    const manifest = Manifest.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (manifest.success && manifest.data.version === version) same += 1
    else differences.push(`${name} is not ${version}`)
  }
  return { same, differences }
}
