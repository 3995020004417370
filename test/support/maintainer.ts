/** A maintainer who pushes to a server, with a clone of a fresh package for each test. */
import assert from 'node:assert/strict'
import { openClone, type Clone } from './clone.ts'
import { startTestServer, type TestServer } from './server.ts'

export interface Maintainer {
  /** The server, and the clone of the test that runs. */
  now: () => { server: TestServer; clone: Clone }
  branches: () => Promise<string>
  /** Expects the push to be refused for each of `reasons`, and nothing of it to be in. */
  refused: (...reasons: RegExp[]) => Promise<string>
  /** Expects the push to be taken, and to be told of each. */
  taken: (...toldOf: RegExp[]) => Promise<void>
}

/** Starts a server before the tests of a suite, and makes a package whose name begins with `name` before each. */
export function maintainer(name: string): Maintainer {
  let server: TestServer
  let clone: Clone
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())
  beforeEach(async () => {
    clone = await openClone(server, `${name}-${Date.now()}`)
  })
  afterEach(() => clone[Symbol.asyncDispose]())

  const branches = async (): Promise<string> => (await clone.git('ls-remote', 'origin')).said
  return {
    now: () => ({ server, clone }),
    branches,
    async refused(...reasons) {
      const { code, said } = await clone.push()
      assert.equal(code, 1, said)
      for (const reason of reasons) assert.match(said, reason)
      assert.match(said, /Nothing of this push was taken/)
      assert.equal(await branches(), '')
      return said
    },
    async taken(...toldOf) {
      const { code, said } = await clone.push()
      assert.equal(code, 0, said)
      for (const one of toldOf) assert.match(said, one)
    },
  }
}
