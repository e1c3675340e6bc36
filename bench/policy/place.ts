/** An institution with an application of rules alone, on a durable database: deciding costs least there, and asking shows most. */
import { join } from 'node:path'
import { operatorActor } from '../../kernel/access/roles.ts'
import { openDatabase } from '../../kernel/db/open.ts'
import { foundInstitution } from '../../kernel/institutions/institutions.ts'
import { keyFolder } from '../../kernel/keys/key-folder.ts'
import { loadApplications } from '../../kernel/register/applications.ts'
import { registerApplication } from '../../kernel/register/register.ts'
import { makeKernel } from '../../server/platform.ts'
import { root } from '../../test/files.ts'
import type { Installation } from '../../test/installation.ts'

type Place = Awaited<ReturnType<typeof open>>['place']

export async function withPlace<T>(
  { folder, scratch }: Installation,
  slug: string,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const { place, close } = await open({ folder, scratch, slug })
  try {
    return await work(place)
  } finally {
    await close()
  }
}

async function open({
  folder,
  scratch,
  slug,
}: Pick<Installation, 'folder' | 'scratch'> & { readonly slug: string }) {
  const log = { info: () => undefined, warn: () => undefined }
  const database = await openDatabase({ folder, url: undefined, secret: undefined, applications: [], log })
  const keys = await keyFolder({ folder: join(scratch, `keys-${slug}`), passphrase: 'bench' })
  const applications = await loadApplications([join(root, 'test/applications')])
  const kernel = makeKernel(
    { db: database.db, applications, keys, folder },
    { settings: { enginesFolder: join(root, 'engines') }, workers: 1 },
  )
  const title = { en: 'Policy', ur: 'پالیسی' }
  const { institutionId } = await foundInstitution(kernel, { name: 'operator:bench' }, { slug, title })
  const operator = operatorActor(institutionId, 'bench')
  await registerApplication(kernel, operator, 'permits')
  const close = async () => {
    await kernel.workers.close()
    await database.close()
  }
  return { place: { kernel, operator, institutionId }, close }
}
