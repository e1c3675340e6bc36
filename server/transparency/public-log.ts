/**
 * The institutions' logs as anybody may read them (c2sp.org/tlog-tiles): `/log/<institution>/checkpoint` and its tiles.
 * Nothing here needs an account: the log holds nothing but commitments, and a log that asks who reads it convinces nobody.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'
import { institutionNamed } from '../../kernel/institutions/institutions.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type LogKeyRow, logKeysOf } from '../../kernel/log/log-keys.ts'
import { logOf, publishedCheckpoint, publishedTile, tilesOf } from '../../kernel/log/published.ts'
import { verifyingPolicy } from '../../kernel/log/receipts.ts'
import type { LogPlace, SignedCheckpoint } from '../../kernel/log/standing.ts'
import { findTileName, type TileName } from '../../kernel/log/tile-path.ts'
import type { VerifiedTiles } from '../../kernel/log/verified-tiles.ts'
import { acceptsGzip } from '../pages/assets.ts'

/** A checkpoint is another one a moment later; two seconds keep a crowd of readers from asking for each. */
const mutable = 'public, max-age=2'
/** What is under the name of a tile never changes. */
const immutable = 'public, max-age=31536000, immutable'

const compress = promisify(gzip)

type Served = Pick<Kernel, 'db' | 'logFolder' | 'clock'>

export function mountPublicLog(app: FastifyInstance, kernel: Served): void {
  const logs = new OpenLogs(kernel)
  const sendText = (reply: FastifyReply, text: string) =>
    reply.header('content-type', 'text/plain; charset=utf-8').header('cache-control', mutable).send(text)

  app.get<Named>('/log/:slug/checkpoint', async ({ params }, reply) => {
    const { checkpoint } = await logs.current(params.slug)
    return sendText(reply, checkpoint.note)
  })

  app.get<Named>('/log/:slug/keys', async ({ params }, reply) => {
    const { institutionId } = await institutionNamed(kernel, params.slug)
    const { origin, keys } = await logKeysOf(kernel, institutionId)
    return reply.header('cache-control', mutable).send({ origin, keys: keys.map(keyReply) })
  })

  app.get<Named>('/log/:slug/policy', async ({ params }, reply) => {
    const { institutionId } = await institutionNamed(kernel, params.slug)
    return sendText(reply, await verifyingPolicy(kernel, institutionId))
  })

  app.get<{ Params: { slug: string; '*': string } }>('/log/:slug/tile/*', async (request, reply) => {
    const { slug, '*': path } = request.params
    const name = findTileName(`tile/${path}`)
    const bytes = name && (await logs.tile(slug, name))
    if (name === undefined || bytes === undefined) throw new Refusal('log.no_such_tile')
    reply.header('content-type', 'application/octet-stream').header('cache-control', immutable)
    const isCompressed = name.level === 'entries' && acceptsGzip(request.headers['accept-encoding'])
    return isCompressed ? sendCompressed(reply, bytes) : reply.send(Buffer.from(bytes))
  })
}

interface Named {
  readonly Params: { readonly slug: string }
}

/** A tree that somebody asked for. */
interface Current {
  readonly checkpoint: SignedCheckpoint
  readonly tiles: VerifiedTiles
}

/** The logs that were asked for, each with the tiles of its newest tree. */
class OpenLogs {
  readonly #kernel: Served
  readonly #places = new Map<string, LogPlace>()
  readonly #newest = new Map<string, Current>()

  constructor(kernel: Served) {
    this.#kernel = kernel
  }

  /** @throws Refusal `institution.not_found`, `log.empty` */
  async current(slug: string): Promise<Current> {
    const place = await this.#place(slug)
    const checkpoint = await publishedCheckpoint(place, this.#kernel.clock())
    if (checkpoint === undefined) throw new Refusal('log.empty', { institution: slug })
    const known = this.#newest.get(slug)
    if (known?.checkpoint.note === checkpoint.note) return known
    const made = { checkpoint, tiles: tilesOf(place, checkpoint) }
    this.#newest.set(slug, made)
    return made
  }

  /** What a tree had is in every later one, so the newest known is asked first, without a look at the database. */
  async tile(slug: string, name: TileName): Promise<Uint8Array | undefined> {
    const known = this.#newest.get(slug)
    const found = known && (await publishedTile(known.tiles, known.checkpoint.size, name))
    if (found !== undefined) return found
    const { tiles, checkpoint } = await this.current(slug)
    return publishedTile(tiles, checkpoint.size, name)
  }

  async #place(slug: string): Promise<LogPlace> {
    const known = this.#places.get(slug)
    if (known !== undefined) return known
    const { institutionId } = await institutionNamed(this.#kernel, slug)
    const place = await logOf(this.#kernel, institutionId)
    if (place === undefined) throw new Refusal('log.empty', { institution: slug })
    this.#places.set(slug, place)
    return place
  }
}

/** A key with the note by which the one before handed over to it, so that whoever trusts the first can follow. */
const keyReply = ({ algorithm, keyNumber, vkey, handover, createdAt, retiredAt }: LogKeyRow) => ({
  algorithm,
  number: keyNumber,
  vkey,
  handover,
  createdAt: createdAt.toISOString(),
  retiredAt: retiredAt?.toISOString() ?? null,
})

/** Hashes do not compress; bundles do a little, by their lengths. */
async function sendCompressed(reply: FastifyReply, bytes: Uint8Array): Promise<FastifyReply> {
  return reply
    .header('content-encoding', 'gzip')
    .header('vary', 'accept-encoding')
    .send(await compress(bytes))
}
