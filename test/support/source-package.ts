/** A real source package, made on the spot. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files of a source package that is `files`, made in `folder`. */
export async function sourcePackage(folder: string, files: Record<string, string>): Promise<string[]> {
  const tree = join(folder, 'hello-1')
  const all = { 'debian/source/format': '3.0 (native)\n', ...files }
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await writeFile(join(tree, path), content, { mode: 0o755 })
  }
  const tar = join(folder, 'hello_1.tar.gz')
  execFileSync('tar', ['-C', folder, '-czf', tar, 'hello-1'])
  const whole = await readFile(tar)
  const sum = createHash('sha256').update(whole).digest('hex')
  const dsc = join(folder, 'hello_1.dsc')
  await writeFile(
    dsc,
    `Format: 3.0 (native)\nSource: hello\nBinary: hello\nArchitecture: all\nVersion: 1\nMaintainer: Ann <ann@example.org>\nChecksums-Sha256:\n ${sum} ${whole.length} hello_1.tar.gz\nFiles:\n ${createHash('md5').update(whole).digest('hex')} ${whole.length} hello_1.tar.gz\n`,
  )
  return [dsc, tar]
}
