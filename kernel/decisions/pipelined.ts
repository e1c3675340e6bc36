/**
 * Runs `work` on the elements of a source, up to `depth` of them at once, and yields the results in the source's order. Reads
 * no further ahead than that, so a slow consumer slows the source.
 */
export async function* pipelined<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  depth: number,
  work: (element: T) => Promise<R>,
): AsyncGenerator<R, void, void> {
  const running: Promise<R>[] = []
  try {
    for await (const element of source) {
      const result = work(element)
      // Awaited in its turn; until then a failure must not count as unhandled.
      result.catch(() => undefined)
      running.push(result)
      if (running.length < depth) continue
      const first = running.shift()
      if (first !== undefined) yield await first
    }
    for (let first = running.shift(); first !== undefined; first = running.shift()) yield await first
  } finally {
    await Promise.allSettled(running)
  }
}
