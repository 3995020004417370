/** Checks that are registered now, for programs: those of every branch's current commit. */
import { Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { page, readPage } from '../paging.ts'
import { packageFrom } from '../query.ts'
import type { Services } from '../services.ts'

export function checkRoutes({ stores }: Services): Router {
  const router = Router()
  router.get('/api/v1/checks', async ({ query }, response) => {
    const { limit, after } = readPage(query, isKey)
    const found = await packageFrom(stores, query)
    if (!found) throw new AppError('BAD_QUERY', 400, 'Say whose checks: ?package=namespace/name.')
    const checks = (await stores.registrations.current(found.id)).flatMap((registration) =>
      registration.checks.map((check) => ({
        ...check,
        branch: registration.branch,
        commit: registration.commit,
        registeredAt: registration.createdAt,
        pushedBy: registration.pushedBy,
      })),
    )
    const keyOf = ({ branch, name }: { branch: string; name: string }): string => `${branch} ${name}`
    const from = after === undefined ? 0 : checks.findIndex((check) => keyOf(check) === after) + 1
    response.json(page(checks.slice(from, from + limit + 1), limit, keyOf))
  })
  return router
}

/** Branch and check; neither holds a space. */
const isKey = (key: string): boolean => /^\S+ \S+$/.test(key)
