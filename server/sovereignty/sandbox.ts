/** Makes throw-away installations: a database beside the product's own, in the same server, and a folder. */
import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { operatorActor } from '../../kernel/access/roles.ts'
import { restore } from '../../kernel/backup/restore.ts'
import { type Cluster, withParts } from '../../kernel/db/cluster.ts'
import { Database } from '../../kernel/db/database.ts'
import { prepareDatabase } from '../../kernel/db/open.ts'
import { KERNEL_SCHEMA, quote } from '../../kernel/db/roles.ts'
import { sqlState } from '../../kernel/db/unavailable.ts'
import { foundInstitution, institutions } from '../../kernel/institutions/institutions.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { keyFolder } from '../../kernel/keys/key-folder.ts'
import { loadApplications } from '../../kernel/register/applications.ts'
import { registerApplication } from '../../kernel/register/register.ts'
import { probe, type Sandbox, SandboxImpossible } from '../../kernel/sovereignty/sandbox.ts'
import { makeKernel, objectsFolderOf } from '../platform.ts'

export interface SandboxOptions {
  readonly cluster: Cluster
  /** Data folder of the product; sandboxes are folders in it for as long as they live. */
  readonly folder: string
  readonly enginesFolder: string
  readonly clock: () => Date
  /** The folder that holds the probe; tests put a worse one in its place. */
  readonly applicationsFolder?: string
}

const probeFolder = fileURLToPath(new URL('applications', import.meta.url))

/**
 * @param archive of a backup of another sandbox, which fills it and whose keys it is given
 * @throws SandboxImpossible where the owner of the database may make no other one
 */
export async function openSandbox(options: SandboxOptions, archive?: string): Promise<Sandbox> {
  const database = `khudi_sandbox_${randomBytes(6).toString('hex')}`
  await inDatabase(options.cluster, (owner) =>
    owner.query(`create database ${quote(database)} template template0`),
  ).catch((cause: unknown) => {
    if (sqlState(cause) === '42501') throw new SandboxImpossible('no right to make a database', { cause })
    throw cause
  })
  await mkdir(options.folder, { recursive: true })
  const folder = await mkdtemp(join(options.folder, 'sandbox-'))
  const closing: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true }),
    () => dropDatabase(options.cluster, database),
  ]
  const close = async () => {
    for (const one of closing.splice(0).toReversed()) await one()
  }
  try {
    const cluster = besides(options.cluster, database)
    const objectsFolder = objectsFolderOf(folder)
    if (archive === undefined) await prepareDatabase(cluster, [])
    else {
      await restore({ cluster, objectsFolder, source: archive, applications: [] })
      // Keys are backed up apart from the database; whoever installs anew brings both.
      await cp(join(archive, '../keys'), join(folder, 'keys'), { recursive: true })
    }
    const kernel = await kernelIn(options, { cluster, folder })
    closing.push(
      () => kernel.db.close(),
      () => kernel.workers.close(),
      () => kernel.egress.close(),
    )
    const operator = await operatorIn(kernel, archive === undefined)
    return { kernel, operator, folder, objectsFolder, cluster, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function kernelIn(
  { enginesFolder, clock, applicationsFolder = probeFolder }: SandboxOptions,
  { cluster, folder }: Pick<Sandbox, 'cluster' | 'folder'>,
): Promise<Kernel> {
  // The least memory that Argon2id takes: these keys live for seconds.
  const keys = await keyFolder({ folder: join(folder, 'keys'), passphrase: 'sandbox', memoryKib: 8 })
  const applications = await loadApplications([applicationsFolder])
  const db = new Database({ cluster, connections: 3 })
  return makeKernel({ db, applications, keys, folder }, { settings: { enginesFolder }, workers: 1, clock })
}

const title = { en: 'Throw-away institution', ur: 'عارضی ادارہ' }

async function operatorIn(kernel: Kernel, isNew: boolean): Promise<Sandbox['operator']> {
  if (isNew) {
    const { institutionId } = await foundInstitution(kernel, { name: 'platform' }, { slug: probe, title })
    await registerApplication(kernel, operatorActor(institutionId, 'sandbox'), probe)
  }
  const [only] = await institutions(kernel)
  if (only === undefined) throw new Error('a sandbox has one institution')
  const operator = operatorActor(only.institutionId, 'sandbox')
  return { ...operator, roles: [...operator.roles, 'officer'] }
}

/** The same server and roles, another database. */
function besides(cluster: Cluster, database: string): Cluster {
  const within = (config: pg.ClientConfig): pg.ClientConfig =>
    config.connectionString === undefined
      ? { ...config, database }
      : { ...config, connectionString: withParts(config.connectionString, { database }) }
  return {
    database,
    connection: (role, schema) => within(cluster.connection(role, schema)),
    owner: (schema) => within(cluster.owner(schema)),
    password: (role) => cluster.password(role),
  }
}

/** Sessions that were closed a moment ago are still there; those of other roles are not ours to end. */
async function dropDatabase(cluster: Cluster, database: string): Promise<void> {
  for (let left = dropAttempts; ; left--) {
    try {
      await inDatabase(cluster, (owner) => owner.query(`drop database if exists ${quote(database)}`))
      return
    } catch (error) {
      if (left === 0 || sqlState(error) !== objectInUse) throw error
    }
    await sleep(200)
  }
}

const dropAttempts = 25
const objectInUse = '55006'

async function inDatabase<T>(cluster: Cluster, work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(cluster.owner(KERNEL_SCHEMA))
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
