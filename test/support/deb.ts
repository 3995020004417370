/** A real Debian package, made on the spot. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export interface Deb {
  name: string
  version: string
  /** Field of the control file; absent: depends on nothing. */
  depends?: string
  /** Path in the system to content; all may be executed. `DEBIAN/postinst` and the like are the package's scripts. */
  files: Record<string, string>
}

/** Returns the path of the .deb in `folder`. */
export async function buildDeb(folder: string, { name, version, depends, files }: Deb): Promise<string> {
  const root = await mkdtemp(join(folder, 'deb-'))
  await chmod(root, 0o755)
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: amd64',
    'Maintainer: Ann <ann@example.org>',
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
    'Description: made by a test',
  ]
  const all = { 'DEBIAN/control': `${control.join('\n')}\n`, ...files }
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content, { mode: path === 'DEBIAN/control' ? 0o644 : 0o755 })
  }
  const target = join(folder, `${name}_${version}_amd64.deb`)
  await promisify(execFile)('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, target])
  await rm(root, { recursive: true })
  return target
}
