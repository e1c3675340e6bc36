/** A binary heap: the least first by `isBefore`, which must order all items so that the same come out the same way. */
export interface Queue<T> {
  put(item: T): void
  /** `undefined` when empty. */
  take(): T | undefined
}

export function queueBy<T>(isBefore: (one: T, other: T) => boolean): Queue<T> {
  const heap: T[] = []
  const swapIfBefore = (child: number, parent: number): boolean => {
    const [one, other] = [heap[child], heap[parent]]
    if (one === undefined || other === undefined || !isBefore(one, other)) return false
    heap[child] = other
    heap[parent] = one
    return true
  }
  return {
    put(item) {
      heap.push(item)
      for (let at = heap.length - 1; at > 0; at = (at - 1) >> 1) if (!swapIfBefore(at, (at - 1) >> 1)) return
    },
    take() {
      const first = heap[0]
      const last = heap.pop()
      if (last === undefined || heap.length === 0) return first
      heap[0] = last
      for (let at = 0; ; ) {
        const left = 2 * at + 1
        const [one, other] = [heap[left], heap[left + 1]]
        if (one === undefined) return first
        const child = other !== undefined && isBefore(other, one) ? left + 1 : left
        if (!swapIfBefore(child, at)) return first
        at = child
      }
    },
  }
}
