/** The records of decisions: each has its date and status, and is in the index. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../../docs/decisions')
const form =
  /^# (?<number>\d+)\. (?<title>.+)\n\n(?<date>\d{4}-\d\d-\d\d) · (?<status>accepted|superseded)\b(?<more>[^\n]*)\n\n\*\*Context\.\*\* /

describe('decisions', () => {
  it('say when they were made and whether they hold, and are all in the index', async () => {
    const names = (await readdir(folder)).filter((name) => name !== 'README.md').sort()
    const index = await readFile(join(folder, 'README.md'), 'utf8')
    const listed = [...index.matchAll(/^\| \[\d+\]\((?<name>[^)]+)\) /gm)].map(
      ({ groups }) => groups?.['name'],
    )
    deepEqual(listed, names)
    for (const name of names) {
      const text = await readFile(join(folder, name), 'utf8')
      const { number = '', title = '', date = '', more = '' } = form.exec(text)?.groups ?? {}
      equal(name.split('-')[0], number.padStart(3, '0'), name)
      ok(index.includes(`| [${number}](${name}) | ${title} | ${date} | `), name)
      for (const [, other = ''] of more.matchAll(/\]\(([^)]+)\)/g))
        ok(names.includes(other), `${name}: ${other}`)
    }
  })

  it('are linked from where people look', async () => {
    match(await readFile(join(folder, '../../README.md'), 'utf8'), /\(docs\/decisions\/\)/)
  })
})
