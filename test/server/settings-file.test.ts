import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSettings } from '../../server/settings-file.ts'
import { temporaryFolder } from '../support/folder.ts'

describe('the settings file', () => {
  it('need not be there unless it is named', async () => {
    assert.deepEqual(await readSettings(null), {})
    await assert.rejects(readSettings('/nowhere/settings.yaml'), { code: 'BAD_SETTINGS', message: /ENOENT/ })
  })

  it('is refused with the line of every mistake', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'settings.yaml')
    await writeFile(path, '# ours\nlisteneers: []\n\nmore: 1\n')
    await assert.rejects(readSettings(path), {
      code: 'BAD_SETTINGS',
      message: /settings\.yaml:2:1: unknown key "listeneers"[^]+settings\.yaml:4:1: unknown key "more"/,
    })
    await writeFile(path, '"unfinished')
    await assert.rejects(readSettings(path), {
      code: 'BAD_SETTINGS',
      message: /settings\.yaml:1:12: is not YAML/,
    })
  })

  it('names no password in an address, which pages and logs would show', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'settings.yaml')
    const listener = (url: string) => ({
      listeners: { archives: [{ name: 'a', url, suites: { sid: 'sid' } }] },
    })
    const publisher = (url: string) => ({ publishers: { webhooks: { w: { url, secretFile: '/s' } } } })
    for (const settings of [listener, publisher]) {
      await writeFile(path, JSON.stringify(settings('https://example.org:8443/debian')))
      await readSettings(path)
      await writeFile(path, JSON.stringify(settings('https://ann:secret@example.org/debian')))
      await assert.rejects(readSettings(path), { code: 'BAD_SETTINGS' })
    }
  })

  it('may be empty', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'settings.yaml')
    await writeFile(path, '# nothing yet\n')
    assert.deepEqual(await readSettings(path), {})
  })
})
