/** One look at one suite: what is new in it is heard as builds, once what was built from it is there. Safe to repeat. */
import type { SourcePackage } from '../../../core/debian-archive/stanzas.ts'
import { readBinaryPackage, readSourcePackage, toArtifact } from '../../../core/debian-archive/stanzas.ts'
import { isForArchitecture } from '../../../core/formats/debian-architectures.ts'
import type { HeardBuild } from '../../../core/listening/heard.ts'
import { compareVersions } from '../../../core/versions.ts'
import type { ArchiveListener } from '../../../schemas/types.gen.ts'
import { hear } from '../../flows/hear.ts'
import type { Services } from '../../services.ts'
import type { Shelf } from '../../store/archive-versions.ts'
import { readIndex, type Suite } from './index-file.ts'
import { openSuite, type Looked, type Where } from './suite.ts'

/** A suite that is watched, and the release that its builds are for. */
export interface Watched {
  archive: ArchiveListener
  name: string
  release: string
}

interface Look extends Watched {
  services: Services
  suite: Suite
  where: Where
}

type Found = SourcePackage & { component: string }

/** Packages of one source, and the files that were built from it. */
type Deliveries = ReadonlyMap<string, HeardBuild['build']['artifacts'] & object>

export async function lookAtSuite(services: Services, watched: Watched, where: Where): Promise<void> {
  const { archive, name } = watched
  const { listeners } = services.stores
  const looked = JSON.parse((await listeners.position(archive.name, name)) ?? 'null') as Looked | null
  const seen = new Set(looked?.seen)
  const wanted = componentsOf(archive).flatMap((component) =>
    architecturesOf(archive).map((arch) => shelfLabel(component, arch)),
  )
  const isComplete = wanted.every((label) => seen.has(label))
  const unchanged = isComplete ? looked : looked && { ...looked, etag: null, lastModified: null }
  const changed = await openSuite(`${archive.url}/dists/${name}`, unchanged, where)
  if (!changed) return
  const look: Look = { ...watched, services, suite: changed.suite, where }
  const sources = await readSources(look)
  for (const arch of architecturesOf(archive)) await lookForArchitecture(look, arch, { sources, seen })
  const position: Looked = {
    etag: changed.etag,
    lastModified: changed.lastModified,
    date: changed.suite.release.date,
    seen: wanted,
  }
  await listeners.setPosition(archive.name, name, JSON.stringify(position))
}

const componentsOf = ({ components = ['main'] }: ArchiveListener): string[] => components
const architecturesOf = ({ architectures = ['amd64'] }: ArchiveListener): string[] => architectures
const shelfLabel = (component: string, arch: string): string => `${component} ${arch}`

/** The newest version of each source package. */
async function readSources({ archive, suite, where }: Look): Promise<Map<string, Found>> {
  const sources = new Map<string, Found>()
  for (const component of componentsOf(archive))
    for await (const stanza of readIndex(suite, `${component}/source/Sources`, where)) {
      const found = readSourcePackage(stanza)
      const other = found && sources.get(found.source)
      if (found && (!other || compareVersions(found.version, other.version, 'deb') > 0))
        sources.set(found.source, { ...found, component })
    }
  return sources
}

async function lookForArchitecture(
  look: Look,
  arch: string,
  { sources, seen }: { sources: ReadonlyMap<string, Found>; seen: ReadonlySet<string> },
): Promise<void> {
  const { services, archive, name } = look
  const shelf: Shelf = { listener: archive.name, suite: name, arch }
  const before = await services.stores.archiveVersions.all(shelf)
  const fresh = [...sources.values()].filter(
    ({ source, version }) => compareVersions(version, before.get(source) ?? '~', 'deb') > 0,
  )
  const known = await services.stores.packages.namesIn(namespaceOf(archive))
  const isNews = (one: Found): boolean =>
    seen.has(shelfLabel(one.component, arch)) &&
    known.has(one.source) &&
    isForArchitecture(
      arch,
      one.architectures.filter((word) => word !== 'all').length > 0 ? one.architectures : [],
    )
  const news = fresh.filter(isNews)
  const rest = fresh.filter((one) => !isNews(one))
  await services.stores.archiveVersions.record(shelf, versionsOf(rest))
  await countUnknown(
    look,
    rest.filter(({ source, component }) => seen.has(shelfLabel(component, arch)) && !known.has(source)),
  )
  await announce(look, shelf, news)
}

const namespaceOf = ({ namespace = 'deb' }: ArchiveListener): string => namespace

const versionsOf = (found: readonly Found[]): Map<string, string> =>
  new Map(found.map(({ source, version }) => [source, version]))

async function countUnknown({ services, archive, name }: Look, unknown: readonly Found[]): Promise<void> {
  const last = unknown.at(-1)
  if (!last) return
  const what = `${last.source} ${last.version} in ${name}`
  const ignored = { rule: 'unknownPackage', what, at: services.now(), count: unknown.length }
  await services.stores.listeners.ignore(archive.name, ignored)
}

/** What is built is heard; what is not built yet is news again at the next look. */
async function announce(look: Look, shelf: Shelf, news: readonly Found[]): Promise<void> {
  if (news.length === 0) return
  const deliveries = await readDeliveries(look, shelf.arch, news)
  const { services, archive, name, suite } = look
  for (const found of news) {
    const debs = deliveries.get(found.source)
    if (!debs) continue
    const artifacts = [toArtifact(archive.url, found.dsc), ...debs]
    const heard = toBuild(look, shelf.arch, found, artifacts)
    const sentAt = new Date(suite.release.date).toISOString()
    const topic = `${name}/${found.component}`
    const message = { topic, id: heard.id, sentAt, body: heard.build }
    await hear(services, archive.name, [{ message, heard }])
    await services.stores.archiveVersions.record(shelf, versionsOf([found]))
  }
}

async function readDeliveries(
  { archive, suite, where }: Look,
  arch: string,
  news: readonly Found[],
): Promise<Deliveries> {
  const wanted = versionsOf(news)
  const deliveries = new Map<string, HeardBuild['build']['artifacts'] & object>()
  for (const component of new Set(news.map((one) => one.component)))
    for await (const stanza of readIndex(suite, `${component}/binary-${arch}/Packages`, where)) {
      const binary = readBinaryPackage(stanza)
      if (!binary || wanted.get(binary.source) !== binary.sourceVersion) continue
      const artifact = toArtifact(archive.url, binary.deb)
      deliveries.set(binary.source, [...(deliveries.get(binary.source) ?? []), artifact])
    }
  return deliveries
}

function toBuild(
  { archive, release, suite }: Look,
  arch: string,
  { source, version }: Found,
  artifacts: HeardBuild['build']['artifacts'] & object,
): HeardBuild {
  const name = `${namespaceOf(archive)}/${source}`
  return {
    kind: 'build',
    source: suite.url,
    id: `${source}_${version}_${arch}`,
    build: { package: name, release, version, architectures: [arch], artifacts },
    user: null,
    scratch: false,
  }
}
