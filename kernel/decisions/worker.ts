/**
 * Entry of a decision worker: a thread that runs applications and engines. Both are found by folder, so that the kernel
 * names none of them.
 */
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { Application, Engine, LoadedModel } from '@khudi/sdk'
import { Refusal } from '../errors.ts'
import { digestOf } from '../register/applications.ts'
import { refuseCarried } from './carried.ts'
import { readExample, runCase } from './run.ts'
import type { Answers, Message, Settings, Task } from './workers.ts'

const settings: Settings = workerData
const applications = new Map<string, Promise<Application>>()
const engines = new Map<string, Promise<Engine>>()
/** By application, name and digest. Bounded by what is promoted or measured while the process lives. */
const models = new Map<string, Promise<LoadedModel>>()
/** The models of a batch as one object, the same one as long as the digests stay the same. */
const modelSets = new Map<string, Record<string, LoadedModel>>()

function remember<T>(map: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
  const known = map.get(key)
  if (known !== undefined) return known
  const loading = load()
  map.set(key, loading)
  loading.catch(() => map.delete(key))
  return loading
}

const applicationOf = (id: string) =>
  remember(applications, id, async () => {
    const installed = settings.applications[id]
    if (installed === undefined) throw new Error(`no application "${id}" is installed`)
    const { folder, digest } = installed
    // A thread may start long after the server compared the code with the register, and would read what lies there now.
    if (!digestOf(folder).equals(digest)) throw new Refusal('application.changed', { application: id })
    const module: { default: Application } = await import(pathToFileURL(`${folder}/application.ts`).href)
    return module.default
  })

const engineOf = (name: string) =>
  remember(engines, name, async () => {
    const module: { default: Engine } = await import(
      pathToFileURL(`${settings.enginesFolder}/${name}/engine.ts`).href
    )
    return module.default
  })

const modelKey = (applicationId: string, name: string, digest: string) => `${applicationId}/${name}/${digest}`

async function modelOf(applicationId: string, name: string, digest: string): Promise<LoadedModel> {
  const loading = models.get(modelKey(applicationId, name, digest))
  if (loading === undefined) throw new Error('the worker was not given this model')
  return loading
}

async function modelSetOf(applicationId: string, digests: Readonly<Record<string, string>>) {
  const key = JSON.stringify([applicationId, digests])
  const known = modelSets.get(key)
  if (known !== undefined) return known
  const set: Record<string, LoadedModel> = {}
  for (const [name, digest] of Object.entries(digests)) set[name] = await modelOf(applicationId, name, digest)
  modelSets.set(key, set)
  return set
}

const handlers: {
  readonly [K in Task['kind']]: (task: Extract<Task, { kind: K }>, id: number) => Promise<Answers[K]>
} = {
  async load({ applicationId, name, engine, digest, bytes }) {
    await remember(models, modelKey(applicationId, name, digest), async () =>
      (await engineOf(engine)).load(bytes),
    )
    return undefined
  },

  async decide({ applicationId, payloads, models: digests }) {
    const application = await applicationOf(applicationId)
    const set = digests === undefined ? undefined : await modelSetOf(applicationId, digests)
    const answers: Answers['decide'] = []
    for (const payload of payloads) answers.push(await runCase(application, set, payload))
    return answers
  },

  async train({ applicationId, modelName, examples, seed }, id) {
    const application = await applicationOf(applicationId)
    const spec = application.models[modelName]
    if (spec === undefined) throw new Error(`the application declares no model "${modelName}"`)
    const read = examples.map((example) => readExample(application, modelName, example)).filter(isDefined)
    const learned = read.flatMap((one) => {
      const row = orUndefined(one.row)
      return row === undefined ? [] : [{ row, learned: one }]
    })
    refuseCarried(application, modelName, learned)
    const engine = await engineOf(spec.engine)
    const trained = engine.train(
      {
        features: spec.features,
        rows: learned.map(({ row }) => row),
        labels: learned.map(({ learned: { label } }) => label),
      },
      { seed, onProgress: (progress) => post({ id, progress }) },
    )
    const examplesWithoutFeatures = read.length - learned.length
    const summary =
      examplesWithoutFeatures === 0 ? trained.summary : { ...trained.summary, examplesWithoutFeatures }
    const positives = learned.filter(({ learned: { label } }) => label).length
    return { ...trained, summary, examples: learned.length, positives }
  },

  async measure({ applicationId, modelName, digest, examples }) {
    const application = await applicationOf(applicationId)
    const model = digest === undefined ? undefined : await modelOf(applicationId, modelName, digest)
    return examples.map((example) => {
      const read = readExample(application, modelName, example)
      return (
        read && {
          score: orUndefined(() => model?.score(read.row(), 0).score),
          label: read.label,
          value: read.value,
        }
      )
    })
  },
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

const isDefined = <T>(value: T | undefined): value is T => value !== undefined

function post(message: Message): void {
  parentPort?.postMessage(message)
}

async function answer(task: Task, id: number): Promise<unknown> {
  switch (task.kind) {
    case 'load':
      return handlers.load(task, id)
    case 'decide':
      return handlers.decide(task, id)
    case 'train':
      return handlers.train(task, id)
    case 'measure':
      return handlers.measure(task, id)
  }
}

function failureOf(id: number, error: unknown): Message {
  if (error instanceof Refusal) {
    const { code, parameters } = error
    return { id, refusal: { code, parameters } }
  }
  return { id, error: error instanceof Error ? error.message : String(error) }
}

parentPort?.on('message', ({ id, task }: { id: number; task: Task }) => {
  answer(task, id).then(
    (value) => post({ id, value }),
    (error: unknown) => post(failureOf(id, error)),
  )
})
