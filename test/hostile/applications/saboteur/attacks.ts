/**
 * What a hostile application tries. Each attack answers a proof where it got through and throws, hangs or dies where it did not.
 * Every one of them gets through in a process that nothing confines: `unconfined.ts` runs them there.
 */

/** Where an attack may be seen from outside, and how far it is to go. */
export interface Aim {
  /** A port of this machine that the test listens at. */
  readonly port: number
  /** A file that the test looks for. */
  readonly file: string
  readonly seconds: number
  readonly megabytes: number
}

type Attack = (aim: Aim) => Promise<string> | string

/** Node's own modules, by whichever way is left. */
async function builtin<T>(name: string): Promise<T> {
  const found: unknown = globalThis.process?.getBuiltinModule?.(name)
  return (found ?? (await import(name))) as T
}

type Fs = typeof import('node:fs')
type Net = typeof import('node:net')
type Dgram = typeof import('node:dgram')
type Children = typeof import('node:child_process')
type Threads = typeof import('node:worker_threads')

const hold: unknown[] = []

export const attacks = {
  reads_a_file: async () => (await builtin<Fs>('node:fs')).readFileSync('/etc/passwd', 'utf8').slice(0, 5),
  reads_the_process_table: async () =>
    (await builtin<Fs>('node:fs')).readFileSync('/proc/self/maps', 'utf8').slice(0, 5),
  writes_a_file: async ({ file }) => {
    const { writeFileSync, readFileSync } = await builtin<Fs>('node:fs')
    writeFileSync(file, 'written')
    return readFileSync(file, 'utf8')
  },
  opens_a_socket: async ({ port }) => {
    const { connect } = await builtin<Net>('node:net')
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve('connected')
      })
      socket.on('error', reject)
    })
  },
  sends_a_datagram: async ({ port }) => {
    const { createSocket } = await builtin<Dgram>('node:dgram')
    return new Promise((resolve, reject) => {
      const socket = createSocket('udp4')
      socket.on('error', reject)
      socket.send('secret', port, '127.0.0.1', (error) => {
        socket.close()
        if (error === null) resolve('sent')
        else reject(error)
      })
    })
  },
  asks_for_a_name: async () =>
    (await (await builtin<typeof import('node:dns/promises')>('node:dns/promises')).lookup('localhost'))
      .address,
  fetches: async ({ port }) => (await fetch(`http://127.0.0.1:${port}/`)).text(),
  listens: async () => {
    const { createServer } = await builtin<Net>('node:net')
    return new Promise((resolve, reject) => {
      const server = createServer().on('error', reject)
      server.listen(0, '127.0.0.1', () => {
        server.close()
        resolve('listening')
      })
    })
  },
  spawns: async () => (await builtin<Children>('node:child_process')).execSync('echo spawned').toString(),
  starts_a_thread: async () => {
    const { Worker } = await builtin<Threads>('node:worker_threads')
    return new Promise((resolve, reject) => {
      new Worker('require("node:worker_threads").parentPort.postMessage("started")', { eval: true })
        .on('message', resolve)
        .on('error', reject)
    })
  },
  binds: () => typeof Reflect.get(process, 'binding').call(process, 'fs').open,
  loads_an_addon: () => {
    const loaded = { exports: {} }
    try {
      process.dlopen(loaded, '/nowhere.node')
    } catch (error) {
      // The file is not there; that it was looked for is the proof.
      if (String(error).includes('cannot open shared object')) return 'looked for'
      throw error
    }
    return 'loaded'
  },
  opens_a_database: async () => {
    const { DatabaseSync } = await builtin<typeof import('node:sqlite')>('node:sqlite')
    return String(new DatabaseSync(':memory:').prepare('select 7 as seven').get()?.seven)
  },
  reads_the_environment: () => String(process.env.KHUDI_TEST_SECRET).replace('undefined', ''),
  signals_the_server: () => String(process.kill(process.ppid, 'SIGCONT')),
  changes_its_title: () => {
    process.title = 'postgres'
    return process.title
  },
  opens_the_inspector: async () => {
    const inspector = await builtin<typeof import('node:inspector')>('node:inspector')
    inspector.open(0, '127.0.0.1')
    const url = String(inspector.url())
    inspector.close()
    return url
  },
  sets_flags: async () => {
    const { setFlagsFromString } = await builtin<typeof import('node:v8')>('node:v8')
    setFlagsFromString('--stack-size=500')
    return 'set'
  },
  makes_code_from_text: () => String(new Function('return 7')()),
  imports_from_text: async () => {
    const text = 'data:text/javascript,export default 7'
    return String((await import(text)).default)
  },
  imports_the_kernel: async () =>
    Object.keys(await import(new URL('../../../../kernel/identifiers.ts', import.meta.url).href)).join(),
  pollutes_prototypes: () => {
    Reflect.set(Object.prototype, 'polluted', 'yes')
    const found = String(Reflect.get({}, 'polluted'))
    Reflect.deleteProperty(Object.prototype, 'polluted')
    if (found !== 'yes') throw new Error('the prototype is frozen')
    return found
  },
  replaces_what_the_worker_uses: () => {
    const own = JSON.stringify
    JSON.stringify = () => '{"said":"done","value":null}'
    const said = String(JSON.stringify({}))
    JSON.stringify = own
    return said
  },
  eats_memory: ({ megabytes }) => {
    const all: number[][] = []
    for (let held = 0; held < megabytes; held += 8) all.push(new Array(2 ** 20).fill(held + 0.5))
    return `${all.length * 8} MB`
  },
  eats_memory_outside_the_heap: ({ megabytes }) => {
    for (let held = 0; held < megabytes; held += 50) hold.push(new Uint8Array(50 * 2 ** 20).fill(1))
    const { length } = hold
    hold.length = 0
    return `${length * 50} MB`
  },
  bombs_with_webassembly: ({ megabytes }) => {
    // The compiler's library knows WebAssembly in browsers only.
    const { Memory } = Reflect.get(globalThis, 'WebAssembly')
    const { buffer } = new Memory({ initial: megabytes * 16 })
    new Uint8Array(buffer).fill(1)
    return `${buffer.byteLength / 2 ** 20} MB`
  },
  spins: ({ seconds }) => {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; );
    return 'spun'
  },
  backtracks: ({ seconds }) => {
    // Doubles with each letter; about a second at twenty-six.
    return String(/^(a+)+$/.test(`${'a'.repeat(22 + seconds)}!`))
  },
  floods_its_answer: ({ megabytes }) => 'x'.repeat(megabytes * 2 ** 20),
} as const satisfies Record<string, Attack>

export type AttackName = keyof typeof attacks | keyof typeof endings

/** What ends the process or never ends: in a process of its own that is how it is seen to have got through. */
export const endings = {
  exits: () => process.exit(7),
  aborts: () => process.abort(),
  kills_itself: () => process.kill(process.pid, 'SIGKILL'),
  never_answers: () => new Promise(() => undefined),
  overflows: (): unknown => endings.overflows(),
  throws_nothing: () => {
    throw null
  },
  throws_a_trap: () => {
    throw new Proxy(new Error('trap'), {
      get: () => {
        throw new Error('sprung')
      },
    })
  },
  answers_a_trap: () =>
    new Proxy(
      {},
      {
        get: (_, name) => {
          if (name === 'then') return undefined
          throw new Error('sprung')
        },
      },
    ),
  answers_nothing: () => null,
  answers_a_circle: () => {
    const circle: { reasons?: unknown } = {}
    circle.reasons = [circle]
    return circle
  },
} as const
