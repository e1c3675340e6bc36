/** What runs, as a CycloneDX 1.6 document: packages (SBOM), and registered applications and live models (ML-BOM). */
import type { Actor } from '../access/roles.ts'
import type { Kernel } from '../kernel.ts'
import { modelsOf } from '../models/models.ts'
import { systemsOf } from '../register/register.ts'
import { type LockedPackage, lockedPackages } from './packages.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

export interface BillOptions {
  readonly kernel: Kernel
  readonly actor: Actor
  readonly productFolder: string
  readonly productVersion: string
  readonly productDigest: string
}

export async function billOfMaterials(options: BillOptions) {
  const { productFolder, productVersion, productDigest, kernel } = options
  const packages = lockedPackages(productFolder).filter(({ isDevelopment }) => !isDevelopment)
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: kernel.clock().toISOString(),
      component: {
        type: 'application',
        name: 'khudi',
        version: productVersion,
        hashes: [{ alg: 'SHA-256', content: productDigest }],
      },
    },
    components: [...packages.map(componentOf), ...(await registeredComponents(options))],
  }
}

/** The registry states the SHA-512 of a package's archive in base64; CycloneDX wants hexadecimal digits. */
function componentOf({ name, version, integrity, license }: LockedPackage) {
  const sha512 = integrity?.split(' ').find((one) => one.startsWith('sha512-'))
  return {
    type: 'library',
    'bom-ref': `pkg:npm/${encodeName(name)}@${version}`,
    purl: `pkg:npm/${encodeName(name)}@${version}`,
    name,
    version,
    ...(license !== undefined && { licenses: [{ expression: license }] }),
    ...(sha512 !== undefined && {
      hashes: [
        { alg: 'SHA-512', content: Buffer.from(sha512.slice('sha512-'.length), 'base64').toString('hex') },
      ],
    }),
  }
}

/** A scope's `@` is encoded in a package URL. */
const encodeName = (name: string) => name.replace(/^@/, '%40')

async function registeredComponents({ kernel, actor }: BillOptions) {
  const systems = await systemsOf(kernel, actor.institutionId)
  const parts = await Promise.all(
    systems
      .filter(({ state }) => state === 'live')
      .map(async ({ applicationId, applicationDigest }) => {
        const models = await modelsOf(kernel, actor, applicationId)
        return [
          {
            type: 'application',
            'bom-ref': `application:${applicationId}`,
            name: applicationId,
            version: hex(applicationDigest).slice(0, 12),
            hashes: [{ alg: 'SHA-256', content: hex(applicationDigest) }],
          },
          ...models
            .filter(({ state }) => state === 'live')
            .map(({ modelName, modelDigest, engine }) => ({
              type: 'machine-learning-model',
              'bom-ref': `model:${applicationId}/${modelName}`,
              name: `${applicationId}/${modelName}`,
              version: hex(modelDigest).slice(0, 12),
              hashes: [{ alg: 'SHA-256', content: hex(modelDigest) }],
              modelCard: { modelParameters: { architectureFamily: engine } },
            })),
        ]
      }),
  )
  return parts.flat()
}
