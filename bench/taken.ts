/** What a process and all its children take of the host. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Taken {
  processes: number
  /** Open files, sockets included. */
  files: number
  /** Its share of what it has in memory. */
  memoryMiB: number
  /** On disk for machines and attempts that are under way. */
  machinesKiB: number
  /** Folders of ours among the host's temporary files. */
  temporary: number
}

export async function takenBy(pid: number, data: string): Promise<Taken> {
  const pids = await family(pid)
  const each = await Promise.all(pids.map(takenByOne))
  const temporary = (await readdir(tmpdir())).filter((name) => name.startsWith('assay-'))
  const places = ['machines', 'attempts'].map((name) => join(data, 'runner', name))
  return {
    processes: pids.length,
    files: sum(each.map(({ files }) => files)),
    memoryMiB: Math.round(sum(each.map(({ kibi }) => kibi)) / 1024),
    machinesKiB: sum(await Promise.all(places.map(kibiOnDisk))),
    temporary: temporary.length,
  }
}

async function family(pid: number): Promise<number[]> {
  const children = (
    await Promise.all((await readdir(`/proc/${pid}/task`)).map((thread) => childrenOf(pid, thread)))
  ).flat()
  return [pid, ...(await Promise.all(children.map((child) => family(child).catch(() => [])))).flat()]
}

async function childrenOf(pid: number, thread: string): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')
  return text.split(' ').filter(Boolean).map(Number)
}

/** Of a process that ends meanwhile: nothing. */
async function takenByOne(pid: number): Promise<{ files: number; kibi: number }> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  return { files: files.length, kibi: Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) }
}

async function kibiOnDisk(path: string): Promise<number> {
  const facts = await stat(path).catch(() => null)
  if (!facts) return 0
  const inside = facts.isDirectory() ? await readdir(path).catch(() => []) : []
  return facts.blocks / 2 + sum(await Promise.all(inside.map((name) => kibiOnDisk(join(path, name)))))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
