/** Expects an answer to be problem details, whole and of one kind. */
import assert from 'node:assert/strict'

export async function assertProblem(
  response: Response,
  status: number,
  code: string,
): Promise<Record<string, unknown>> {
  const text = await response.text()
  assert.equal(response.status, status, text)
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
  const problem = JSON.parse(text) as Record<string, unknown>
  assert.equal(problem['code'], code, text)
  assert.equal(problem['status'], status)
  for (const member of ['type', 'title', 'detail'])
    assert.equal(typeof problem[member], 'string', `${member} is missing`)
  return problem
}
