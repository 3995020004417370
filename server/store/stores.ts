/** All stores over one database or one transaction, so that a flow can run in either. */
import { accounts } from './accounts.ts'
import { archiveVersions } from './archive-versions.ts'
import { attempts } from './attempts.ts'
import { builds } from './builds.ts'
import type { Database } from './database.ts'
import { events } from './events.ts'
import { executionLists } from './execution-lists.ts'
import { executions } from './executions.ts'
import { groups } from './groups.ts'
import { holdings } from './holdings.ts'
import { listeners } from './listeners.ts'
import { news } from './news.ts'
import { outbox } from './outbox.ts'
import { overviews } from './overviews.ts'
import { packages } from './packages.ts'
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
    upstreams: upstreams(db),
  }
}
