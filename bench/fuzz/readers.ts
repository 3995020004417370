/** What strangers' words go through: each reader with a valid text, how long one may be, and where it is read. */
import { AppError } from '../../core/errors.ts'
import { readRelease } from '../../core/debian-archive/release.ts'
import { readSourcePackage } from '../../core/debian-archive/stanzas.ts'
import { readDeb822 } from '../../core/formats/deb822.ts'
import type { Entry } from '../../core/formats/manifest-file.ts'
import { readPurl } from '../../core/formats/purl.ts'
import { readRepository } from '../../core/formats/repository.ts'
import { NotXml } from '../../core/xml.ts'
import { parseJson } from '../../core/json.ts'
import { readAnswer } from '../../core/koji/xml-rpc.ts'
import { understand } from '../../core/listening/understand.ts'
import { readPackages } from '../../core/outputs/packages.ts'
import { readReports } from '../../core/outputs/reports.ts'
import { parseResults } from '../../core/outputs/results.ts'
import { readTmtResults } from '../../core/outputs/tmt.ts'
import type { TmtPlan } from '../../core/formats/tmt/plan.ts'
import { parseGroup, parseResult, parseTestcase } from '../../core/resultsdb/post.ts'
import { readResultsQuery } from '../../core/resultsdb/query.ts'
import { compareVersions } from '../../core/versions.ts'
import { agentMessage, longestWords } from '../../runner/machine/agent-words.ts'
import { lineReader } from '../../runner/machine/lines.ts'
import { readClientHello } from '../../runner/mirror/client-hello.ts'
import { validateBuild, validateReport } from '../../schemas/validate.ts'
import { parseGitCommand } from '../../server/ssh/git-command.ts'
import * as samples from './samples.ts'

export interface Reader {
  name: string
  sample: string
  /** Characters that a text may have: more never reaches it. */
  most: number
  /** Whether the server's or runner's loop reads it; otherwise a thread, or the hook's process. */
  inLoop: boolean
  /** Reads it, and says whether it was refused. Throws nothing but what `isRefusal` knows. */
  read: (text: string) => unknown
}

const KiB = 1024
const MiB = KiB ** 2
const repository = { namespace: 'deb', name: 'hello' }

export const isRefusal = (error: unknown): boolean => error instanceof AppError || error instanceof NotXml

/** As a push brings it. */
const tree =
  (path: string, beside: Readonly<Record<string, string>> = {}) =>
  (text: string): unknown => {
    const entries = Object.entries({ ...beside, [path]: text }).map(([name, content]): [string, Entry] => {
      const bytes = Buffer.from(content)
      return [name, { kind: 'file', size: bytes.length, bytes }]
    })
    return readRepository(new Map(entries), { repository }).faults.length > 0
  }

/** JSON is parsed before: what is none is refused there. */
const json =
  (read: (value: unknown, text: string) => unknown) =>
  (text: string): unknown => {
    let value: unknown
    try {
      value = parseJson(text)
    } catch {
      return true
    }
    return read(value, text)
  }

const bus = (topic: string) =>
  json((body) => understand({ topic, id: 'm', sentAt: null, body }, samples.naming).kind === 'malformed')

const outcomes = ['PASSED', 'FAILED', 'INFO', 'NEEDS_INSPECTION']

const plan = { tests: [{ name: '/smoke', check: [] }] } as unknown as TmtPlan

const fmf = { '.fmf/version': '1\n' }

export const readers: readonly Reader[] = [
  { name: 'checks.yaml', sample: samples.checksYaml, most: MiB, inLoop: false, read: tree('checks.yaml') },
  {
    name: 'control of DEP-8',
    sample: samples.control,
    most: MiB,
    inLoop: false,
    read: tree('debian/tests/control'),
  },
  {
    name: 'fmf of tmt',
    sample: samples.plan,
    most: MiB,
    inLoop: false,
    read: tree('plans.fmf', { ...fmf, 'tests.fmf': samples.tests }),
  },
  {
    name: 'playbook of STI',
    sample: samples.playbook,
    most: MiB,
    inLoop: false,
    read: tree('tests/tests.yml'),
  },
  {
    name: 'gating.yaml',
    sample: samples.gating,
    most: MiB,
    inLoop: false,
    read: tree('gating.yaml', { 'checks.yaml': samples.checksYaml }),
  },
  {
    name: 'TAP',
    sample: samples.tap,
    most: MiB,
    inLoop: false,
    read: (text) => readReports('tap', [text], true).notes.length > 0,
  },
  {
    name: 'JUnit',
    sample: samples.junit,
    most: MiB,
    inLoop: false,
    read: (text) => readReports({ junit: 'x' }, [text], true).notes.length > 0,
  },
  {
    name: 'results.yaml',
    sample: samples.resultYaml,
    most: MiB,
    inLoop: false,
    read: (text) => readReports({ results: 'x' }, [text], true).notes.length > 0,
  },
  {
    name: 'records of tmt',
    sample: samples.tmtRecords,
    most: MiB,
    inLoop: false,
    read: (text) => readTmtResults(plan, [text]).notes.length > 0,
  },
  {
    name: 'results.jsonl',
    sample: samples.results,
    most: MiB,
    inLoop: false,
    read: (text) => parseResults(text).notes.length > 0,
  },
  {
    name: 'results.jsonl, short',
    sample: samples.results,
    most: 16 * KiB,
    inLoop: true,
    read: (text) => parseResults(text).notes.length > 0,
  },
  {
    name: 'list of packages',
    sample: samples.packages,
    most: MiB,
    inLoop: true,
    read: (text) => readPackages(text).length === 0,
  },
  {
    name: 'build of an event',
    sample: samples.build,
    most: MiB,
    inLoop: true,
    read: json((value) => validateBuild(value).value === undefined),
  },
  {
    name: 'message of Koji',
    sample: samples.koji,
    most: MiB,
    inLoop: true,
    read: bus('org.example.buildsys.build.state.change'),
  },
  {
    name: 'message of Copr',
    sample: samples.copr,
    most: MiB,
    inLoop: true,
    read: bus('org.example.copr.build.end'),
  },
  {
    name: 'message of OBS',
    sample: samples.obs,
    most: MiB,
    inLoop: true,
    read: bus('opensuse.obs.package.build_success'),
  },
  {
    name: 'another message',
    sample: samples.copr,
    most: MiB,
    inLoop: true,
    read: bus('org.example.git.receive'),
  },
  {
    name: 'answer of a Koji hub',
    sample: samples.hub,
    // The site names its hub: no stranger writes it, and what it says of a build has a hundred KiB.
    most: 256 * KiB,
    inLoop: true,
    read: (text) => readAnswer(text) === undefined,
  },
  {
    name: 'result for ResultsDB',
    sample: samples.posted,
    most: MiB,
    inLoop: true,
    read: json(
      (value) => (parseResult(value, value, outcomes), parseGroup(value), parseTestcase(value), false),
    ),
  },
  {
    name: 'query of ResultsDB',
    sample: samples.query,
    most: 16 * KiB,
    inLoop: true,
    read: (text) => (readResultsQuery(new URLSearchParams(text), outcomes), false),
  },
  {
    name: 'report of a runner',
    sample: samples.report,
    most: MiB,
    inLoop: true,
    read: json((value) => validateReport(value).value === undefined),
  },
  { name: 'words of an agent', sample: samples.agent, most: 64 * KiB, inLoop: true, read: readAgent },
  {
    name: 'index of an archive',
    sample: samples.index,
    most: 64 * KiB,
    inLoop: true,
    read: (text) => readDeb822(text).stanzas.every((stanza) => readSourcePackage(stanza) === null),
  },
  {
    name: 'Release of an archive',
    sample: samples.release,
    // Read once its signature was found good: no stranger writes it, and real ones have 200 KiB.
    most: 256 * KiB,
    inLoop: true,
    read: (text) => readRelease(text) === null,
  },
  {
    name: 'package URL',
    sample: 'pkg:deb/debian/hello@2.10-3?arch=amd64&distro=sid',
    most: 2 * KiB,
    inLoop: true,
    read: (text) => readPurl(text) === null,
  },
  {
    name: 'versions',
    sample: '1:2.10-3~deb12u1+b1',
    most: 256,
    inLoop: true,
    read: (text) =>
      Number.isNaN(compareVersions(text, '1:2.10-3', 'deb') + compareVersions(text, '2.10-3.fc42', 'rpm')),
  },
  {
    name: 'hello of TLS',
    sample: samples.hello,
    most: 16 * KiB,
    inLoop: true,
    read: (text) => readClientHello(Buffer.from(text, 'latin1')).is === 'other',
  },
  {
    name: 'command over ssh',
    sample: "git-receive-pack '/deb/hello.git'",
    most: 600,
    inLoop: true,
    read: (text) => (parseGitCommand(text), false),
  },
]

function readAgent(text: string): boolean {
  const lines = lineReader(longestWords)
  let refused = 0
  for (let at = 0; at < text.length; at += 1000)
    for (const line of lines.push(Buffer.from(text.slice(at, at + 1000))))
      if (agentMessage(line) === null) refused += 1
  return refused > 0
}
