/** How witnesses are asked: through the way out, each as the backend that it is registered as. */
import { witnessAt } from '../backends/platform.ts'
import type { Kernel } from '../kernel.ts'
import type { Transport } from './ask-witness.ts'

const mostReplyBytes = 131_072

/**
 * For the logs of one institution. What is sent are checkpoints and proofs, which anybody may read. A redirection is an answer
 * like any other: a witness is the place that the policy names.
 */
export function overEgress(
  kernel: Pick<Kernel, 'db' | 'clock' | 'installation' | 'egress'>,
  institutionId: string,
): Transport {
  return async ({ method, url, body, signal }) => {
    const backendId = await witnessAt(kernel, institutionId, url)
    const outgoing = {
      institutionId,
      backendId,
      classification: 'open',
      purpose: 'witnessing',
      isRedacted: false,
    } as const
    const response = await kernel.egress.fetch(outgoing, url, {
      method,
      signal,
      mostBytes: mostReplyBytes,
      ...(body !== undefined && { body, headers: { 'content-type': 'text/plain; charset=utf-8' } }),
    })
    return { status: response.status, body: await response.text() }
  }
}
