/** Asks a Koji hub for the files of the builds that a bus announced, so that no hub holds up a bus. */
import type { BusListener, KojiSettings } from '../../../schemas/types.gen.ts'
import type { AppError } from '../../../core/errors.ts'
import { foundFiles, missFiles } from '../../flows/found-files.ts'
import type { Services } from '../../services.ts'
import type { Build } from '../../store/builds.ts'
import { repeatedly, type Repeating } from '../repeatedly.ts'
import { filesOfBuild, NoFiles } from './files-of-build.ts'
import { seekerName } from './seeker-name.ts'

/** Milliseconds. */
const limits = { interval: 5_000, longestPause: 5 * 60_000, patience: 24 * 3_600_000 }

/** Builds in one look. */
const most = 100

interface Seeking {
  services: Services
  bus: string
  koji: KojiSettings
}

/** Looks at once, now and again, and whenever it is told that a build came. After a failure it waits ever longer. */
export async function startSeeking(services: Services, bus: string, koji: KojiSettings): Promise<Repeating> {
  await services.stores.listeners.ensure(seekerName(bus), 'hub')
  let pause = 0
  let notBefore = 0
  return repeatedly(limits.interval, async (signal) => {
    if (Date.parse(services.now()) < notBefore) return
    const isWell = await lookForFiles({ services, bus, koji }, signal)
    pause = isWell ? 0 : Math.min(limits.longestPause, Math.max(limits.interval, pause * 2))
    notBefore = Date.parse(services.now()) + pause
  })
}

/** Builds whose files nobody asks for any more, since the settings changed: nothing shall wait for ever. */
export async function giveUpUnsought(services: Services, buses: readonly BusListener[]): Promise<void> {
  const sought = new Set(buses.filter(({ koji }) => koji).map(({ name }) => name))
  for (const listener of await services.stores.builds.listenersAwaited())
    if (!sought.has(listener))
      for (const build of await services.stores.builds.awaitingFiles(listener, Number.MAX_SAFE_INTEGER))
        await missFiles(services, build, `the settings name no hub for ${listener} any more`)
}

/** Whether the hub answered all that it was asked. */
async function lookForFiles(seeking: Seeking, signal: AbortSignal): Promise<boolean> {
  const { services, bus } = seeking
  const { builds, listeners } = services.stores
  const troubles: string[] = []
  for (const build of await builds.awaitingFiles(bus, most)) {
    try {
      await seek(seeking, build, signal)
    } catch (error) {
      if (signal.aborted) return true
      services.log.warn(
        { err: error, listener: seekerName(bus), build: build.id },
        'files cannot be asked for',
      )
      troubles.push(`${build.package} ${build.version}: ${(error as Error).message}`)
      if (isTooOld(build, services.now())) await missFiles(services, build, (error as Error).message)
      if ((error as AppError).code === 'HUB_UNAVAILABLE') break
    }
  }
  await listeners.setTrouble(seekerName(bus), troubles[0] ?? null, services.now())
  return troubles.length === 0
}

async function seek({ services, bus, koji }: Seeking, build: Build, signal: AbortSignal): Promise<void> {
  if (!build.files) return
  const what = `${build.package} ${build.version}`
  try {
    const artifacts = await filesOfBuild(koji, build.files.number, build, signal)
    await foundFiles(services, build, artifacts)
    await said(services, bus, `${what}: ${artifacts.length} files`)
  } catch (error) {
    if (!(error instanceof NoFiles)) throw error
    await missFiles(services, build, error.message)
    await said(services, bus, `${what}: ${error.message}`)
  }
}

const said = ({ stores, now }: Services, bus: string, what: string): Promise<void> =>
  stores.listeners.heard(seekerName(bus), { what, at: now(), sentAt: null, stored: 1, repeated: 0 })

const isTooOld = ({ createdAt }: Build, now: string): boolean =>
  Date.parse(now) - Date.parse(createdAt) > limits.patience
