import assert from 'node:assert/strict'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { openApi } from '../../../server/openapi.ts'
import { fillMessages } from '../../support/messages.ts'
import { passed, testRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello, oneExecution } from '../../support/site.ts'

type Responses = Record<string, { content?: Record<string, { schema: object }> }>

describe('the description of the API', () => {
  const description = openApi()
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'api', ...description })
  let server: TestServer
  let ids: Record<string, string>
  let admin: string

  before(async () => {
    server = await startTestServer()
    const { id: packageId } = await addHello(server.services)
    const upstream = { url: 'http://127.0.0.1:9/hello.git', forge: null, secret: 'x', statusToken: null }
    await server.services.stores.upstreams.set(packageId, upstream, server.services.now())
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    await runner.hello()
    const id = await oneExecution(server.services)
    await runner.report(await runner.take(id), { ...passed, packages: ['bash 5.2-1', 'hello 2.10-3'] })
    const { buildId } = await server.services.stores.executions.get(id)
    admin = await server.token('root', ['admin'])
    const message = String(await fillMessages(server.services))
    ids = { message, uuid: id, id: buildId, namespace: 'deb', name: 'hello', user: 'ann' }
  })
  after(() => server.close())

  for (const [path, operations] of Object.entries(description.paths)) {
    if (operations['get'] === undefined || /\/(log|tree|archive)$/.test(path)) continue
    it(`tells what GET ${path} really answers`, async () => {
      const address = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => ids[key] ?? '')
      const response = await fetch(
        `${server.url}${address}${path.endsWith('/checks') ? '?package=deb/hello' : ''}`,
        { headers: { authorization: `Bearer ${admin}` } },
      )
      const body: unknown = await response.json()
      assert.equal(response.status, 200, JSON.stringify(body))
      const { responses } = operations['get'] as { responses: Responses }
      assert.ok(responses['200']?.content?.['application/json'])
      const pointer = `api#/paths/${path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}`
      const validate = ajv.getSchema(`${pointer}/get/responses/200/content/application~1json/schema`)
      assert.ok(validate, 'no schema')
      assert.ok(validate(body), ajv.errorsText(validate.errors))
    })
  }

  it('is served, and tells of refusals as they are', async () => {
    const served = await (await fetch(`${server.url}/api/v1/openapi.json`)).json()
    assert.deepEqual(served, description)
    const problem: unknown = await (await fetch(`${server.url}/api/v1/builds/none`)).json()
    assert.ok(ajv.validate({ $ref: 'api#/components/schemas/Problem' }, problem))
  })

  it('names every route that programs may use, and no other', async () => {
    const methods = ['get', 'post', 'put', 'delete'] as const
    for (const [path, operations] of Object.entries(description.paths))
      for (const method of methods) {
        const response = await fetch(`${server.url}${path.replaceAll(/[{}]/g, '')}`, { method })
        const { detail } = (await response.json().catch(() => ({}))) as { detail?: string }
        const exists = !/^There is nothing at/.test(detail ?? '')
        assert.equal(exists, operations[method] !== undefined, `${method} ${path}`)
      }
  })

  it('stands beside the schema of checks.yaml, for editors', async () => {
    const answer = await fetch(`${server.url}/schemas/checks.yaml.json`)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/schema\+json/)
    const isManifest = new Ajv({ allowUnionTypes: true }).compile((await answer.json()) as object)
    assert.ok(isManifest({ checks: { smoke: { run: 'true' } } }))
    assert.ok(!isManifest({ checks: { smoke: { runs: 'true' } } }))
  })
})
