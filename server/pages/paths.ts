/** Where things are on this site. */
import { path } from './html.ts'

/** `name`: namespace/name */
export const packagePath = (name: string, ...rest: readonly string[]): string =>
  path('packages', ...name.split('/'), ...rest)

export const commitPath = (repository: string, commit: string): string =>
  packagePath(repository, 'commits', commit)

/** What a check did over the builds of `name`. */
export const checkPath = (name: string, check: string): string => packagePath(name, 'checks', check)

/** What `to` changed since `from`, both commits of the check repository. */
export const comparePath = (repository: string, from: string, to: string): string =>
  packagePath(repository, 'compare', from, to)

export const maintainerPath = (user: string): string => path('maintainers', user)

export const buildPath = (id: string, ...rest: readonly string[]): string => path('builds', id, ...rest)

export const executionPath = (id: string, ...rest: readonly string[]): string =>
  path('executions', id, ...rest)

/** `file`: relative, slashes between parts; `attempt`: whose artifact it is. */
export const artifactPath = (id: string, file: string, attempt: number): string =>
  `${executionPath(id, 'artifacts', ...file.split('/'))}?attempt=${attempt}`

/** The page that shows an artifact. */
export const viewPath = (id: string, file: string): string =>
  executionPath(id, 'view', 'artifacts', ...file.split('/'))

/** The page that shows the log, and the log itself as text. */
export const logViewPath = (id: string): string => executionPath(id, 'view', 'log')
export const logPath = (id: string, attempt: number): string =>
  `${executionPath(id, 'log')}?attempt=${attempt}`

/** All that an execution left, as one archive. */
export const archivePath = (id: string): string => executionPath(id, 'archive.tar.gz')
