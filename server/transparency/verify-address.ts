/** The page that checks receipts, where people look for it: `/verify`, and with an institution's policy in it `/verify/<institution>`. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'
import { institutionNamed, institutions } from '../../kernel/institutions/institutions.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { verifyingPolicy } from '../../kernel/log/receipts.ts'
import { type VerifyPage, verifyPage } from '../pages/verify/verify-page.ts'

export function mountVerifyPage(app: FastifyInstance, kernel: Pick<Kernel, 'db'>): void {
  /** The last page of each policy; making one costs some milliseconds. */
  const made = new Map<string, Promise<VerifyPage>>()
  const send = async (reply: FastifyReply, policy: string) => {
    const page = made.get(policy) ?? verifyPage({ policy })
    // Institutions are few and their policies stay; what was replaced must not be kept for ever all the same.
    if (made.size > 64) made.clear()
    made.set(policy, page)
    const { html, contentSecurityPolicy } = await page
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', contentSecurityPolicy)
      .header('cache-control', 'public, max-age=60')
      .send(html)
  }

  app.get('/verify', async (_request, reply) => {
    const [only, another] = await institutions(kernel)
    const isOne = only !== undefined && another === undefined
    return send(reply, isOne ? await policyOrNothing(kernel, only.institutionId) : '')
  })
  app.get<{ Params: { slug: string } }>('/verify/:slug', async ({ params }, reply) => {
    const { institutionId } = await institutionNamed(kernel, params.slug)
    return send(reply, await policyOrNothing(kernel, institutionId))
  })
}

/** Before its first checkpoint a log has no key, and its institution no receipts to check. */
async function policyOrNothing(kernel: Pick<Kernel, 'db'>, institutionId: string): Promise<string> {
  return verifyingPolicy(kernel, institutionId).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'log.keys_none') return ''
    throw error
  })
}
