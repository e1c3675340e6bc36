/** Where and how much is measured. */
import type pg from 'pg'
import type { Installation } from '../../test/installation.ts'
import type { RunningServer } from '../server.ts'

export interface Place {
  readonly installation: Installation
  say(text: string): void
  /** Declarations of the stream. */
  readonly streamed: number
  /** Rows of the history that the model learns from, and of the file of the backlog. */
  readonly taken: number
  /** Of each load of single requests. */
  readonly seconds: number
}

export interface Api {
  readonly server: RunningServer
  readonly key: string
}

export async function withClient<T>(
  { installation }: Pick<Place, 'installation'>,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await installation.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
