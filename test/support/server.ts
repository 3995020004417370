/** A whole real server in a folder of its own, on a free port. */
import { join } from 'node:path'
import { readConfig, type Config } from '../../core/config.ts'
import { buildApp } from '../../server/app.ts'
import { closeServer, listenTcp, urlOf } from '../../server/listen.ts'
import { startServer, type RunningServer } from '../../server/main.ts'
import { openServices } from '../../server/services.ts'
import type { Scope } from '../../core/permissions.ts'
import { temporaryFolder } from './folder.ts'
import { freshSqlite } from './sqlite.ts'

export interface TestServer extends RunningServer, AsyncDisposable {
  /** Makes a token of `user`. */
  token: (user: string, scopes: readonly Scope[]) => Promise<string>
}

/** `fill` puts into its folder what is there before it starts; `start` starts it. */
export async function startTestServer(
  overrides: Partial<Config> = {},
  fill = (data: string) => freshSqlite(join(data, 'assay.sqlite')),
  start: typeof startServer = startServer,
): Promise<TestServer> {
  const folder = await temporaryFolder()
  const config = readConfig({ ASSAY_DATA: folder.path, ASSAY_LISTEN: '127.0.0.1:0', ASSAY_LOG: 'silent' })
  if (!('databaseUrl' in overrides)) await fill(folder.path)
  const running = await start({ ...config, ...overrides })
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

/** A server that answers, and does nothing by itself: no sweeps, no listeners, no publishers. */
export async function startIdly(config: Config): Promise<RunningServer> {
  const address = { url: '' }
  const { services, close } = await openServices(config, () => address.url)
  const tcp = await listenTcp(buildApp(services), config.listen)
  address.url = urlOf(tcp)
  return {
    ...{ url: address.url, socketPath: '', redisUrl: services.redisUrl, services },
    async close() {
      await closeServer(tcp)
      await close()
    },
  }
}
