/**
 * Entry of a confined process: runs one foreign application, asked through its standard input and answering through its standard
 * output. Node's permission model (`launch.ts`) is the wall; what is taken away here is what that model leaves: signals, flags
 * of the engine, imports of Node's own modules.
 */
import { registerHooks, syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { deserialize } from 'node:v8'
import '../register/sdk-resolution.ts'
import type { Application, FieldProblem } from '@khudi/sdk'
import { readWith } from '@khudi/sdk'
import { Program } from '../decisions/program.ts'
import { handles, type Models, notJson, parseJson, readable, wholeOf } from '../decisions/run.ts'
import { Refusal } from '../errors.ts'
import { describe } from './description.ts'
import { readFrame, writeFrame } from './frames.ts'
import type { Said, Start, Told } from './protocol.ts'

/** Kept before anything foreign runs, which might put its own in their place. */
const toJson = JSON.stringify
const toBytes = Buffer.from

const input = 0
const output = 1

function say(said: Said): void {
  writeFrame(output, toBytes(toJson(said)))
}

/** @returns the message of whatever was thrown, or a fixed text; of bounded length */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message).slice(0, 300) : 'not an error'
  } catch {
    return 'an error that cannot be told'
  }
}

/** Foreign code imports the SDK and its own folder. Ours (kernel, SDK, engines) goes on as it did. */
function guardImports({ folder }: Start): void {
  const own = pathToFileURL(`${folder}/`).href
  const ours = pathToFileURL(`${join(import.meta.dirname, '../..')}/`).href
  registerHooks({
    resolve(specifier, context, next) {
      const from = context.parentURL
      const isOurs = from?.startsWith(ours) === true && !from.startsWith(own)
      const resolved = next(specifier, context)
      if (isOurs || specifier === '@khudi/sdk' || resolved.url.startsWith(own)) return resolved
      throw new Error(`a confined application imports the SDK and its own files only, not "${specifier}"`)
    },
  })
}

/** Names of the global object that reach beyond computing. */
const reaching = [
  'process',
  'WebAssembly',
  'fetch',
  'WebSocket',
  'EventSource',
  'BroadcastChannel',
  'SharedArrayBuffer',
  'Atomics',
  'navigator',
  'localStorage',
  'sessionStorage',
] as const

/** Takes the reaching parts away, from the process object too: an error's frames may lead to it. */
function disarm(): void {
  for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd', 'getBuiltinModule', 'binding', 'dlopen'])
    Reflect.deleteProperty(process, name)
  syncBuiltinESMExports()
  for (const name of reaching) Reflect.deleteProperty(globalThis, name)
  const silent = () => undefined
  for (const name of Object.keys(console)) Reflect.set(console, name, silent)
}

async function sayCases(
  application: Application,
  models: Models,
  { payloads }: Extract<Told, { kind: 'cases' }>,
): Promise<void> {
  for (const [index, payload] of payloads.entries()) {
    const given = typeof payload === 'string' ? parseJson(payload) : wholeOf(payload)
    const read =
      given === undefined ? { ok: false as const, problems: [notJson] } : readable(application, given)
    if (!read.ok) {
      sayRefused(index, read.problems)
      continue
    }
    const { value, reference, occurredOn, subject, unit } = read.value
    say({
      said: 'read',
      index,
      facts: { reference, occurredOn, subject: subject ?? null, unit: unit ?? null },
    })
    if (models !== undefined) await sayDecided(application, models, { index, value })
  }
}

function sayRefused(index: number, problems: readonly FieldProblem[]): void {
  say({ said: 'refused', index, problems: [...problems] })
}

async function sayDecided(
  application: Application,
  models: NonNullable<Models>,
  { index, value }: { readonly index: number; readonly value: unknown },
): Promise<void> {
  try {
    const { recommendation, score, reasons } = await application.decide(value, {
      models: handles(application, models),
    })
    const told = reasons.map(({ code, weight, value, compared }) => ({
      code,
      weight,
      value,
      ...(compared !== undefined && { compared: { ...compared } }),
    }))
    say({
      said: 'decided',
      index,
      decided: { recommendation, ...(score !== undefined && { score }), reasons: told },
    })
  } catch (error) {
    say({ said: 'failed', index, failure: messageOf(error) })
  }
}

function sayOutcomes(application: Application, outcomes: readonly unknown[]): void {
  for (const [index, outcome] of outcomes.entries()) {
    const read = readWith(application.outcome, outcome)
    if (read.ok) say({ said: 'taken', index })
    else sayRefused(index, read.problems)
  }
}

async function answer(program: Program, id: string, told: Told): Promise<unknown> {
  switch (told.kind) {
    case 'start':
      throw new Error('it has started')
    case 'describe':
      return describe(await program.application(id))
    case 'cases': {
      const application = await program.application(id)
      const models = told.models === undefined ? undefined : await program.models(id, told.models)
      return sayCases(application, models, told)
    }
    case 'outcomes':
      return sayOutcomes(await program.application(id), told.outcomes)
    case 'load':
      return program.load(told)
    case 'rows':
      return (await program.rows(told)).map((one) => one ?? null)
    case 'row':
      return program.row(told)
    case 'measure':
      return (await program.measure(told)).map((one) => one ?? null)
  }
}

/** Refusals are told from errors: the program's own, such as code that was changed. */
function sayError(error: unknown): void {
  const refusal = error instanceof Refusal ? { code: error.code, parameters: error.parameters } : undefined
  say({ said: 'error', message: messageOf(error), refusal })
}

function hear(): Told | undefined {
  const frame = readFrame(input)
  return frame && deserialize(frame)
}

const exit = process.exit.bind(process)
// What an application leaves running must not end the process by failing later; its batch is over by then.
process.on('unhandledRejection', () => undefined)
process.on('uncaughtException', () => undefined)
const first = hear()
if (first?.kind !== 'start') exit(1)
else {
  const { applicationId, folder, digest, enginesFolder } = first.start
  const program = new Program({ applications: { [applicationId]: { folder, digest } }, enginesFolder })
  guardImports(first.start)
  disarm()
  say({ said: 'done', value: null })
  for (let told = hear(); told !== undefined; told = hear()) {
    try {
      say({ said: 'done', value: (await answer(program, applicationId, told)) ?? null })
    } catch (error) {
      sayError(error)
    }
  }
  exit(0)
}
