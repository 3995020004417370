/** Package sources of hosts as they are found: two formats, third parties among them. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  debianArchive,
  hostSources,
  parseLines,
  parseStanzas,
  sourceLines,
} from '../../../runner/mirror/apt-sources.ts'
import { temporaryFolder } from '../../support/folder.ts'

describe('the package sources of a host', () => {
  it('are read in the one-line format', () => {
    const text = `# deb http://old.example/debian bookworm main
deb-src http://deb.debian.org/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://deb.debian.org/debian bookworm main contrib # note`
    deepEqual(parseLines(text), [
      { uri: 'https://deb.debian.org/debian/', suites: ['bookworm'], components: ['main', 'contrib'] },
    ])
  })

  it('are read as stanzas, with values over several lines, comments and what is switched off', () => {
    const text = `# Debian
Types: deb deb-src
# a comment within
URIs: http://deb.debian.org/debian
Suites: bookworm
 bookworm-updates
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian/
Suites: bookworm
Components: main`
    deepEqual(parseStanzas(text), [
      {
        uri: 'http://deb.debian.org/debian/',
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main'],
      },
    ])
  })

  it('are collected from all files that apt would read, over HTTP only', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'sources.list.d'))
    await writeFile(
      join(folder.path, 'sources.list'),
      'deb cdrom:[x]/ bookworm main\ndeb http://a.example/d sid main\n',
    )
    await writeFile(
      join(folder.path, 'sources.list.d/b.sources'),
      'Types: deb\nURIs: https://b.example/d\nSuites: s\n',
    )
    await writeFile(join(folder.path, 'sources.list.d/c.list.disabled'), 'deb http://c.example/d sid main\n')
    deepEqual(
      (await hostSources(folder.path)).map(({ uri }) => uri),
      ['http://a.example/d/', 'https://b.example/d/'],
    )
  })

  it('offer Debian where their own signed words say so, and nowhere else', async function () {
    this.timeout(60_000)
    const sources = await hostSources()
    const stranger = { uri: 'http://127.0.0.1:9/debian/', suites: ['bookworm'], components: ['main'] }
    const archive = await debianArchive([stranger, ...sources])
    ok(archive && sources.some(({ uri }) => uri === archive.main))
    equal(await debianArchive([stranger]), null)
  })

  it('become the lines that a guest installs from', () => {
    const archive = { main: 'http://m/debian/', security: 'http://s/debian-security/' }
    deepEqual(sourceLines(archive, 'bookworm'), [
      'deb http://m/debian/ bookworm main',
      'deb http://m/debian/ bookworm-updates main',
      'deb http://s/debian-security/ bookworm-security main',
    ])
    deepEqual(sourceLines(archive, 'sid'), ['deb http://m/debian/ sid main'])
  })
})
