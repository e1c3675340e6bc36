/** The two files that every page links: named by their content, so that a browser keeps them for good. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { sha256 } from '../../kernel/canonical.ts'

interface Asset {
  readonly path: string
  readonly type: string
  readonly bytes: Buffer
  readonly compressed: Buffer
}

function assetOf(name: string, extension: string, type: string): Asset {
  const bytes = readFileSync(new URL(`${name}.${extension}`, import.meta.url))
  const digest = sha256(bytes).toString('hex').slice(0, 16)
  return { path: `/pages/${name}-${digest}.${extension}`, type, bytes, compressed: gzipSync(bytes) }
}

export const assets = {
  style: assetOf('style', 'css', 'text/css; charset=utf-8'),
  icon: assetOf('icon', 'svg', 'image/svg+xml'),
} as const

export function mountAssets(app: FastifyInstance): void {
  for (const { path, type, bytes, compressed } of Object.values(assets)) {
    app.get(path, (request, reply) => {
      const isCompressed = acceptsGzip(request.headers['accept-encoding'])
      if (isCompressed) reply.header('content-encoding', 'gzip')
      return reply
        .header('content-type', type)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('vary', 'accept-encoding')
        .send(isCompressed ? compressed : bytes)
    })
  }
}

/** Whether an `Accept-Encoding` header welcomes gzip, the one coding that browsers also take over plain http. */
export function acceptsGzip(header: string | undefined): boolean {
  return (header ?? '')
    .split(',')
    .some((coding) => /^\s*gzip\s*(;\s*q=(0\.\d*[1-9]\d*|1(\.0*)?)\s*)?$/i.test(coding))
}
