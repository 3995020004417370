/** A server whose site has something of everything, and how browsers and programs ask it. */
import { fillSite, type RichSite } from './rich-site.ts'
import { startTestServer, type TestServer } from './server.ts'

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

export async function openVisitedSite(): Promise<VisitedSite> {
  const server = await startTestServer()
  const site = await fillSite(server.services)
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
