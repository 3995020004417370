/** A list of the API from its first page to its last. */
import type { Api } from './api.ts'
import type { PageJson } from './views.ts'

export async function allPages<T>(api: Api, path: string): Promise<T[]> {
  const all: T[] = []
  const first = `${path}${path.includes('?') ? '&' : '?'}limit=100`
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: PageJson<T> = await api.get(`${first}${query}`)
    all.push(...page.data)
    cursor = page.next
  } while (cursor !== null)
  return all
}
