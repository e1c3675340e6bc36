/**
 * The program of a decision worker: runs applications and engines, both found by folder, so that the kernel names none of
 * them. The same in a thread (`worker.ts`) and in a confined process (`kernel/confinement/child.ts`).
 */
import { pathToFileURL } from 'node:url'
import type { Application, FeatureRow, LoadedModel } from '@khudi/sdk'
import { Refusal } from '../errors.ts'
import { digestOf } from '../register/digest.ts'
import { refuseCarried } from './carried.ts'
import { Engines, type Work } from './engine-work.ts'
import { type Learned, type Models, readExample, readFeatures, runCase } from './run.ts'
import type { Answers, Task } from './tasks.ts'

/** An application as a worker runs it: only while its folder still has the digest that the register was compared with. */
export interface WorkerApplication {
  readonly folder: string
  /** SHA-256 of the folder's running files, 32 bytes. */
  readonly digest: Uint8Array
}

export interface Settings {
  /** Installed applications by id. */
  readonly applications: Readonly<Record<string, WorkerApplication>>
  readonly enginesFolder: string
}

/** A model is read whole; a larger file is an attack or a mistake. */
const mostModelBytes = 256 * 2 ** 20

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>

/** Applications, engines and models that one worker holds. */
export class Program {
  readonly #settings: Settings
  readonly #applications = new Map<string, Promise<Application>>()
  readonly engines: Engines
  /** By application, name and digest. Bounded by what is promoted or measured while the process lives. */
  readonly #models = new Map<string, Promise<LoadedModel>>()
  /** The models of a batch as one object, the same one as long as the digests stay the same. */
  readonly #modelSets = new Map<string, Record<string, LoadedModel>>()

  constructor(settings: Settings) {
    this.#settings = settings
    this.engines = new Engines(settings.enginesFolder)
  }

  /** @throws Error where it is unknown; Refusal `application.changed` */
  application(id: string): Promise<Application> {
    return remember(this.#applications, id, async () => {
      const installed = Object.hasOwn(this.#settings.applications, id)
        ? this.#settings.applications[id]
        : undefined
      if (installed === undefined) throw new Error(`no application "${id}" is installed`)
      const { folder, digest } = installed
      // A worker may start long after the server compared the code with the register, and would read what lies there now.
      if (!digestOf(folder).equals(digest)) throw new Refusal('application.changed', { application: id })
      const module: { default: Application } = await import(pathToFileURL(`${folder}/application.ts`).href)
      return module.default
    })
  }

  async models(
    applicationId: string,
    digests: Readonly<Record<string, string>>,
  ): Promise<NonNullable<Models>> {
    const key = JSON.stringify([applicationId, digests])
    const known = this.#modelSets.get(key)
    if (known !== undefined) return known
    const set: Record<string, LoadedModel> = {}
    for (const [name, digest] of Object.entries(digests))
      set[name] = await this.#model(applicationId, name, digest)
    this.#modelSets.set(key, set)
    return set
  }

  async load({ applicationId, name, engine, digest, bytes }: TaskOf<'load'>): Promise<undefined> {
    if (bytes.length > mostModelBytes) throw new Error('the model is larger than any engine reads')
    await remember(this.#models, modelKey(applicationId, name, digest), async () =>
      (await this.engines.named(engine)).load(bytes),
    )
    return undefined
  }

  async decide({ applicationId, payloads, models: digests }: TaskOf<'decide'>): Promise<Answers['decide']> {
    const application = await this.application(applicationId)
    const set = digests === undefined ? undefined : await this.models(applicationId, digests)
    const answers: Answers['decide'] = []
    for (const payload of payloads) answers.push(await runCase(application, set, payload))
    return answers
  }

  /** What the application makes of the examples. @throws Refusal `model.carries_personal_data` */
  async rows({ applicationId, modelName, examples, isLearning }: TaskOf<'rows'>): Promise<Answers['rows']> {
    const application = await this.application(applicationId)
    const read = examples.map((example) => readExample(application, modelName, example))
    const rows = read.map((one) => one && { row: orUndefined(one.row) ?? null, ...told(one) })
    if (isLearning) {
      const featured = read.flatMap((learned, index) => {
        const row = rows[index]?.row ?? undefined
        return learned === undefined || row === undefined ? [] : [{ row, learned }]
      })
      refuseCarried(application, modelName, featured)
    }
    return rows
  }

  async row({ applicationId, modelName, stored }: TaskOf<'row'>): Promise<FeatureRow> {
    return readFeatures(await this.application(applicationId), modelName, stored)
  }

  async train(task: TaskOf<'train'>, work: Work): Promise<Answers['train']> {
    const { applicationId, modelName } = task
    const spec = (await this.application(applicationId)).models[modelName]
    if (spec === undefined) throw new Error(`the application declares no model "${modelName}"`)
    const examples = await this.rows({ ...task, kind: 'rows', isLearning: true })
    const { engine, features } = spec
    return this.engines.learn({ ...task, kind: 'learn', engine, features, examples }, work)
  }

  async measure({
    applicationId,
    modelName,
    digest,
    examples,
  }: TaskOf<'measure'>): Promise<Answers['measure']> {
    const application = await this.application(applicationId)
    const model = digest === undefined ? undefined : await this.#model(applicationId, modelName, digest)
    return examples.map((example) => {
      const read = readExample(application, modelName, example)
      return (
        read && {
          score: orUndefined(() => model?.score(read.row(), 0).score),
          ...told(read),
        }
      )
    })
  }

  async #model(applicationId: string, name: string, digest: string): Promise<LoadedModel> {
    const loading = this.#models.get(modelKey(applicationId, name, digest))
    if (loading === undefined) throw new Error('the worker was not given this model')
    return loading
  }
}

const modelKey = (applicationId: string, name: string, digest: string) => `${applicationId}/${name}/${digest}`

export function remember<T>(map: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
  const known = map.get(key)
  if (known !== undefined) return known
  const loading = load()
  map.set(key, loading)
  loading.catch(() => map.delete(key))
  return loading
}

/**
 * What an application or a model makes of a case, `undefined` where it fails: such a case was decided unaided, so it has no
 * score to measure, and it teaches nothing. It must not keep the others from being learned from.
 */
function orUndefined<T>(compute: () => T): T | undefined {
  try {
    return compute()
  } catch {
    return undefined
  }
}

const told = ({ label, value }: Learned) => ({ label, value })
