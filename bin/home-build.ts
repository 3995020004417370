/** The build that checks are about at home, where nobody announced one: from options, or guessed from what is there. */
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '../core/errors.ts'
import { fullName, parsePackage } from '../core/names.ts'
import type { JobBuild } from '../schemas/types.gen.ts'
import type { HomeArtifact } from '../runner/at-home.ts'
import { UsageError } from './command.ts'

export interface Given {
  /** Paths or addresses. */
  artifacts: readonly string[]
  package?: string | undefined
  release?: string | undefined
  version?: string | undefined
  /** Folder of the checks. */
  folder: string
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9+:~^._%-]{0,199}$/

export interface HomeBuild {
  build: JobBuild
  artifacts: HomeArtifact[]
}

/** Throws UsageError. */
export async function homeBuild({ artifacts: texts, folder, ...given }: Given): Promise<HomeBuild> {
  const artifacts = await Promise.all(texts.map(describe))
  const deb = artifacts.map(({ name }) => /^([^_]+)_([^_]+)_[^_]+\.deb$/.exec(name)).find(Boolean)
  const name = packageOf(given.package ?? `deb/${deb?.[1] ?? nameOf(folder)}`)
  return {
    artifacts,
    build: {
      package: name,
      release: given.release ?? (await hostRelease()),
      version: given.version ?? deb?.[2]?.replace(/%3a/i, ':') ?? '0',
      // Where they come from and what they hash to is known to `artifacts` alone: nobody announced them.
      artifacts: artifacts.map(({ name }) => ({ name, url: 'http://localhost/', sha256: '0'.repeat(64) })),
    },
  }
}

function packageOf(text: string): string {
  try {
    return fullName(parsePackage(text))
  } catch (error) {
    throw new UsageError(error instanceof AppError ? error.message : String(error))
  }
}

/** Check repositories are often called after their package. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/([-.]checks?|\.git)$/, '')
    .replaceAll(/[^a-z0-9+.-]/g, '-')
  return /^[a-z0-9]/.test(name) ? name : 'unknown'
}

async function describe(text: string): Promise<HomeArtifact> {
  const [url = '', sha256 = null] = text.split('#sha256=')
  if (/^https?:\/\//i.test(url)) {
    if (!URL.canParse(url)) throw new UsageError(`${text} is no address`)
    return { name: plainName(new URL(url).pathname.split('/').at(-1) ?? '', text), url, sha256 }
  }
  if (!(await stat(text).catch(() => null))?.isFile()) throw new UsageError(`there is no file ${text}`)
  return { name: plainName(basename(text), text), path: text }
}

function plainName(name: string, text: string): string {
  if (namePattern.test(name)) return name
  throw new UsageError(`${text} has no plain file name, such as hello_2.10-3_amd64.deb`)
}

/** bookworm, or f44. */
async function hostRelease(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}="?([^"\\n]+)"?$`, 'm').exec(text)?.[1]
  return field('VERSION_CODENAME') ?? `${field('ID') ?? 'unknown'}${field('VERSION_ID') ?? ''}`
}
