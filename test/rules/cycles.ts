/** No file may, through what it imports, import itself. */
import { type Import, importsOf, targetOf } from '../source/imports.ts'
import type { Rule, Source } from '../source/parse.ts'

type Graph = ReadonlyMap<string, readonly string[]>

/** Cycles of modules that run one another: the order in which they start would then depend on who comes first. */
export const noRuntimeCycles: Rule = (sources) => cyclesOf(sources, ['runtime'])

/**
 * Cycles that also go through types. They do no harm at run time, yet neither file can be understood, moved or tested
 * without the other.
 */
export const noTypeCycles: Rule = (sources) => {
  const known = new Set(noRuntimeCycles(sources).map(({ what }) => what))
  return cyclesOf(sources, ['runtime', 'type']).filter(({ what }) => !known.has(what))
}

function cyclesOf(sources: readonly Source[], kinds: readonly Import['kind'][]) {
  const graph = graphOf(sources, kinds)
  return components(graph)
    .map((component) => shortestCycle(graph, component))
    .map((path) => ({ path: path[0] ?? '', line: 1, what: `imports itself: ${path.join(' → ')}` }))
}

function graphOf(sources: readonly Source[], kinds: readonly Import['kind'][]): Graph {
  const paths = new Set(sources.map(({ path }) => path))
  return new Map(
    sources.map((source) => {
      const targets = importsOf(source)
        .filter(({ kind }) => kinds.includes(kind))
        .map(({ specifier }) => (specifier === undefined ? undefined : targetOf(source.path, specifier)))
        .filter((target) => target !== undefined && paths.has(target))
        .filter((target) => target !== undefined)
      return [source.path, targets]
    }),
  )
}

/** Sets of files that all reach one another, by what each reaches: the graph is small. */
function components(graph: Graph): readonly ReadonlySet<string>[] {
  const reach = new Map([...graph.keys()].map((path) => [path, reachedFrom(graph, path)]))
  const done = new Set<string>()
  const found: ReadonlySet<string>[] = []
  for (const [path, reached] of reach) {
    if (done.has(path) || !reached.has(path)) continue
    const component = new Set([...reached].filter((other) => reach.get(other)?.has(path)))
    for (const member of component) done.add(member)
    found.push(component)
  }
  return found
}

function reachedFrom(graph: Graph, path: string): ReadonlySet<string> {
  const reached = new Set(graph.get(path))
  for (const one of reached) for (const next of graph.get(one) ?? []) reached.add(next)
  return reached
}

/** A way from the first file of the component back to itself, with few steps so that a person sees where to cut. */
function shortestCycle(graph: Graph, component: ReadonlySet<string>): readonly string[] {
  const [start = ''] = [...component].sort()
  const ways: string[][] = [[start]]
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return [...way, start]
      if (component.has(next) && !way.includes(next)) ways.push([...way, next])
    }
  }
  return [start]
}
