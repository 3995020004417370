/** Shapes of the JSON API: what is stored, without what is internal, plus where things are. */
import { fileKind } from './file-kind.ts'
import type { Services } from './services.ts'
import type { Attempt, StepTimes } from './store/attempts.ts'
import type { Build } from './store/builds.ts'
import type { Execution } from './store/executions.ts'
import type { Artifact, Result } from './store/results.ts'
import { reachable } from './uploads.ts'

/** Executions as lists show them, each with its attempts: one statement for all. */
export async function executionViews(
  { stores, baseUrl }: Pick<Services, 'stores' | 'baseUrl'>,
  executions: readonly Execution[],
) {
  const attempts = await stores.attempts.ofMany(executions.map(({ id }) => id))
  return executions.map((execution) => ({
    ...executionFacts(execution, baseUrl()),
    attempts: (attempts.get(execution.id) ?? []).map(attemptView),
  }))
}

/** An execution with all it left. */
export async function wholeExecution(
  { stores, baseUrl }: Pick<Services, 'stores' | 'baseUrl'>,
  execution: Execution,
) {
  const { id } = execution
  const [attempts, steps, results, artifacts, holding] = await Promise.all([
    stores.attempts.of(id),
    stores.attempts.steps(id),
    stores.results.of(id),
    stores.artifacts.of(id),
    stores.holdings.of(id),
  ])
  const base = baseUrl()
  return {
    ...executionFacts(execution, base),
    definition: execution.definition,
    attempts: attempts.map((attempt) => ({ ...attemptView(attempt), steps: stepViews(attempt, steps) })),
    results: results.map(resultView),
    artifacts: artifacts.map((artifact) => artifactView(artifact, base)),
    log: `${base}/api/v1/executions/${id}/log`,
    archive: `${base}/api/v1/executions/${id}/archive`,
    kept: holding?.kept ?? null,
    expired: holding?.expired ?? null,
  }
}

function executionFacts(execution: Execution, baseUrl: string) {
  const {
    id,
    package: name,
    check,
    release,
    version,
    arch,
    state,
    outcome,
    reason,
    concerns,
    note,
  } = execution
  return {
    ...{ id, package: name, check, release, version, arch, state, outcome, reason, concerns, note },
    build: execution.buildId,
    repository: execution.repository,
    commit: execution.commit,
    rerunOf: execution.rerunOf,
    requestedBy: execution.requestedBy,
    event: execution.eventId,
    createdAt: execution.createdAt,
    startedAt: execution.startedAt,
    finishedAt: execution.finishedAt,
    url: `${baseUrl}/executions/${id}`,
  }
}

/** An attempt without its fence, which proves ownership. */
function attemptView({
  number,
  runner,
  startedAt,
  endedAt,
  outcome,
  reason,
  note,
  machine,
  report,
}: Attempt) {
  return { number, runner, startedAt, endedAt, outcome, reason, note, machine, notes: report?.notes ?? [] }
}

const stepViews = ({ number }: Attempt, steps: readonly StepTimes[]) =>
  steps
    .filter(({ attempt }) => attempt === number)
    .map(({ step, startedAt, endedAt }) => ({ step, startedAt, endedAt }))

export function buildView(build: Build, baseUrl: string) {
  const { id, package: name, release, version, architectures, artifacts, files, createdAt } = build
  const { origin, subject } = build
  return {
    ...{ id, package: name, release, version, architectures, origin, subject, createdAt },
    artifacts: artifacts.map((artifact) => reachable(artifact, baseUrl)),
    files: files && { state: files.state, note: files.note },
    url: `${baseUrl}/builds/${id}`,
  }
}

export function resultView({ id, executionId, testcase, outcome, note, artifact, data, createdAt }: Result) {
  return { id, execution: executionId, testcase, outcome, note, artifact, data, createdAt }
}

function artifactView({ executionId, attempt, path, size, sha256 }: Artifact, baseUrl: string) {
  const file = path.split('/').map(encodeURIComponent).join('/')
  const url = `${baseUrl}/executions/${executionId}/artifacts/${file}?attempt=${attempt}`
  return { attempt, path, type: fileKind(path).type, size, sha256, url }
}
