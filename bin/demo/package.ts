/** Which distribution this host runs, and a real package of it, from the host's own sources. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { command, CommandFailed } from '../../runner/command.ts'
import { say } from '../output.ts'

export interface HostRelease {
  /** bookworm */
  codename: string
  /** debian-12 */
  image: string
}

/** Throws UNKNOWN_HOST where there is no image for what the host runs. */
export async function hostRelease(): Promise<HostRelease> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const value = (key: string): string => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
  const [codename, version] = [value('VERSION_CODENAME'), value('VERSION_ID')]
  if (value('ID') !== 'debian' || !['12', '13'].includes(version))
    throw new AppError(
      'UNKNOWN_HOST',
      500,
      `This host runs ${value('PRETTY_NAME') || 'something unknown'}: the demo takes its package and its guest from the host's own sources, which must be those of Debian 12 or 13.`,
    )
  say(`   Debian ${version} (${codename})`)
  return { codename, image: `debian-${version}` }
}

export interface BuiltPackage {
  version: string
  /** Path of its .deb. */
  file: string
}

/** Downloads the binary package `name` into `folder`, unless it is there. Throws PACKAGE_UNAVAILABLE. */
export async function fetchPackage(name: string, folder: string): Promise<BuiltPackage> {
  const find = async (): Promise<string | undefined> =>
    (await readdir(folder)).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'))
  const file = (await find()) ?? (await download(name, folder).then(find))
  if (file === undefined) throw unavailable(name, 'apt downloaded nothing')
  const path = join(folder, file)
  const version = (await command('dpkg-deb', ['-f', path, 'Version'])).trim()
  say(`   ${file}`)
  return { version, file: path }
}

/** Fresh hosts have no package lists yet. */
async function download(name: string, folder: string): Promise<void> {
  const get = (): Promise<string> => command('apt-get', ['-q', 'download', name], { cwd: folder })
  try {
    await get().catch(() => update().then(get))
  } catch (error) {
    if (error instanceof CommandFailed) throw unavailable(name, error.message)
    throw error
  }
}

function update(): Promise<string> {
  say('   updating the package lists')
  return process.getuid?.() === 0
    ? command('apt-get', ['-q', 'update'])
    : command('sudo', ['apt-get', '-q', 'update'])
}

const unavailable = (name: string, why: string): AppError =>
  new AppError('PACKAGE_UNAVAILABLE', 500, `The package ${name} cannot be had: ${why}`, {
    hint: "check the network and the host's package sources with `apt-get update`",
  })
