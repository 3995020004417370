import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip, gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { chunkSize } from '../../../server/line-index.ts'
import { logFrom, logLimits, type LineSource } from '../../../server/log-part.ts'
import { assertProblem } from '../../support/problem.ts'
import type { RichSite } from '../../support/rich-site.ts'
import type { TestServer } from '../../support/server.ts'
import { openVisitedSite } from '../../support/visited-site.ts'

const asHtml = { accept: 'text/html' }

/** Writes a log of 200 MB, whose lines say their number, where the server keeps it; returns how many lines it has. */
async function writeHugeLog(server: TestServer, id: string): Promise<number> {
  const { files, config } = server.services
  await files.appendLog({ execution: id, attempt: 1 }, 0, Buffer.from(''))
  await using file = await open(join(config.data, 'executions', id, '1', 'log'), 'w')
  const perBlock = 20_000
  let lines = 0
  for (let size = 0; size < 200e6;) {
    const block = Buffer.from(
      Array.from(
        { length: perBlock },
        (_, at) => `${lines + at + 1} Setting up a package that nobody knows ...\n`,
      ).join(''),
    )
    await file.write(block)
    lines += perBlock
    size += block.length
  }
  return lines
}

/** `source`, with what is read of it counted. */
function counted(source: LineSource): LineSource & { bytes: () => number } {
  let bytes = 0
  const read = (start: number, end: number): Readable => {
    bytes += end - start
    return source.read(start, end)
  }
  return { ...source, read, bytes: () => bytes }
}

describe('what an execution left', () => {
  let server: TestServer
  let site: RichSite
  let base: string

  before(async () => {
    ;({ server, site } = await openVisitedSite())
    base = `/executions/${site.executions.failed}`
  })
  after(() => server.close())

  const get = (path: string, headers: Record<string, string> = asHtml, method = 'GET'): Promise<Response> =>
    fetch(`${server.url}${path}`, { headers, method, redirect: 'manual' })
  const text = async (path: string): Promise<string> => (await get(path)).text()
  const json = async (path: string): Promise<Record<string, unknown>> =>
    (await (await get(path, { accept: 'application/json' })).json()) as Record<string, unknown>

  it('opens at line 1 000 000 of a log of 200 MB, of which little is read', async () => {
    const id = site.executions.passed
    const lines = await writeHugeLog(server, id)
    assert.ok(lines > 3_000_000)
    const page = await text(`/executions/${id}/view/log?attempt=1&line=1000000`)
    assert.match(page, /class="line marked" id="L1000000"[^]*?<span>1000000 Setting up/)
    assert.match(page, new RegExp(`Lines 999990 to \\d+ of ${lines}<`))
    assert.ok(page.length < 1e6)
    const log = await server.services.files.log({ execution: id, attempt: 1 })
    assert.ok(log)
    const source = counted(log)
    assert.equal(
      (await logFrom(source, 1_000_000))?.lines[0],
      '1000000 Setting up a package that nobody knows ...',
    )
    assert.ok(source.bytes() <= logLimits.window + chunkSize)
    const before = process.memoryUsage().rss
    const found = await json(`/executions/${id}/view/log?attempt=1&find=3000000 setting`)
    assert.match(JSON.stringify(found['found']), /"hits":\[\],"next":\d+/)
    assert.ok(process.memoryUsage().rss - before < 150e6, 'a search holds the log in memory')
  })

  it('shows any lines of a log, points at those that are asked for, and leads to the others', async () => {
    const beginning = await text(`${base}/view/log?attempt=1`)
    assert.match(beginning, /id="L1"[^]*id="L500"/)
    assert.ok(!beginning.includes('id="L501"') && !beginning.includes('\u001b'))
    assert.match(beginning, /from=501"[^>]*>Later lines/)
    const range = await text(`${base}/view/log?line=300-302`)
    assert.equal(range.match(/class="line marked"/g)?.length, 3)
    assert.match(range, /class="line" id="L290"/)
    for (const line of ['x', '0', '5-', '-5'])
      assert.equal((await get(`${base}/view/log?line=${line}`)).status, 400)
    assert.match(await text(`${base}/view/log?line=100000`), /id="L642"/)
    assert.equal((await get(`${base}/view/log?attempt=9`)).status, 404)
  })

  it('is searched without script, and by programs', async () => {
    const page = await text(`${base}/view/log?attempt=1&find=NOT+OK`)
    assert.match(page, /1 line with\s+“<bdi>NOT OK<\/bdi>”[^]*line=641#L641[^]*<mark>not ok<\/mark> 641/)
    assert.deepEqual((await json(`${base}/view/log?find=not ok`))['found'], {
      words: 'not ok',
      hits: [{ line: 641, text: 'not ok 641 - “hello, world” is not translated' }],
      next: null,
    })
    assert.match(await text(`${base}/view/log?find=%3Cb%3E`), /0 lines with\s+“<bdi>&lt;b&gt;/)
  })

  it('comes compressed for whoever takes it so, whole or in ranges, and not again while it is the same', async () => {
    const path = `${base}/log?attempt=1`
    const plain = Buffer.from(await (await get(path, { 'accept-encoding': 'identity' })).arrayBuffer())
    const small = await get(path, { 'accept-encoding': 'gzip' })
    assert.equal(small.headers.get('content-encoding'), 'gzip')
    assert.match(small.headers.get('vary') ?? '', /accept-encoding/i)
    assert.deepEqual(Buffer.from(await small.arrayBuffer()), plain)
    const whole = await get(path, { 'accept-encoding': 'identity' }, 'HEAD')
    assert.equal(whole.headers.get('content-length'), String(plain.length))
    const etag = whole.headers.get('etag') ?? ''
    assert.notEqual(etag, small.headers.get('etag'))
    assert.equal(
      (
        await get(path, {
          'if-none-match': etag,
          'accept-encoding': 'identity',
          'cache-control': 'max-age=0',
        })
      ).status,
      304,
    )
    const range = await get(path, { range: 'bytes=-6', 'accept-encoding': 'gzip', 'if-range': etag })
    assert.deepEqual([range.status, await range.text()], [206, plain.subarray(-6).toString()])
    assert.equal(
      range.headers.get('content-range'),
      `bytes ${plain.length - 6}-${plain.length - 1}/${plain.length}`,
    )
    const stale = await get(path, {
      range: 'bytes=0-5',
      'if-range': '"other"',
      'accept-encoding': 'identity',
    })
    assert.equal(stale.status, 200)
    await stale.arrayBuffer()
    await assertProblem(await get(path, { range: `bytes=${plain.length}-` }), 416, 'RANGE_NOT_SATISFIABLE')
  })

  it('comes as one archive with everything in its place', async () => {
    const response = await get(`${base}/archive.tar.gz`)
    const id = site.executions.failed
    assert.equal(response.headers.get('content-disposition'), `attachment; filename=assay-${id}.tar.gz`)
    const found: Record<string, string> = {}
    const archive = Readable.from([Buffer.from(await response.arrayBuffer())])
      .pipe(createGunzip())
      .pipe(extract())
    for await (const entry of archive) {
      const parts: Buffer[] = []
      for await (const chunk of entry) parts.push(chunk as Buffer)
      found[entry.header.name] = Buffer.concat(parts).toString()
    }
    const folder = `${id}/attempt-1`
    assert.equal(found[`${folder}/artifacts/catalogues/pt_BR.diff`], '-hello, world\n+olá, mundo\n')
    assert.match(found[`${folder}/log.txt`] ?? '', /not ok 641/)
    assert.equal(Object.keys(found).length, 4)
    const nothing = await get(`/executions/${site.executions.scheduled}/archive.tar.gz`)
    assert.ok(gunzipSync(Buffer.from(await nothing.arrayBuffer())).every((byte) => byte === 0))
  })

  it('is shown as what it is, by its name: text in lines, pictures, pages in a frame', async () => {
    const diff = await text(`${base}/view/artifacts/catalogues/pt_BR.diff?attempt=1`)
    assert.match(diff, /id="L2"[^]*\+olá, mundo/)
    assert.ok(diff.includes(createHash('sha256').update('-hello, world\n+olá, mundo\n').digest('hex')))
    const framed = await get(`${base}/view/artifacts/report.html`)
    assert.match(framed.headers.get('content-security-policy') ?? '', /frame-src 'self'/)
    assert.match(
      await framed.text(),
      /<iframe[^>]*sandbox="allow-scripts"[^>]*src="[^"]*report\.html\?attempt=1&amp;as=page"/,
    )
    assert.equal((await get(`${base}/view/artifacts/nope`)).status, 404)
  })
})
