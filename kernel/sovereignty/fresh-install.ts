/** Check 8: what is exported can be installed anew elsewhere, with the same register and the same root of the log. */
import { join } from 'node:path'
import { backup } from '../backup/backup.ts'
import { systemsOf } from '../register/register.ts'
import type { Found, Subject } from './check.ts'
import { auditSandbox, inSandbox, openProbeCase, placeEntries, probePerson, type Sandbox } from './sandbox.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

async function registerOf({ kernel, operator }: Sandbox): Promise<string> {
  const systems = await systemsOf(kernel, operator.institutionId)
  return JSON.stringify(
    systems.map(({ applicationId, applicationDigest, state }) => [
      applicationId,
      hex(applicationDigest),
      state,
    ]),
  )
}

export async function movesWhole({ openSandbox }: Subject): Promise<Found> {
  return inSandbox(openSandbox, async (sandbox) => {
    for (const index of [1, 2, 3]) await openProbeCase(sandbox, probePerson(index))
    const { size, rootHash } = await placeEntries(sandbox)
    const { cluster, objectsFolder, folder, kernel } = sandbox
    const archive = join(folder, 'export.tar')
    await backup({
      cluster,
      objectsFolder,
      destination: archive,
      productVersion: 'probe',
      now: kernel.clock(),
    })
    return inSandbox(
      () => openSandbox(archive),
      async (installed) => {
        const again = await placeEntries(installed)
        const isSameLog = again.size === size && hex(again.rootHash) === hex(rootHash)
        const isSameRegister = (await registerOf(installed)) === (await registerOf(sandbox))
        const [finding] = await auditSandbox(installed)
        return said({ size, root: hex(rootHash), isSameLog, isSameRegister, finding })
      },
    )
  })
}

interface Compared {
  readonly size: number
  readonly root: string
  readonly isSameLog: boolean
  readonly isSameRegister: boolean
  readonly finding: string | undefined
}

function said({ size, root, isSameLog, isSameRegister, finding }: Compared): Found {
  const seen = { count: size, digest: root }
  if (isSameLog && isSameRegister && finding === undefined)
    return {
      ...seen,
      state: 'green',
      says: {
        en: `A throw-away installation was exported and installed anew: the same register, and the same root over ${size} entries`,
        ur: `ایک عارضی تنصیب برآمد کر کے نئے سرے سے نصب کی گئی: وہی رجسٹر، اور ${size} اندراجات پر وہی جڑ`,
      },
    }
  const en = finding ?? (isSameLog ? 'the register is another one' : 'the root of the log is another one')
  return {
    ...seen,
    state: 'red',
    says: { en: `After a fresh installation ${en}`, ur: `نئی تنصیب کے بعد فرق نکلا: ${en}` },
  }
}
