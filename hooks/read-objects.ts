/** Content of many objects of one kind out of quarantine by one git: a process for each would keep the pusher waiting. */
import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'

/** The content by object, of `oids` whose sizes the caller has bounded. Throws when git fails or lacks one of them. */
export async function readObjects(
  oids: readonly string[],
  kind: 'blob' | 'tag' = 'blob',
): Promise<Map<string, Buffer>> {
  const blobs = new Map<string, Buffer>()
  if (oids.length === 0) return blobs
  const child = spawn('git', ['cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => undefined).end(oids.map((oid) => `${oid}\n`).join(''))
  const said = await buffer(child.stdout)
  for (let at = 0; at < said.length;) {
    const line = said.indexOf(10, at)
    const [, oid = '', type, size = ''] =
      /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(said.toString('latin1', at, line)) ?? []
    if (type !== kind) break
    blobs.set(oid, said.subarray(line + 1, line + 1 + Number(size)))
    at = line + 1 + Number(size) + 1
  }
  const missing = oids.find((oid) => !blobs.has(oid))
  if (missing !== undefined) throw new Error(`git cat-file does not say what object ${missing} is`)
  return blobs
}
