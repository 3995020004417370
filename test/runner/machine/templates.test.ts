/** Templates themselves: what tells them apart, what their memory is held in, and when they go. No machine runs. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { mkdir, open, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sweepTemplates } from '../../../runner/machine/kept-templates.ts'
import { sealMemory } from '../../../runner/machine/sealed-memory.ts'
import { templateKey } from '../../../runner/machine/template.ts'
import { temporaryFolder } from '../../support/folder.ts'

describe('templates', () => {
  it('are told apart by all that their clones depend on', () => {
    const image = {
      folder: '/i',
      facts: {
        name: 'x',
        arch: 'x86_64' as const,
        digest: 'a',
        builtAt: '',
        packages: [],
        disk: { file: 'd', format: 'qcow2' as const },
      },
    }
    const spec = {
      image: 'x',
      arch: 'x86_64',
      memoryMiB: 512,
      cpus: 1,
      diskMiB: 1,
      network: 'none',
      prepareNetwork: false,
      input: '',
    } as const
    const settings = {
      images: null as never,
      folder: '',
      accelerator: 'tcg',
      qemu: '7.2',
      bootTimeoutMs: 1,
      silenceMs: 1,
      internetAllowed: false,
      proxy: '',
    } as const
    const key = (
      changes: { spec?: object; image?: object; settings?: object; agent?: string } = {},
    ): string =>
      templateKey(
        { ...spec, ...changes.spec },
        {
          image: { ...image, facts: { ...image.facts, ...changes.image } },
          settings: { ...settings, ...changes.settings },
        },
        changes.agent ?? 'one',
      )
    const keys = [
      key(),
      ...[{ memoryMiB: 1024 }, { cpus: 2 }, { network: 'mirror' }].map((changes) => key({ spec: changes })),
      key({ image: { digest: 'b' } }),
      ...[{ accelerator: 'kvm' }, { qemu: '8.2' }].map((changes) => key({ settings: changes })),
      key({ agent: 'two' }),
    ]
    equal(new Set(keys).size, keys.length)
    equal(key(), keys[0])
  })

  it('are held in memory that nobody can change', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'memory')
    await writeFile(path, Buffer.concat([Buffer.alloc(1 << 20), Buffer.from('content')]))
    const { memory, bytes } = await sealMemory(path)
    try {
      equal((await memory.stat()).size, (1 << 20) + 7)
      ok(bytes < 1 << 20, 'what is nothing takes nothing')
      const text = Buffer.alloc(7)
      await memory.read(text, 0, 7, 1 << 20)
      equal(text.toString(), 'content')
      await using writable = await open(`/proc/self/fd/${memory.fd}`, 'r+')
      await rejects(writable.write('x', 0), { code: 'EPERM' })
      await rejects(writable.truncate(0), { code: 'EPERM' })
    } finally {
      await memory.close()
    }
  })

  it('are swept when nobody used them for weeks, or when they are more than is kept', async () => {
    await using folder = await temporaryFolder()
    const day = 86_400_000
    const all = { fresh: [1, 0], old: [1, 20], large: [20 * 2 ** 30, 1], broken: ['?', 0] } as const
    for (const [name, [bytes, days]] of Object.entries(all)) {
      await mkdir(join(folder.path, name))
      const facts = join(folder.path, name, 'template.json')
      await writeFile(facts, bytes === '?' ? '{' : JSON.stringify({ bytes }))
      const at = new Date(Date.now() - days * day)
      await utimes(facts, at, at)
    }
    equal(await sweepTemplates(folder.path), 3)
    deepEqual(await readdir(folder.path), ['fresh'])
  })
})
