/** Pages about a package: itself, the commits of its check repository, its builds. */
import { Router } from 'express'
import { NotFound } from '../../core/errors.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import { overview } from '../../core/overview.ts'
import { buildView, executionViews } from '../api-views.ts'
import { buildPage } from '../pages/build-page.ts'
import { commitPage, type CommitView } from '../pages/commit-page.ts'
import { packagePage, type PackageView } from '../pages/package-page.ts'
import type { UpstreamView } from '../pages/registrations.ts'
import { parseId } from '../parse-id.ts'
import type { Services } from '../services.ts'
import { formKeyFor } from '../sign-in/form-key.ts'
import type { Package } from '../store/packages.ts'
import type { Registration } from '../store/registrations.ts'
import type { Upstream } from '../store/upstreams.ts'
import { answer } from './page-answer.ts'
import { packageOf } from './package-of.ts'
import { whatChanged } from './what-changed.ts'
import { whyTheyWait } from './why-they-wait.ts'

/** Builds of each release that the matrix shows, and bytes of checks.yaml that a commit's page shows. */
const limits = { builds: 8, manifest: 256 * 1024 }

export function packagePageRoutes(services: Services): Router {
  const router = Router()
  const { stores, now } = services

  router.get('/packages/:namespace/:name', async (request, response) => {
    const found = await stores.packages.get(packageOf(request.params))
    const view = await readPackage(services, found)
    const formKey = await formKeyFor(services, request, 'execution.rerun', found.id)
    await answer(request, response, { json: () => view, html: () => packagePage(view, now(), formKey) })
  })

  router.get('/packages/:namespace/:name/commits/:commit', async (request, response) => {
    const view = await readCommit(services, packageOf(request.params), request.params.commit)
    await answer(request, response, { json: () => view, html: () => commitPage(view, now()) })
  })

  router.get('/builds/:id', async (request, response) => {
    const build = await stores.builds.get(parseId('build', request.params.id))
    const executions = await stores.executions.ofBuild(build.id)
    const why = await whyTheyWait(services, executions)
    const formKey = await formKeyFor(services, request, 'execution.rerun', build.packageId)
    await answer(request, response, {
      json: async () => ({
        ...buildView(build, services.baseUrl()),
        executions: await executionViews(services, executions),
        why,
      }),
      html: () => buildPage({ build, executions, why }, now(), formKey),
    })
  })
  return router
}

async function readPackage(services: Services, found: Package): Promise<PackageView> {
  const { stores } = services
  const { id } = found
  const [maintainers, builds, registrations, upstream, lacking] = await Promise.all([
    stores.packages.maintainers(id),
    stores.overviews.latestPerRelease([id], limits.builds),
    stores.registrations.current(id),
    found.keptAt === null ? null : stores.upstreams.find(id),
    services.repositories.lacking.of(found),
  ])
  const seen = overview(builds, await stores.overviews.executionsOf(builds.map((build) => build.id)))
  const troubles = seen.releases.flatMap((release) => release.troubles)
  const pending = seen.releases.flatMap((release) => release.pending.map(({ execution }) => execution))
  return {
    package: fullName(found),
    maintainers,
    overview: seen,
    why: await whyTheyWait(services, pending),
    changed: await whatChanged(stores, troubles),
    registrations: registrations.map((registration) => ({
      ...declared(registration),
      isDefault: registration.isDefault,
      commit: registration.commit,
      lacking: lacking.get(registration.commit) ?? [],
    })),
    upstream: upstream && upstreamView(upstream),
    cloneUrl: cloneUrl(services, found),
  }
}

/** What everybody may see of it. */
const upstreamView = ({ url, lookedAt, trouble, refused }: Upstream): UpstreamView => ({
  ...{ url, lookedAt, trouble, refused },
})

async function readCommit(services: Services, name: PackageName, commit: string): Promise<CommitView> {
  const { stores, repositories } = services
  const { id } = await stores.packages.get(name)
  const found = await repositories.commit(name, commit)
  if (!found) throw new NotFound('commit', commit.slice(0, 100))
  const [files, manifest, registrations, heads] = await Promise.all([
    repositories.files(name, commit),
    repositories.file(name, commit, 'checks.yaml'),
    stores.registrations.ofCommit(id, commit),
    stores.registrations.heads(id),
  ])
  return {
    repository: fullName(name),
    commit: found,
    files,
    manifest: manifest?.toString('utf8', 0, limits.manifest) ?? null,
    registrations: registrations.map((registration) => ({
      ...declared(registration),
      isCurrent: heads.get(registration.branch) === commit,
    })),
    cloneUrl: cloneUrl(services, name),
  }
}

const declared = ({ branch, pushedBy, createdAt, checks }: Registration) => ({
  ...{ branch, pushedBy, createdAt },
  checks: checks.map((check) => ({ name: check.name, summary: check.summary })),
})

const cloneUrl = ({ baseUrl }: Services, name: PackageName): string =>
  `${baseUrl()}/git/${fullName(name)}.git`
