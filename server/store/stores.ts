/** All stores over one database or one transaction, so that a flow can run in either. */
import { accounts } from './accounts.ts'
import {
  hasPatterns,
  type GroupsQuery,
  type NamesQuery,
  type ResultsQuery,
} from '../../core/resultsdb/query.ts'
import { archiveVersions } from './archive-versions.ts'
import { attempts } from './attempts.ts'
import { builds } from './builds.ts'
import type { Database } from './database.ts'
import { events } from './events.ts'
import { executionLists, type Filter } from './execution-lists.ts'
import { executions } from './executions.ts'
import { groups } from './groups.ts'
import { holdings } from './holdings.ts'
import { listeners } from './listeners.ts'
import { news } from './news.ts'
import { outbox } from './outbox.ts'
import { overviews } from './overviews.ts'
import { packages } from './packages.ts'
import { withinLimits } from './reading-database.ts'
import { readers } from './readers.ts'
import { registrations } from './registrations.ts'
import { artifacts, results } from './results.ts'
import { resultsdbNames } from './resultsdb-names.ts'
import { resultsdbResults } from './resultsdb-results.ts'
import { runners } from './runners.ts'
import { search } from './search.ts'
import { sessions } from './sessions.ts'
import { setAsideMessages } from './set-aside.ts'
import { sshKeys } from './ssh-keys.ts'
import { tokens } from './tokens.ts'
import { uploadRows } from './uploads.ts'
import { upstreams } from './upstreams.ts'

export type Stores = ReturnType<typeof stores>

/** `audience`: publishers that hear of every execution. */
export function stores(db: Database, audience: readonly string[] = []) {
  return {
    packages: packages(db),
    tokens: tokens(db),
    sessions: sessions(db),
    accounts: accounts(db),
    sshKeys: sshKeys(db),
    groups: groups(db),
    registrations: registrations(db),
    events: events(db),
    builds: builds(db),
    executions: executions(db),
    executionLists: executionLists(db),
    outbox: outbox(db, audience),
    news: news(db),
    readers: readers(db),
    overviews: overviews(db),
    search: search(db),
    attempts: attempts(db),
    holdings: holdings(db),
    results: results(db),
    artifacts: artifacts(db),
    resultsdbNames: resultsdbNames(db),
    resultsdbResults: resultsdbResults(db),
    runners: runners(db),
    listeners: listeners(db),
    setAside: setAsideMessages(db),
    archiveVersions: archiveVersions(db),
    uploads: uploadRows(db),
    upstreams: upstreams(db),
  }
}

export type Lookups = ReturnType<typeof lookups>

/**
 * What of the stores answers questions in anybody's own words, over connections with limits. `patterns`: others of them, for
 * what looks at every value, so that who asks for one result by its names does not wait for that.
 */
export function lookups(reading: Database, patterns: Database) {
  const results = { plain: resultsdbResults(reading), like: resultsdbResults(patterns) }
  const names = { plain: resultsdbNames(reading), like: resultsdbNames(patterns) }
  const resultsFor = (query: ResultsQuery) => (hasPatterns(query) ? results.like : results.plain)
  const namesFor = (query: NamesQuery) => (query.like.length > 0 ? names.like : names.plain)
  const [allPackages, lists] = [packages(reading), executionLists(reading)]
  return {
    packages: withinLimits({ search: (text: string, limit: number) => allPackages.search(text, limit) }),
    executionLists: withinLimits({ list: (filter: Filter) => lists.list(filter) }),
    search: withinLimits(search(reading)),
    resultsdbNames: withinLimits({
      testcases: (query: NamesQuery) => namesFor(query).testcases(query),
      groups: (query: GroupsQuery) => namesFor(query).groups(query),
    }),
    resultsdbResults: withinLimits({
      page: (query: ResultsQuery) => resultsFor(query).page(query),
      latest: (query: ResultsQuery) => resultsFor(query).latest(query),
    }),
  }
}
