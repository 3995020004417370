/** A list of the API from its first page to its last. */
import type { Api } from './api.ts'
import type { PageJson } from './views.ts'

/** `path`: without a query. */
export async function allPages<T>(api: Api, path: string): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: PageJson<T> = await api.get(`${path}?limit=100${query}`)
    all.push(...page.data)
    cursor = page.next
  } while (cursor !== null)
  return all
}
