/** A whole real server in a folder of its own, on a free port. */
import { join } from 'node:path'
import { readConfig, type Config } from '../../core/config.ts'
import { startServer, type RunningServer } from '../../server/main.ts'
import type { Scope } from '../../core/permissions.ts'
import { temporaryFolder } from './folder.ts'
import { freshSqlite } from './sqlite.ts'

export interface TestServer extends RunningServer, AsyncDisposable {
  /** Makes a token of `user`. */
  token: (user: string, scopes: readonly Scope[]) => Promise<string>
}

/** `fill` puts into its folder what is there before it starts. */
export async function startTestServer(
  overrides: Partial<Config> = {},
  fill = (data: string) => freshSqlite(join(data, 'assay.sqlite')),
): Promise<TestServer> {
  const folder = await temporaryFolder()
  const config = readConfig({ ASSAY_DATA: folder.path, ASSAY_LISTEN: '127.0.0.1:0', ASSAY_LOG: 'silent' })
  if (!('databaseUrl' in overrides)) await fill(folder.path)
  const running = await startServer({ ...config, ...overrides })
  const { services } = running
  const close = async (): Promise<void> => {
    await running.close()
    await folder[Symbol.asyncDispose]()
  }
  return {
    ...running,
    close,
    token: (user, scopes) =>
      services.stores.tokens.create(user, scopes, { now: services.now(), expires: null }),
    [Symbol.asyncDispose]: close,
  }
}
