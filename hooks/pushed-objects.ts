/** What refs shall lead to: commits, directly or by one tag. Found out before anything reads or inflates it. */
import { limits } from '../core/formats/limits.ts'
import { printable } from '../core/formats/show-faults.ts'
import type { RefUpdate } from '../schemas/types.gen.ts'
import { gitRecords } from './git-records.ts'
import { readObjects } from './read-objects.ts'
import { Refusal } from './updates.ts'

interface Found {
  type: string
  size: number
}

/** Why updates are refused for what they lead to; none: all of it are commits, or tags of commits, of a size. */
export async function refuseObjects(arriving: readonly RefUpdate[]): Promise<string[]> {
  const found = await look([...new Set(arriving.map(({ after }) => after))])
  const tags = [...found].filter(([, { type, size }]) => type === 'tag' && size <= limits.tagBytes)
  if (tags.reduce((sum, [, { size }]) => sum + size, 0) > limits.tagsBytes)
    throw new Refusal(
      `The tags of this push have more than ${limits.tagsBytes / 1024 ** 2} MiB: push fewer at a time.`,
    )
  const tagged = await taggedBy(tags.map(([oid]) => oid))
  return arriving.flatMap(({ ref, after }) => {
    const why = whyNot(found.get(after), tagged.get(after))
    return why === null ? [] : [`${printable(ref)} ${why}`]
  })
}

function whyNot(found: Found | undefined, tagged: string | undefined): string | null {
  const { type, size } = found ?? { type: 'missing', size: 0 }
  if (type === 'commit')
    return size <= limits.commitBytes
      ? null
      : `leads to a commit of more than ${limits.commitBytes / 1024 ** 2} MiB: write a shorter message.`
  if (type === 'missing') return 'leads to an object that is not there.'
  if (type !== 'tag') return `leads to a ${type}: branches and tags are of commits here.`
  if (size > limits.tagBytes)
    return `is a tag of more than ${limits.tagBytes / 1024} KiB: write a shorter message.`
  return tagged === 'commit'
    ? null
    : `is a tag of a ${tagged ?? 'nothing'}: tags are of commits here (git tag -a NAME COMMIT).`
}

/** Their headers alone, which git reads without what is behind them. */
async function look(oids: readonly string[]): Promise<Map<string, Found>> {
  const found = new Map<string, Found>()
  if (oids.length === 0) return found
  const input = oids.map((oid) => `${oid}\n`).join('')
  const args = ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)']
  for await (const line of gitRecords({ args, separator: '\n', input })) {
    const [oid = '', type = '', size = ''] = line.split(' ')
    found.set(oid, { type, size: Number(size) })
  }
  return found
}

/** The kind of object that each tag says it is of, by the tag: its second line, before anything that its author wrote. */
async function taggedBy(tags: readonly string[]): Promise<Map<string, string>> {
  const contents = await readObjects(tags, 'tag')
  return new Map(
    [...contents].map(([oid, text]) => [
      oid,
      /^object [0-9a-f]+\ntype (\w+)\n/.exec(text.toString('latin1', 0, 200))?.[1] ?? 'nothing',
    ]),
  )
}
