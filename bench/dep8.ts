/**
 * Real packages' own tests of DEP-8, through real autopkgtest and through the whole product, on the same image and with the
 * same built packages: whether both come to the same verdict on each test, and how long each takes.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageStore } from '../runner/images.ts'
import { findMirrors } from '../runner/mirror/mirrors.ts'
import { openProxy } from '../runner/mirror/proxy.ts'
import { assay } from '../test/support/assay.ts'
import { commitFiles } from '../test/support/git.ts'
import { fetchPackages, type DebianPackage } from './debian-packages.ts'
import type { Measured } from './measured.ts'
import { peerDisk, requireAutopkgtest, runAutopkgtest } from './peer.ts'
import { openSite, type Ended, type Site } from './site.ts'

/** Small ones of Debian 12, each with tests that were read: of every kind, and with most restrictions that the release has. */
const names = [
  ...['cisco7crack', 'dbar', 'distro-info-data', 'dnsmasq', 'envstore', 'figlet', 'file-kanji', 'fling'],
  ...['flog', 'galleta', 'gzip', 'hello', 'maskprocessor', 'morsegen', 'newpid', 'pasco'],
  ...['runlim', 'simhash', 'sockstat', 'spline', 'topline'],
]
const aim = { ratio: 2 }
const image = 'peer'
/** Exit status of autopkgtest's: its testbed failed. */
const testbedFailed = 16
const attempts = 3

interface Said {
  seconds: number
  /** By name of the test, in autopkgtest's words. */
  tests: Map<string, string>
}

interface Compared {
  name: string
  theirs: Said
  ours: Said
}

/** `wanted`: names of packages in place of ours. One after the other: autopkgtest has little patience with a busy host. */
export async function benchDep8(wanted: readonly string[] = []): Promise<Measured> {
  await requireAutopkgtest()
  const disk = await peerDisk()
  const work = await mkdtemp(join(tmpdir(), 'assay-bench-'))
  try {
    const packages = await fetchPackages(work, wanted.length > 0 ? wanted : names)
    await using proxy = await proxyOnLoopback(work)
    await using site = await openPackagesSite(work, disk, packages)
    const compared: Compared[] = []
    for (const one of packages) {
      const theirs = await throughAutopkgtest(work, { disk, port: proxy.port }, one)
      const ours = await throughProduct(site, one)
      compared.push({ name: one.name, theirs, ours })
      process.stderr.write(
        `${compared.length} of ${packages.length}: ${JSON.stringify(compared.at(-1), plain)}\n`,
      )
    }
    return report(compared)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

const plain = (_: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value) : value

/** Steps of its testbed have times of autopkgtest's own, which a slow host may miss: that is no verdict, and is tried again. */
async function throughAutopkgtest(
  work: string,
  { disk, port }: { disk: string; port: number },
  { name, tree, files }: DebianPackage,
): Promise<Said> {
  // The image's package manager asks a proxy at the port that our own machines have for it.
  const setUp = `sed -i s/:3128/:${port}/ /etc/apt/apt.conf.d/50assay`
  const words = ['--setup-commands', setUp, '--no-built-binaries', ...files, `${tree}/`]
  for (let attempt = 1; ; attempt++) {
    const begun = performance.now()
    const { code, tests, log } = await runAutopkgtest(join(work, `theirs-${name}-${attempt}`), disk, words)
    if (code !== testbedFailed || attempt === attempts) return { seconds: since(begun), tests }
    process.stderr.write(`autopkgtest lost its testbed for ${name}: ${log.slice(-500)}\n`)
  }
}

/** What machines get from the mirrors at a port of this host, as autopkgtest's machines reach it. */
async function proxyOnLoopback(work: string): Promise<AsyncDisposable & { port: number }> {
  const mirrors = await findMirrors(null)
  const proxy = await openProxy({ socket: join(work, 'proxy'), mirrors, refused: () => undefined })
  const server = createServer((client) => {
    const upstream = connect(proxy.socket)
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      await proxy.close()
    },
  }
}

/** With the packages' sources pushed as their checks, and the image's template made, as the image itself was. */
async function openPackagesSite(
  work: string,
  disk: string,
  packages: readonly DebianPackage[],
): Promise<Site> {
  const data = join(work, 'data')
  const images = imageStore(join(data, 'images'))
  await mkdir(images.folder, { recursive: true })
  await images.importDisk(disk, image)
  const warm = join(work, 'warm')
  await commitFiles(warm, {
    'debian/control': 'Source: warm\n\nPackage: warm\nArchitecture: all\nDescription: none\n',
    'debian/tests/control': 'Test-Command: true\nDepends: bash\n',
  })
  for (const { tree } of packages) await commitFiles(tree, {})
  const trees = Object.fromEntries(packages.map(({ name, tree }) => [name, tree]))
  const settings = { ASSAY_DATA: data, ASSAY_IMAGE: image, ASSAY_RUNNERS: '1' }
  const site = await openSite(settings, { ...trees, warm })
  await site.build({ name: 'warm', version: '1', files: [] })
  return site
}

async function throughProduct(site: Site, { name, version, tree, files }: DebianPackage): Promise<Said> {
  const begun = performance.now()
  const ended = await site.build({ name, version, files })
  const seconds = since(begun)
  return { seconds, tests: new Map([...(await skippedAtPush(tree)), ...ended.map(inTheirWords)]) }
}

const since = (begun: number): number => (performance.now() - begun) / 1000

async function skippedAtPush(tree: string): Promise<[string, string][]> {
  const { out } = await assay({}, 'lint', tree, '--json')
  const { skipped = [] } = JSON.parse(out) as { skipped?: { name: string }[] }
  return skipped.map(({ name }) => [name, 'SKIP'])
}

function inTheirWords({ check, outcome, reason }: Ended): [string, string] {
  if (outcome === 'passed') return [check, reason === 'superficial' ? 'PASS (superficial)' : 'PASS']
  if (outcome === 'skipped') return [check, reason === 'flaky' ? 'FLAKY' : 'SKIP']
  return [check, outcome === 'failed' ? 'FAIL' : `${outcome ?? 'no outcome'} (${reason ?? ''})`]
}

function report(compared: readonly Compared[]): Measured {
  const rows = compared.flatMap(({ name, theirs, ours }) =>
    [...new Set([...theirs.tests.keys(), ...ours.tests.keys()])].map((test) => {
      const verdicts = {
        autopkgtest: theirs.tests.get(test) ?? 'none',
        assay: ours.tests.get(test) ?? 'none',
      }
      return { package: name, test, ...verdicts, agree: verdicts.autopkgtest === verdicts.assay }
    }),
  )
  const times = compared.map(({ name, theirs, ours }) => ({
    package: name,
    autopkgtest: theirs.seconds,
    assay: ours.seconds,
  }))
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
  const seconds = {
    theirs: sum(times.map(({ autopkgtest }) => autopkgtest)),
    ours: sum(times.map(({ assay }) => assay)),
  }
  const ratio = seconds.theirs / seconds.ours
  const agreeing = rows.filter(({ agree }) => agree).length
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(at === 1 ? 32 : 18))
      .join(' ')
      .trimEnd()
  return {
    lines: [
      line(['PACKAGE', 'TEST', 'AUTOPKGTEST', 'ASSAY']),
      ...rows.map((row) =>
        line([row.package, row.test, row.autopkgtest, row.assay, row.agree ? '' : 'DIFFERS']),
      ),
      '',
      line(['PACKAGE', '', 'AUTOPKGTEST', 'ASSAY']),
      ...times.map((one) =>
        line([one.package, '', `${one.autopkgtest.toFixed(0)} s`, `${one.assay.toFixed(0)} s`]),
      ),
      '',
      `${agreeing} of ${rows.length} tests of ${compared.length} packages have the same verdict (aim: all)`,
      `All together, one package at a time: autopkgtest ${seconds.theirs.toFixed(0)} s, assay ${seconds.ours.toFixed(0)} s: ${ratio.toFixed(1)}x faster (aim ${aim.ratio}x)`,
    ],
    data: {
      tests: rows,
      packages: times,
      agreeing,
      autopkgtest_s: seconds.theirs,
      assay_s: seconds.ours,
      ratio,
    },
  }
}
