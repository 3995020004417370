/** A server whose site has something of everything, and how browsers and programs ask it. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { aliveRunner, type RichSite } from './rich-site.ts'
import { startServer } from '../../server/main.ts'
import { startTestServer, type TestServer } from './server.ts'
import { shared } from './shared.ts'

export const asHtml = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
export const asJson = { accept: 'application/json' }

export interface VisitedSite {
  server: TestServer
  site: RichSite
  /** Follows no redirection. */
  get: (path: string, headers?: Record<string, string>, method?: string) => Promise<Response>
  json: (path: string) => Promise<Record<string, unknown>>
  close: () => Promise<void>
}

/** What whoever copies the rich site of the run must know. */
export interface FilledFolder {
  folder: string
  site: RichSite
}

/** With a copy of the site that is filled once in a run: to fill one takes seconds. `start` starts its server. */
export async function openVisitedSite(start = startServer): Promise<VisitedSite> {
  const { folder, site } = await shared<FilledFolder>('richSite')
  const server = await startTestServer(
    {},
    async (data) => {
      for (const part of ['assay.sqlite', 'repos', 'executions'])
        await cp(join(folder, part), join(data, part), { recursive: true })
    },
    start,
  )
  await server.services.stores.runners.seen(aliveRunner, server.services.now())
  const get: VisitedSite['get'] = (path, headers = asHtml, method = 'GET') =>
    fetch(`${server.url}${path}`, { headers, method, redirect: 'manual' })
  return {
    server,
    site,
    get,
    json: async (path) => (await (await get(path, asJson)).json()) as Record<string, unknown>,
    close: () => server.close(),
  }
}
