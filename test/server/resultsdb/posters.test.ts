import assert from 'node:assert/strict'
import { request } from 'node:http'
import { openDatabase } from '../../../server/store/database.ts'
import { openResultsdb, testcase, type ResultsdbClient } from './client.ts'

const sound = { outcome: 'PASSED', testcase }

describe('posting to ResultsDB', () => {
  let client: ResultsdbClient
  before(async () => {
    client = await openResultsdb('SQLite', { results: { post: 'token', outcomes: ['QUEUED'] } })
  })
  after(() => client[Symbol.asyncDispose]())

  const bearer = async (...scopes: Parameters<ResultsdbClient['server']['token']>[1]) => ({
    authorization: `Bearer ${await client.server.token('ci', scopes)}`,
  })

  it('needs a token unless the site is open, and says so to its clients', async () => {
    for (const [path, body] of Object.entries({ results: sound, groups: {}, testcases: { name: 'a' } })) {
      const answer = await client.post(`/${path}`, body)
      assert.equal(answer.status, 401)
      assert.match(answer.body.message ?? '', /token of scope results/)
      assert.ok(answer.headers.get('www-authenticate'))
    }
    assert.deepEqual(await client.list('/results'), [])
  })

  it('is for holders of the scope and for admins', async () => {
    assert.equal((await client.post('/results', sound, await bearer('push', 'events'))).status, 403)
    assert.equal((await client.post('/results', sound, await bearer('results'))).status, 201)
    assert.equal((await client.post('/results', sound, await bearer('admin'))).status, 201)
    assert.equal((await client.post('/results', sound, { authorization: 'Bearer assay_x' })).status, 401)
  })

  it('takes the token from the body as well, where the Python client puts it, and never shows it', async () => {
    const _auth_token = await client.server.token('ci', ['results'])
    const { status, body } = await client.post('/results', { ...sound, outcome: 'queued', _auth_token })
    assert.deepEqual([status, body.outcome], [201, 'QUEUED'])
    assert.equal((await client.post('/results', { ...sound, _auth_token: 'wrong' })).status, 401)
    const refused = await client.post('/results', { _auth_token })
    assert.equal(refused.status, 400)
    assert.ok(!JSON.stringify(refused.body).includes(_auth_token))
  })

  it('remembers whose token it was', async () => {
    const { body } = await client.post('/results', sound, await bearer('results'))
    const db = await openDatabase(client.server.services.config.databaseUrl)
    const stored = await db('results').where({ id: body.id }).select<object[]>('posted_by', 'execution_id')
    await db.destroy()
    assert.deepEqual(stored, [{ posted_by: 'ci', execution_id: null }])
  })
})

describe('addresses in replies of ResultsDB', () => {
  const there = ({ server }: ResultsdbClient) => ({ socketPath: server.socketPath, path: '/api/v2.0/' })
  /** The landing page's address of results, asked for under `host`. */
  const told = (client: ResultsdbClient, host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = request({ ...there(client), headers: { host } }, (response) => {
        response.on('data', (chunk: Buffer) => {
          resolve((JSON.parse(chunk.toString()) as { results: string }).results)
        })
      })
      asked.on('error', reject).end()
    })

  it('begin with the name that the client used, where it can be one', async () => {
    await using client = await openResultsdb('SQLite')
    assert.equal(await told(client, 'localhost'), 'http://localhost/api/v2.0/results')
    assert.equal(await told(client, 'evil/path'), `${client.base}/results`)
  })

  it('begin with the public address of the site, where it has one', async () => {
    await using client = await openResultsdb('SQLite', { url: 'https://assay.example.org/sub' })
    assert.equal(await told(client, 'localhost'), 'https://assay.example.org/sub/api/v2.0/results')
  })
})
