/** Takes the host's archive from a guest's disk and gives it the tests' own, without booting or mounting it. */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../../runner/command.ts'
import { keyring, sourceLine, type PackageArchive } from './package-archive.ts'
import { temporaryFolder } from './folder.ts'

/** What apt keeps of the archives that it knows. */
const [lists, cache] = ['/var/lib/apt/lists', '/var/cache/apt'] as const

/** Writes the disk at `from`, changed, to `to`. Both are qcow2. */
export async function knowOnly(archive: PackageArchive, from: string, to: string): Promise<void> {
  const raw = `${to}.raw`
  await command('qemu-img', ['convert', '-O', 'raw', from, raw])
  await using work = await temporaryFolder()
  const sources = join(work.path, 'sources.list')
  await writeFile(sources, `${sourceLine}\n`)
  await edit(raw, work.path, [
    ...(await filesIn(raw, lists)).map((name) => `rm ${lists}/${name}`),
    ...(await filesIn(raw, cache)).map((name) => `rm ${cache}/${name}`),
    'rm /etc/apt/sources.list',
    'cd /etc/apt',
    `write ${sources} sources.list`,
    'cd /usr/share/keyrings',
    `write ${archive.keyring} ${keyring.split('/').at(-1) ?? ''}`,
    `cd ${lists}`,
    ...(await readdir(archive.lists)).map((name) => `write ${join(archive.lists, name)} ${name}`),
  ])
  // What is free becomes a hole once nothing is left to put in order, and the copy the smaller.
  await command('e2fsck', ['-fy', raw])
  await command('e2fsck', ['-fy', '-E', 'discard', raw])
  await command('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, to])
  await rm(raw)
}

async function filesIn(disk: string, folder: string): Promise<string[]> {
  const listed = await command('debugfs', ['-R', `ls -p ${folder}`, disk])
  return [...listed.matchAll(/^\/\d+\/10\d+\/\d+\/\d+\/([^/]+)\//gm)].map(([, name = '']) => name)
}

/** It exits with 0 whatever becomes of the commands, and complains on standard error. */
async function edit(disk: string, folder: string, commands: readonly string[]): Promise<void> {
  const file = join(folder, 'commands')
  await writeFile(file, `${commands.join('\n')}\n`)
  const said: string[] = []
  await command('debugfs', ['-w', '-f', file, disk], { onLine: (line) => void said.push(line) })
  const complaints = said.filter((line) => !line.startsWith('debugfs 1.'))
  if (complaints.length > 0) throw new Error(`${disk} could not be changed: ${complaints.join('; ')}`)
}
