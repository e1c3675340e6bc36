/** Being a witness over HTTP (c2sp.org/tlog-witness): `/witness/<institution>/` is submission and monitoring prefix in one. */
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'
import { institutionNamed } from '../../kernel/institutions/institutions.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { addCheckpoint, cosignedCheckpoint } from '../../kernel/witness/witness.ts'

/** 63 proof lines and a checkpoint with 16 signatures, the long ones of ML-DSA-44 among them. */
const requestBytes = 65_536

export function mountPublicWitness(app: FastifyInstance, kernel: Kernel): void {
  const plain = { bodyLimit: requestBytes }
  app.register(async (witness) => {
    // Whatever type a log says its request has; the specification names none.
    witness.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

    witness.post<{ Params: { slug: string }; Body: Buffer | undefined }>(
      '/witness/:slug/add-checkpoint',
      plain,
      async ({ params, body }, reply) => {
        const { institutionId } = await institutionNamed(kernel, params.slug)
        const answer = await addCheckpoint(kernel, institutionId, { body: body ?? Buffer.alloc(0) })
        return reply.code(answer.status).header('content-type', answer.contentType).send(answer.body)
      },
    )

    witness.get<{ Params: { slug: string; hash: string } }>(
      '/witness/:slug/:hash/checkpoint',
      async ({ params }, reply) => {
        const { institutionId } = await institutionNamed(kernel, params.slug)
        const checkpoint = await cosignedCheckpoint(kernel, institutionId, params.hash)
        if (checkpoint === undefined) throw new Refusal('witness.log_unknown', { log: params.hash })
        return reply
          .header('content-type', 'text/plain; charset=utf-8')
          .header('cache-control', 'public, max-age=2')
          .send(checkpoint)
      },
    )
  })
}
