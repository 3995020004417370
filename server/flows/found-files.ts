/** Files that a build had to wait for are there, or never will be: its checks are scheduled. Safe to repeat. */
import type { BuildArtifact } from '../../schemas/types.gen.ts'
import type { Services } from '../services.ts'
import type { Build } from '../store/builds.ts'
import { scheduleAndOffer } from './schedule-build.ts'

export async function foundFiles(
  services: Services,
  build: Build,
  artifacts: readonly BuildArtifact[],
): Promise<void> {
  await services.stores.builds.setFiles(build.id, artifacts)
  await schedule(services, build)
}

/** Its checks are skipped with `why`: what they would test is not there. */
export async function missFiles(services: Services, build: Build, why: string): Promise<void> {
  await services.stores.builds.setFilesMissing(build.id, why)
  await schedule(services, build)
}

/** A crash before this is made up for by the sweep. */
async function schedule(services: Services, { id }: Build): Promise<void> {
  const event = await services.stores.events.ofBuild(id)
  if (event) await scheduleAndOffer(services, event)
}
