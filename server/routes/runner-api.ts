/** What runners ask and tell: internal, for tokens of scope `runner`. All of it may be told twice. */
import { Router } from 'express'
import { parsePackage } from '../../core/names.ts'
import { validateClaim, validateHello, validateReport, validateStep } from '../../schemas/validate.ts'
import { authorize } from '../auth.ts'
import { parseBody, readBytes, readJson } from '../body.ts'
import { claim } from '../flows/claim.ts'
import { isStale, passFence } from '../flows/fence.ts'
import { keepArtifact } from '../flows/keep-artifact.ts'
import { loseFormerInstances } from '../flows/lose-attempts.ts'
import { report } from '../flows/report.ts'
import { sendTree } from '../send-tree.ts'
import type { Services } from '../services.ts'
import { attemptOf, executionOf, fenceOf, offsetOf, sha256Of } from '../runner-request.ts'

const limits = { facts: '256kb', report: '16mb', log: 1024 ** 2 }
const attemptPath = '/executions/:uuid/attempts/:number'

export function runnerApiRoutes(services: Services): Router {
  const router = Router()
  const { stores } = services
  router.use(async (request, _, next) => {
    await authorize(services, request, 'attempt.run')
    next()
  })

  router.post('/hello', async (request, response) => {
    const { runner, instance, ...facts } = parseBody(await readJson(request, limits.facts), validateHello)
    await stores.runners.put({ id: runner, instance, facts, seenAt: services.now() })
    await loseFormerInstances(services, runner, instance)
    response.status(204).end()
  })

  router.post('/executions/:uuid/claim', async (request, response) => {
    const claimant = parseBody(await readJson(request, limits.facts), validateClaim)
    response.json(await claim(services, executionOf(request), claimant))
  })

  router.get('/executions/:uuid/tree', async (request, response) => {
    const { execution } = await passFence(services, { id: executionOf(request), fence: fenceOf(request) })
    const name = parsePackage(execution.repository)
    await sendTree(response, (over) => services.repositories.treeTar(name, execution.commit, over))
  })

  router.post(`${attemptPath}/steps`, async (request, response) => {
    const { step, machine } = parseBody(await readJson(request, limits.facts), validateStep)
    const { attempt } = await passFence(services, attemptOf(request))
    await services.transaction(async ({ attempts }) => {
      await attempts.beginStep(attempt.executionId, attempt.number, step, services.now())
      if (machine) await attempts.setMachine(attempt.executionId, attempt.number, machine)
    })
    response.status(204).end()
  })

  router.post(`${attemptPath}/beat`, async (request, response) => {
    const passed = await passFence(services, attemptOf(request)).catch((error: unknown) => {
      if (isStale(error)) return null
      throw error
    })
    if (passed) await stores.runners.seen(passed.attempt.runner, services.now())
    response.json({ continue: passed !== null })
  })

  router.post(`${attemptPath}/log`, async (request, response) => {
    const { attempt } = await passFence(services, attemptOf(request))
    const bytes = await readBytes(request, limits.log)
    const key = { execution: attempt.executionId, attempt: attempt.number }
    response.json({ size: await services.files.appendLog(key, offsetOf(request), bytes) })
  })

  router.put(`${attemptPath}/artifacts/*path`, async (request, response) => {
    const { attempt } = await passFence(services, attemptOf(request))
    const path = request.params.path.join('/')
    await keepArtifact(services, attempt, { path, sha256: sha256Of(request), body: request })
    response.status(204).end()
  })

  router.post(`${attemptPath}/report`, async (request, response) => {
    const told = parseBody(await readJson(request, limits.report), validateReport)
    await report(services, attemptOf(request), told)
    response.status(204).end()
  })
  return router
}
