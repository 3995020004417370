/** What a build consists of, by its Koji's own word. */
import { artifactOfRpm, wantedRpms } from '../../../core/koji/rpms.ts'
import type { BuildArtifact, KojiFiles, KojiSettings } from '../../../schemas/types.gen.ts'
import { validateBuild, validateKojiChecksums, validateKojiFiles } from '../../../schemas/validate.ts'
import type { Build } from '../../store/builds.ts'
import { askHub } from './hub.ts'

const complete = 1

/** The hub has answered, and asking again would change nothing. */
export class NoFiles extends Error {}

/** The files of `build`, which Koji knows by `number`. Throws NoFiles, HUB_UNAVAILABLE and HUB_REFUSED. */
export async function filesOfBuild(
  koji: KojiSettings,
  number: number,
  build: Pick<Build, 'package' | 'release' | 'version' | 'architectures'>,
  signal: AbortSignal,
): Promise<BuildArtifact[]> {
  const [info, rpms] = await askHub(
    koji.hub,
    [
      ['getBuild', number],
      ['listBuildRPMs', number],
    ],
    signal,
  )
  const { value, problems } = validateKojiFiles({ build: info, rpms })
  if (!value)
    throw new NoFiles(
      `of what the hub says ${problems[0]?.path.join('.') ?? ''} ${problems[0]?.message ?? ''}`,
    )
  requireSame(value.build, build)
  const wanted = wantedRpms(value.rpms, { architectures: build.architectures, also: koji.also ?? [] })
  const sums = await askHub(
    koji.hub,
    wanted.map((rpm) => ['getRPMChecksums', rpm.id, ['sha256']]),
    signal,
  )
  const artifacts = wanted.map((rpm, index) => {
    const checksums = validateKojiChecksums(sums[index]).value
    const artifact = checksums && artifactOfRpm(koji.files, value.build, rpm, checksums)
    if (!artifact) throw new NoFiles(`the hub has no SHA-256 of ${rpm.name}.${rpm.arch}`)
    return artifact
  })
  requireValid(build, artifacts)
  return artifacts
}

/** A message said which build is meant, and anybody may have sent it: the hub must mean the same. */
function requireSame(info: KojiFiles['build'], build: Pick<Build, 'package' | 'version'>): void {
  const version = `${info.version}-${info.release}`
  const isSame = info.name === build.package.split('/')[1] && version === build.version.replace(/^\d+:/, '')
  if (!isSame) throw new NoFiles(`the hub says that it is ${info.name}-${version}`)
  if (info.state !== complete) throw new NoFiles('the hub says that it is not complete, or deleted')
}

function requireValid(
  { package: name, release, version }: Pick<Build, 'package' | 'release' | 'version'>,
  artifacts: readonly BuildArtifact[],
): void {
  const [problem] = validateBuild({ package: name, release, version, artifacts }).problems
  if (problem)
    throw new NoFiles(`of its ${artifacts.length} files ${problem.path.join('.')} ${problem.message}`)
}
