/** The files that pages link: named by their content, so that a browser keeps them for good. */
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

function assetOf(name: string, bytes: Buffer, type: string): Asset {
  const digest = sha256(bytes).toString('hex').slice(0, 16)
  const [stem, extension] = name.split('.')
  return { path: `/pages/${stem}-${digest}.${extension}`, type, bytes, compressed: gzipSync(bytes) }
}

const own = (name: string) => readFileSync(new URL(name, import.meta.url))

/**
 * Noto Nastaliq Urdu (SIL Open Font Licence 1.1), for machines without a font of their own for Urdu. The style sheet names
 * it after theirs, so that a browser fetches its 160 kB only where there is none, and shows the text meanwhile.
 */
const urduFont = assetOf(
  'urdu.woff2',
  readFileSync(
    new URL(
      import.meta.resolve('@fontsource/noto-nastaliq-urdu/files/noto-nastaliq-urdu-arabic-400-normal.woff2'),
    ),
  ),
  'font/woff2',
)

const fontFace = `@font-face {
  font-family: "Khudi Nastaliq";
  font-display: swap;
  src: url("${urduFont.path}") format("woff2");
  unicode-range: U+0600-06FF, U+0750-077F, U+200C-200E, U+FB50-FDFF, U+FE70-FEFC;
}
`

export const assets = {
  style: assetOf(
    'style.css',
    Buffer.concat([Buffer.from(fontFace), own('style.css')]),
    'text/css; charset=utf-8',
  ),
  charts: assetOf('charts.css', own('charts.css'), 'text/css; charset=utf-8'),
  icon: assetOf('icon.svg', own('icon.svg'), 'image/svg+xml; charset=utf-8'),
  urduFont,
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
