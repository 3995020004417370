/** `npm run bench -- NAME [--json] [--image NAME]`: measures one thing on this machine, and says what it aims at. */
import { parseArgs } from 'node:util'
import { WrongUse, type Measured } from './measured.ts'

interface Options {
  image?: string
  corpus?: string
  package?: string[]
  write?: boolean
}

/** Loaded when asked for: whoever asks for one need not wait for what others stand on. */
const benches: Readonly<Record<string, { summary: string; run: (options: Options) => Promise<Measured> }>> = {
  attacks: {
    summary: 'ordinary pushes, pages and events while a server is attacked, over the same at rest',
    run: async () => (await import('./attacks.ts')).benchAttacks(),
  },
  autopkgtest: {
    summary: 'a trivial test of DEP-8 through the whole product over autopkgtest -- qemu on the same image',
    run: async () => (await import('./autopkgtest.ts')).benchAutopkgtest(),
  },
  dep8: {
    summary:
      "packages' own tests of DEP-8 under autopkgtest -- qemu and here: verdicts and times (--package NAME ...)",
    run: async (options) => (await import('./dep8.ts')).benchDep8(options.package),
  },
  events: {
    summary: 'builds heard a second, and the time from a message to the queue, over a row and a job each',
    run: async () => (await import('./events.ts')).benchEvents(),
  },
  executions: {
    summary: '200 executions through the whole product over machines opened directly',
    run: async () => (await import('./executions.ts')).benchExecutions(),
  },
  fairness: {
    summary: "executions of one package handed out before another's one, over one place for all",
    run: async () => (await import('./fairness.ts')).benchFairness(),
  },
  formats: {
    summary: 'what of real checks is read (--corpus FOLDER [--write])',
    run: async (options) => (await import('./formats.ts')).benchFormats(options),
  },
  fuzz: {
    summary: '100 000 broken texts for everything that reads what strangers send: none may end or hold it',
    run: async () => (await import('./fuzz.ts')).benchFuzz(),
  },
  machines: {
    summary: 'a fresh machine: booted, cloned, from the pool (--image tiny)',
    run: async (options) => (await import('./machines.ts')).benchMachines(options),
  },
  pages: {
    summary: "pages of a distribution's site over those of a small one",
    run: async () => (await import('./pages.ts')).benchPages(),
  },
  patterns: {
    summary: "the front page while strangers ask for ResultsDB's dearest patterns, over the same at rest",
    run: async () => (await import('./patterns.ts')).benchPatterns(),
  },
  push: {
    summary: 'a small push with the hooks over the same push without them',
    run: async () => (await import('./push.ts')).benchPush(),
  },
  suite: {
    summary: 'where the time of the last whole `npm test` went, by room and by file',
    run: async () => (await import('./suite.ts')).benchSuite(),
  },
  tree: {
    summary: "a tree of 17 500 files in a repository of 120 000 objects, over git's own archive of it",
    run: async () => (await import('./tree.ts')).benchTree(),
  },
  week: {
    summary: 'messages to people in a week of builds over one for each result',
    run: async () => (await import('./week.ts')).benchWeek(),
  },
  results: {
    summary: "queries of results over the same on ResultsDB's tables",
    run: async () => (await import('./results.ts')).benchResults(),
  },
}

const usage = (): string =>
  [
    'Usage: npm run bench -- NAME [--json] [OPTIONS]',
    ...Object.entries(benches).map(([name, { summary }]) => `  ${name}  ${summary}`),
    '',
  ].join('\n')

async function main(args: readonly string[]): Promise<number> {
  const options = {
    json: { type: 'boolean' },
    image: { type: 'string' },
    corpus: { type: 'string' },
    package: { type: 'string', multiple: true },
    write: { type: 'boolean' },
  } as const
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [name = '', ...more] = positionals
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
  if (!bench || more.length > 0) {
    process.stderr.write(usage())
    return 2
  }
  const found = await bench.run(values).catch((error: unknown) => {
    if (!(error instanceof WrongUse)) throw error
    process.stderr.write(`bench: ${error.message}\n`)
    return null
  })
  if (!found) return 2
  const { lines, data } = found
  console.log(lines.join('\n'))
  if (values.json) console.log(JSON.stringify({ bench: name, ...data }))
  return 0
}

process.exitCode = await main(process.argv.slice(2))
