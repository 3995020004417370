/** Where a program is, as the shell would find it. */
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Its absolute path, or null. Looks in PATH, and where administrators' programs are when PATH leaves them out. */
export async function findProgram(name: string): Promise<string | null> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/sbin', '/bin']
  for (const folder of folders) {
    const path = join(folder, name)
    if (folder !== '' && (await isExecutable(path))) return path
  }
  return null
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
