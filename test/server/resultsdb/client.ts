/** A client of ResultsDB's API, and a server for it to speak to, on each database. */
import assert from 'node:assert/strict'
import type { Config } from '../../../core/config.ts'
import type { ResultsdbGroup, ResultsdbResult, ResultsdbTestcase } from '../../../schemas/types.gen.ts'
import { databases } from '../../support/databases.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

export interface Answer<T> {
  status: number
  body: T
  headers: Headers
}

export interface List<T> {
  data: T[]
  next: string | null
  prev: string | null
}

export interface Refusal {
  message?: string
  validation_error?: { loc: (string | number)[]; msg: string; type: string; input: unknown; url: string }[]
}

/** Members, in their order, of everything that a reply may be. */
export type Reply = List<ResultsdbResult> & Refusal & ResultsdbResult & ResultsdbGroup & ResultsdbTestcase

export interface ResultsdbClient extends AsyncDisposable {
  server: TestServer
  base: string
  get: <T = Reply>(path: string, headers?: Record<string, string>) => Promise<Answer<T>>
  post: <T = Reply>(path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer<T>>
  /** Posts a result that is good, but for `changes`, and expects it to be taken. */
  add: (changes?: object) => Promise<ResultsdbResult>
  /** What a list answers, as `outcome` of the results in it or whatever `of` says. */
  list: (path: string) => Promise<ResultsdbResult[]>
}

export const testcase = 'fedora-ci.koji-build./plans/basic.functional'

/** A server on the database of that name that takes results from everybody, unless told otherwise. */
export async function openResultsdb(
  database: keyof typeof databases,
  overrides: Partial<Config> = {},
): Promise<ResultsdbClient> {
  const { url: databaseUrl, ...rest } = await databases[database]!()
  const results: Config['results'] = { post: 'open', outcomes: ['AMAZING'] }
  const server = await startTestServer({ databaseUrl, results, ...overrides })
  const base = `${server.url}/api/v2.0`
  const ask = async <T>(path: string, init: RequestInit): Promise<Answer<T>> => {
    const response = await fetch(`${base}${path}`, init)
    const text = await response.text()
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/, text)
    return { status: response.status, body: JSON.parse(text) as T, headers: response.headers }
  }
  const get: ResultsdbClient['get'] = (path, headers = {}) => ask(path, { headers })
  const post: ResultsdbClient['post'] = (path, body, headers = {}) =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return {
    server,
    base,
    get,
    post,
    async add(changes = {}) {
      const { status, body } = await post('/results', { outcome: 'PASSED', testcase, ...changes })
      assert.equal(status, 201, JSON.stringify(body))
      return body
    },
    async list(path) {
      const { status, body } = await get(path)
      assert.equal(status, 200, JSON.stringify(body))
      return body.data
    },
    async [Symbol.asyncDispose]() {
      await server.close()
      await rest[Symbol.asyncDispose]()
    },
  }
}

/** Describes `behaviour` of a server of its own once per database. */
export function onEachResultsdb(
  title: string,
  behaviour: (client: () => ResultsdbClient) => void,
  overrides: Partial<Config> = {},
): void {
  for (const database of Object.keys(databases))
    describe(`${title} (${database})`, () => {
      let client: ResultsdbClient
      before(async () => {
        client = await openResultsdb(database, overrides)
      })
      after(() => client[Symbol.asyncDispose]())
      behaviour(() => client)
    })
}
