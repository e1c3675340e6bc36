/** Whether a command line in a document is one that the product understands. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Option } from 'commander'
import { root } from '../files.ts'

export interface Known {
  /** Scripts of package.json. */
  readonly scripts: readonly string[]
  /** The product's own command line. */
  readonly program: Command
}

/** Programs of the machine that a document may call without more ado. */
const machine = /^(git|cd|curl|cp|export|sudo)$/
const npmOwn = /^(ci|install|start|test)$/

/** What is wrong with a command line; `undefined` where nothing is. */
export function problemWith(line: string, known: Known): string | undefined {
  // Settings in front (`KHUDI_PORT=8081 npm start`) and what follows a pipe are the shell's.
  const [command = ''] = line.split(/ (?:\||&&|>) /)
  const all = command.match(/"[^"]*"|'[^']*'|\S+/g) ?? []
  const words = all.filter((word, index) => !(index === 0 && /^[A-Z_]+=/.test(word)))
  const [program = '', ...rest] = words
  if (machine.test(program)) return undefined
  if (program === 'npm') return npmProblem(rest, known)
  if (program === 'node') return nodeProblem(rest)
  if (program === 'npx' && rest[0] === 'khudi') return khudiProblem(rest.slice(1), known.program)
  if (program === 'khudi') return khudiProblem(rest, known.program)
  return `${program} is no program that the documents may call`
}

function npmProblem([verb = '', script = '']: readonly string[], { scripts }: Known): string | undefined {
  if (verb === 'run') return scripts.includes(script) ? undefined : `there is no script ${script}`
  if (verb === 'start' || verb === 'test')
    return scripts.includes(verb) ? undefined : `there is no script ${verb}`
  return npmOwn.test(verb) ? undefined : `npm ${verb} is not part of working with Khudi`
}

function nodeProblem(words: readonly string[]): string | undefined {
  const file = words.find((word) => !word.startsWith('-'))
  return file !== undefined && existsSync(join(root, file)) ? undefined : `there is no file ${file}`
}

function khudiProblem(words: readonly string[], program: Command): string | undefined {
  const { command, rest } = find(words, program)
  if (command.commands.length > 0) return `khudi ${words.join(' ')} names no command`
  const options = [...program.options, ...command.options]
  const given: string[] = []
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? ''
    if (!word.startsWith('-')) given.push(word)
    else {
      const option = optionNamed(options, word)
      if (option === undefined) return `khudi ${command.name()} has no option ${word}`
      if ((option.required || option.optional) && !word.includes('=')) index += 1
    }
  }
  const { registeredArguments: wanted } = command
  if (given.length < wanted.filter(({ required }) => required).length)
    return `khudi ${command.name()} needs more than ${given.length} arguments`
  const takesMany = wanted.some(({ variadic }) => variadic)
  return given.length > wanted.length && !takesMany
    ? `khudi ${command.name()} takes no ${given.slice(wanted.length).join(' ')}`
    : undefined
}

/** The command that the first words name, and the other words. */
function find(words: readonly string[], program: Command): { command: Command; rest: readonly string[] } {
  let command = program
  let rest = words
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0])
    if (next === undefined) return { command, rest }
    command = next
    rest = rest.slice(1)
  }
}

function optionNamed(options: readonly Option[], word: string): Option | undefined {
  const [name = ''] = word.split('=')
  return options.find(({ short, long }) => name === short || name === long)
}

/** Commands that a sentence names (`… : khudi model train {application}`), as far as their names go. */
export function unknownCommandsIn(sentence: string, program: Command): readonly string[] {
  return [...sentence.matchAll(/\bkhudi ([^.,;:()،۔]+)/g)].flatMap(([whole, text = '']) => {
    const words = text.trim().split(/\s+/)
    const { command } = find(words, program)
    const options = [...program.options, ...command.options]
    const isKnown =
      command.commands.length === 0 &&
      words.filter((word) => word.startsWith('--')).every((word) => optionNamed(options, word) !== undefined)
    return isKnown ? [] : [whole.trim()]
  })
}
