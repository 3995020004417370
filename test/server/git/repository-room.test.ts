/** How large a repository grows, whatever is pushed to it and taken back. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePackage } from '../../../core/names.ts'
import { bytesOf } from '../../../server/git/garbage.ts'
import { sweep } from '../../../server/flows/sweep.ts'
import { announce } from '../../support/site.ts'
import { manifest, openClone, type Clone } from '../../support/clone.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

const name = parsePackage('deb/large')
const MiB = 1024 ** 2
const most = 2

describe('a repository', () => {
  let server: TestServer
  let clone: Clone
  beforeEach(async () => {
    server = await startTestServer()
    server.services.settings.pushes = { repositoryMiB: most, deleteBranches: true }
    clone = await openClone(server, 'deb/large')
  })
  afterEach(async () => {
    await clone[Symbol.asyncDispose]()
    await server.close()
  })

  const bytes = async (): Promise<number> => {
    const { repositories } = server.services
    return bytesOf({ gitdir: repositories.path(name), env: await repositories.environment() })
  }
  /** Pushes a commit of so many MiB that cannot be packed smaller. */
  const push = async (branch: string, size: number) => {
    await clone.commit({ 'checks.yaml': manifest(), 'blob.bin': randomBytes(size * MiB) })
    return clone.push(branch)
  }
  const takeBack = async (branch: string): Promise<void> => {
    const { code, said } = await clone.git('push', 'origin', `:refs/heads/${branch}`)
    assert.equal(code, 0, said)
    // The next commit shall not bring this one along.
    await clone.git('checkout', '--quiet', '--orphan', `next-${randomBytes(4).toString('hex')}`)
  }
  /** As if all that is there had been pushed two hours ago. */
  const age = async (): Promise<void> => {
    const then = new Date(Date.now() - 2 * 3_600_000)
    const objects = join(server.services.repositories.path(name), 'objects')
    for (const path of await readdir(objects, { recursive: true }))
      await utimes(join(objects, path), then, then)
  }
  const clear = async (): Promise<void> => {
    await sweep(server.services, server.services.now())
    await server.services.room.settled()
  }

  it('does not grow without end by branches that are pushed and deleted again', async () => {
    let refused = 0
    for (let round = 0; round < 5; round++) {
      const { code, said } = await push('ann/try', 1)
      if (code !== 0) assert.match(said, /more than 2 MiB/)
      refused += code === 0 ? 0 : 1
      if (code === 0) await takeBack('ann/try')
    }
    assert.ok(refused >= 2 && refused < 4, String(refused))
    assert.ok((await bytes()) < (most + 1) * MiB)
  })

  it('takes no push while it is full, says why, and is cleared meanwhile', async () => {
    const { settings } = server.services
    // Nothing is cleared by itself before it is that old.
    settings.pushes = { repositoryMiB: 100, deleteBranches: true }
    assert.equal((await push('ann/try', 1)).code, 0)
    await takeBack('ann/try')
    assert.equal((await push('ann/try', 1.5)).code, 0)
    await takeBack('ann/try')
    await age()
    settings.pushes = { repositoryMiB: most, deleteBranches: true }
    const { code, said } = await push('ann/try', 1)
    assert.notEqual(code, 0)
    assert.match(said, /The check repository of deb\/large has 3 MiB, more than 2 MiB\./)
    assert.match(said, /What no branch leads to is being cleared away: try again in a few minutes\./)
    await clear()
    assert.ok((await bytes()) < MiB)
    assert.equal((await clone.push('ann/try')).code, 0)
  })

  it('keeps what branches lead to and what executions wait for', async () => {
    assert.equal((await push('main', 1)).code, 0)
    const { executions } = await announce(server.services, { package: 'deb/large' })
    const [{ commit } = { commit: '' }] = executions
    assert.equal(executions[0]?.state, 'scheduled')
    await clone.git('checkout', '--quiet', '--orphan', 'other')
    const other = await clone.commit({ 'checks.yaml': manifest(), 'blob.bin': randomBytes(1.2 * MiB) })
    server.services.settings.pushes = { repositoryMiB: most, forcePush: true }
    assert.equal((await clone.git('push', '--force', 'origin', 'HEAD:refs/heads/main')).code, 0)
    await age()
    assert.notEqual((await push('ann/try', 1)).code, 0)
    await clear()
    const { repositories } = server.services
    assert.ok(await repositories.commit(name, commit))
    assert.ok(await repositories.commit(name, other))
  })
})
