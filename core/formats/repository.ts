/** Everything that a check repository declares, in whatever formats. Pure: read alike at home, at push and after. */
import { excess, fitted } from '../check-bounds.ts'
import type { Check, Fault, Reading } from '../check.ts'
import { readDep8 } from './dep8.ts'
import { readGating, unmetRules, type GatingReading } from './gating.ts'
import { limits } from './limits.ts'
import { readManifestFile, textOf, type Entry } from './manifest-file.ts'
import {
  dep8Files,
  fmfMarker,
  gatingFile,
  isStiFile,
  manifestFile,
  sourceControlFile,
} from './manifest-name.ts'
import { matchesText } from '../globs.ts'
import type { Options } from './native.ts'
import type { RepositoryContext } from './repository-context.ts'
import { readSti, type StiReading } from './sti/read-sti.ts'
import { readTmt } from './tmt/read-tmt.ts'
import { distinct, type TmtSource } from './tmt/sources.ts'

/** What stands at the paths that readers want to see (`isRead`). */
export type Entries = ReadonlyMap<string, Entry>

export interface RepositoryReading extends Reading {
  /** Text of the files that were read, for quoting; what is no text is not here. */
  texts: ReadonlyMap<string, string>
  /** The files that declare checks. */
  files: readonly string[]
  /** What is run otherwise than it is written, or in part. */
  notes: readonly string[]
  /** Other repositories that checks take tests, plans and libraries from, and whose trees are not there. */
  sources: readonly TmtSource[]
  /** What is known once such sources have been fetched that are not there yet. */
  awaited: Reading['skipped']
}

export const formatOf = ({ dep8, tmt, sti }: Pick<Check, 'dep8' | 'tmt' | 'sti'>): string =>
  dep8 ? 'DEP-8' : tmt ? 'tmt' : sti ? 'STI' : 'checks.yaml'

/** Faults anywhere leave no checks. */
export function readRepository(entries: Entries, context: RepositoryContext): RepositoryReading {
  const texts = new Map<string, string>()
  const { text, others, ...native } = readManifestFile(entries.get(manifestFile) ?? null, context)
  if (text !== null) texts.set(manifestFile, text)
  const control = dep8Files.find((file) => entries.has(file))
  const dep8 = control === undefined ? none : readControl(control, { entries, texts, context })
  const tmt = entries.has(fmfMarker)
    ? readTmt(entries, context)
    : { ...none, notes: [], texts: new Map<string, string>(), sources: [], awaited: [] }
  const sti = readPlaybooks(entries, context, tmt.checks.length + tmt.awaited.length > 0)
  for (const [path, said] of [...tmt.texts, ...sti.texts]) texts.set(path, said)
  const { rules, notes: onPolicies, ...gating } = readPolicies(entries, texts)
  const playbooks = [...entries.keys()].filter(isStiFile)
  const files = [manifestFile, control ?? '', fmfMarker, ...playbooks].filter((file) => entries.has(file))
  const read = joined([
    [manifestFile, native],
    [control ?? '', dep8],
    ['tmt', tmt],
    ['STI', sti],
    [gatingFile, gating],
  ])
  const sources = distinct([...tmt.sources, ...sti.sources])
  const awaited = [...tmt.awaited, ...sti.awaited]
  const nothing = { ...none, texts, files, notes: [], sources, awaited }
  if (read.faults.length > 0) return { ...nothing, faults: read.faults }
  if (read.checks.length <= limits.checks) {
    const { checks: all, notes } = withOptions(read.checks, awaited, others)
    const { checks, skipped: beyond } = withinBounds(all, context.bounds)
    const skipped = [...read.skipped, ...beyond]
    const names = [...checks, ...skipped, ...awaited].map(({ name }) => name)
    const onRules = unmetRules(rules, { repository: context.repository, checks: names })
    return {
      ...{ ...nothing, ...read, checks, skipped },
      notes: [...tmt.notes, ...sti.notes, ...notes, ...onPolicies, ...onRules],
    }
  }
  const fault: Fault = {
    file: files.at(-1) ?? manifestFile,
    line: 1,
    column: 1,
    message: `${read.checks.length} checks in one repository are too many`,
    mend: `declare at most ${limits.checks}`,
  }
  return { ...nothing, faults: [fault] }
}

/** What checks.yaml says of checks that other formats declare. */
function withOptions(
  checks: readonly Check[],
  awaited: Reading['skipped'],
  others: readonly Options[],
): { checks: Check[]; notes: string[] } {
  const isOther = (check: Check): boolean => formatOf(check) !== manifestFile
  const names = [...checks.filter(isOther), ...awaited].map(({ name }) => name)
  const unused = others.filter(({ glob }) => !names.some((name) => matchesText(name, glob)))
  return {
    checks: checks.map((check) =>
      isOther(check)
        ? others
            .filter(({ glob }) => matchesText(check.name, glob))
            .reduce<Check>((changed, { changes }) => ({ ...changed, ...changes }), check)
        : check,
    ),
    notes: unused.map(
      ({ glob }) => `others in ${manifestFile}: no check of another format is called ${glob}`,
    ),
  }
}

/** Other formats are read by other systems, too: what asks for a machine that is not to be had here is skipped. */
function withinBounds(
  checks: readonly Check[],
  bounds: RepositoryContext['bounds'],
): Pick<Reading, 'checks' | 'skipped'> {
  const found: Pick<Reading, 'checks' | 'skipped'> = { checks: [], skipped: [] }
  for (const check of checks) {
    const beyond = bounds ? excess(fitted(check, bounds), bounds) : null
    if (beyond === null) found.checks.push(check)
    else found.skipped.push({ name: check.name, reason: `it asks for ${beyond}: ${mendOf(check)}` })
  }
  return found
}

const mendOf = (check: Check): string =>
  `ask for less${check.tmt ? ' (provision of its plan)' : ''}, or write others: {'${check.name}': …} in ${manifestFile}`

/** Repositories that went over to tmt often keep their playbooks, which then say the same twice. */
function readPlaybooks(entries: Entries, context: RepositoryContext, hasTmt: boolean): StiReading {
  const sti = readSti(entries, context)
  if (!hasTmt) return sti
  const reason = 'the repository has plans or tests of tmt, which stand for its playbooks'
  const skipped = [...sti.checks, ...sti.awaited].map(({ name }) => ({ name, reason }))
  return { ...sti, checks: [], notes: [], skipped, sources: [], awaited: [] }
}

/** All readings as one. Of a name that several give, the first keeps it. */
function joined(readings: readonly (readonly [string, Reading])[]): Reading {
  const all: Reading = { checks: [], skipped: [], faults: [] }
  const owners = new Map<string, string>()
  for (const [where, { checks, skipped, faults }] of readings) {
    // One by one: of a tree there may be more than a call takes arguments.
    for (const fault of faults) all.faults.push(fault)
    for (const skip of skipped) all.skipped.push(skip)
    for (const check of checks) {
      const owner = owners.get(check.name)
      if (owner === undefined) all.checks.push(check)
      else all.skipped.push({ name: check.name, reason: `${owner} declares a check of this name, too` })
    }
    for (const { name } of [...checks, ...skipped]) if (!owners.has(name)) owners.set(name, where)
  }
  return all
}

function readPolicies(entries: Entries, texts: Map<string, string>): GatingReading & Reading {
  const entry = entries.get(gatingFile)
  const { text, fault } = entry ? textOf(entry, gatingFile) : { text: null, fault: null }
  if (text === null) return { ...none, rules: [], notes: [], faults: fault ? [fault] : [] }
  texts.set(gatingFile, text)
  return { ...none, ...readGating(text) }
}

const none: Reading = { checks: [], faults: [], skipped: [] }

interface Around {
  entries: Entries
  texts: Map<string, string>
  context: RepositoryContext
}

function readControl(file: string, { entries, texts, context: { repository } }: Around): Reading {
  const entry = entries.get(file)
  if (!entry) return none
  const { text, fault } = textOf(entry, file)
  if (fault) return { ...none, faults: [fault] }
  texts.set(file, text)
  const source = entries.get(sourceControlFile)
  const said = source ? textOf(source, sourceControlFile).text : null
  return readDep8(text, { file, repository, source: said })
}
