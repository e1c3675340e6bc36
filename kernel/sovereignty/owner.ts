/** A throw-away database as its owner sees it: to break it, and to read all of it. */
import { buffer } from 'node:stream/consumers'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { Cluster } from '../db/cluster.ts'
import { KERNEL_SCHEMA } from '../db/roles.ts'

export async function asOwner<T>(cluster: Cluster, work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(cluster.owner(KERNEL_SCHEMA))
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Every table of every schema as `copy` writes it, by name. */
export async function* tablesOf(
  cluster: Cluster,
): AsyncGenerator<{ readonly name: string; readonly text: Buffer }> {
  const client = new pg.Client(cluster.owner(KERNEL_SCHEMA))
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('set row_security = off')
    const { rows } = await client.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relkind in ('r', 'p', 'm') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)' order by 1`,
    )
    for (const { name } of rows)
      yield { name, text: await buffer(client.query(copyTo(`copy (select * from ${name}) to stdout`))) }
  } finally {
    await client.end()
  }
}
