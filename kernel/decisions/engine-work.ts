/**
 * What a worker has an engine do: learn, look for settings, measure, explain, take a model in, give one out. What the engine says
 * is wrong with what it was given is a refusal; a mistake in the engine itself is a fault.
 */
import { pathToFileURL } from 'node:url'
import type { Engine, LoadedModel, LongWork, Threads, TrainingOptions } from '@khudi/sdk'
import { Refusal } from '../errors.ts'
import type { Answers, EngineTask } from './tasks.ts'

/** How long work is heard of and told to stop, and who helps with it. */
export interface Work extends Required<LongWork>, Required<Pick<TrainingOptions, 'onCheckpoint'>> {
  lend(this: void, helpers: number): Threads
}

type TaskOf<K extends EngineTask['kind']> = Extract<EngineTask, { kind: K }>

/** An engine's message says what is wrong and where; a longer one is cut. */
const mostDetail = 300

/** Engines found by folder, each loaded once. */
export class Engines {
  readonly #folder: string
  readonly #loaded = new Map<string, Promise<Engine>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  named(name: string): Promise<Engine> {
    const known = this.#loaded.get(name)
    if (known !== undefined) return known
    const loading = import(pathToFileURL(`${this.#folder}/${name}/engine.ts`).href).then(
      (module: { default: Engine }) => module.default,
    )
    this.#loaded.set(name, loading)
    loading.catch(() => this.#loaded.delete(name))
    return loading
  }

  /** @throws Refusal `model.engine_refused` */
  async learn(
    { engine, features, examples, seed, settings, from, helpers = 0 }: TaskOf<'learn'>,
    { lend, ...work }: Work,
  ): Promise<Answers['learn']> {
    const read = examples.filter((one) => one !== undefined)
    const learned = read.flatMap(({ row, label }) => (row === null ? [] : [{ row, label }]))
    const set = { features, rows: learned.map(({ row }) => row), labels: learned.map(({ label }) => label) }
    const threads = helpers > 0 ? lend(helpers) : undefined
    const options = {
      seed,
      ...work,
      ...(settings && { settings }),
      ...(from && { from }),
      ...(threads && { threads }),
    }
    const made = await refusing(async () => (await this.named(engine)).train(set, options))
    if (made === undefined) return undefined
    const examplesWithoutFeatures = read.length - learned.length
    return {
      bytes: made.bytes,
      summary: examplesWithoutFeatures === 0 ? made.summary : { ...made.summary, examplesWithoutFeatures },
      examples: learned.length,
      positives: learned.filter(({ label }) => label).length,
    }
  }

  /** @throws Refusal `model.engine_refused`, `model.engine_cannot` */
  async search({ engine, set, options }: TaskOf<'search'>, work: Work): Promise<Answers['search']> {
    const { search } = await this.named(engine)
    if (search === undefined) throw cannot(engine, 'search')
    return refusing(async () => search(set, { ...options, ...work }))
  }

  /** @throws Refusal `model.engine_refused`, `model.engine_cannot` */
  async evaluate({ engine, bytes, set, seed }: TaskOf<'evaluate'>, work: Work): Promise<Answers['evaluate']> {
    const { evaluate } = await this.#model(engine, bytes)
    if (evaluate === undefined) throw cannot(engine, 'evaluate')
    return refusing(async () => evaluate(set, { seed, ...work }))
  }

  /** @throws Refusal `model.engine_refused`, `model.engine_cannot` */
  async explain({ engine, bytes, row }: TaskOf<'explain'>): Promise<Answers['explain']> {
    const { explain } = await this.#model(engine, bytes)
    if (explain === undefined) throw cannot(engine, 'explain')
    return refusing(async () => explain(row))
  }

  /** @throws Refusal `model.engine_refused`, `model.engine_cannot` */
  async importModel({ engine, foreign }: TaskOf<'import'>): Promise<Answers['import']> {
    const { importModel } = await this.named(engine)
    if (importModel === undefined) throw cannot(engine, 'import')
    return refusing(async () => importModel(foreign))
  }

  /** @throws Refusal `model.engine_refused`, `model.engine_cannot` */
  async exportModel({ engine, bytes, format }: TaskOf<'export'>): Promise<Answers['export']> {
    const { exportFormats = [] } = await this.named(engine)
    const { exportAs } = await this.#model(engine, bytes)
    if (exportAs === undefined || !exportFormats.includes(format)) throw cannot(engine, `export ${format}`)
    return refusing(async () => exportAs(format))
  }

  async #model(engine: string, bytes: Uint8Array): Promise<LoadedModel> {
    const named = await this.named(engine)
    return refusing(async () => named.load(bytes))
  }
}

function cannot(engine: string, work: string): Refusal {
  return new Refusal('model.engine_cannot', { engine, work })
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error) || isMistake(error)) throw error
    throw new Refusal(
      'model.engine_refused',
      { detail: error.message.slice(0, mostDetail) },
      { cause: error },
    )
  }
}

/** What JavaScript itself throws where a program is wrong. */
function isMistake(error: Error): boolean {
  return ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'RuntimeError'].includes(error.name)
}
