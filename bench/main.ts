/** `npm run bench -- NAME [--json]`: measures one thing on this machine, and says what it aims at. */
import type { Measured } from './measured.ts'
import { benchPush } from './push.ts'
import { benchResults } from './results.ts'

const benches: Readonly<Record<string, { summary: string; run: () => Promise<Measured> }>> = {
  push: { summary: 'a small push with the hooks over the same push without them', run: benchPush },
  results: { summary: "queries of results over the same on ResultsDB's tables", run: benchResults },
}

const usage = (): string =>
  [
    'Usage: npm run bench -- NAME [--json]',
    ...Object.entries(benches).map(([name, { summary }]) => `  ${name}  ${summary}`),
    '',
  ].join('\n')

async function main(args: readonly string[]): Promise<number> {
  const [name = '', ...more] = args.filter((arg) => arg !== '--json')
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
  if (!bench || more.length > 0) {
    process.stderr.write(usage())
    return 2
  }
  const { lines, data } = await bench.run()
  console.log(lines.join('\n'))
  if (args.includes('--json')) console.log(JSON.stringify({ bench: name, ...data }))
  return 0
}

process.exitCode = await main(process.argv.slice(2))
