import assert from 'node:assert/strict'
import { handedBack } from '../../runner/ending.ts'
import type { Ports } from '../../runner/execute.ts'
import { judged, openExecutionHost, type ExecutionHost } from '../support/execution-host.ts'
import { tinyImage } from '../support/image.ts'
import { sampleJob } from '../support/job.ts'

describe('one execution', function () {
  this.timeout(240_000)
  let host: ExecutionHost

  before(async () => {
    host = await openExecutionHost([])
  })
  after(() => host.close())
  afterEach('nothing is left of machines and attempts', () => host.assertNothingLeft())

  const run: ExecutionHost['run'] = (...words) => host.run(...words)
  const check: ExecutionHost['check'] = (...words) => host.check(...words)

  describe('that goes well', () => {
    it('runs the check in a writable copy of its tree and tells all of it', async () => {
      const told = await check(`
        ./smoke.sh; echo error >&2; touch mine; read line || echo no input
        echo "$ASSAY_PACKAGE $ASSAY_VERSION $ASSAY_RELEASE $ASSAY_ARCH"
        touch "$ASSAY_BUILD/x" 2>/dev/null || echo read-only
        mkdir "$ASSAY_ARTIFACTS/sub"; echo kept >"$ASSAY_ARTIFACTS/sub/a file.txt"
        assay-result greeting passed --note 'it said "hello"' --artifact 'sub/a file.txt' took=1s`)
      assert.deepEqual(told.ending, { phase: 'check', how: 'exited', exitCode: 0 })
      assert.deepEqual(told.steps, ['fetching', 'booting', 'installing', 'running', 'collecting'])
      const words = ['smoke', 'error', 'no input', 'deb/hello 2.10-3 bookworm x86_64', 'read-only']
      assert.ok(told.log.includes(`== running smoke\n${words.join('\n')}\n==`), told.log)
      assert.deepEqual(told.kept, { 'sub/a file.txt': 'kept\n' })
      assert.deepEqual(told.results, [
        {
          ...{ name: 'greeting', outcome: 'passed', note: 'it said "hello"' },
          ...{ artifact: 'sub/a file.txt', data: { took: '1s' } },
        },
      ])
      assert.equal(told.machine.image, 'tiny')
      assert.deepEqual(told.notes, [])
    })

    it('installs the build’s packages first', async () => {
      const greet = {
        name: 'greet',
        version: '1:2.0-1',
        files: { 'usr/bin/greet': '#!/bin/sh\necho greetings\n' },
      }
      const artifacts = [await host.serveDeb(greet), host.serve('greet.dsc', Buffer.from('source'))]
      const job = sampleJob({ check: { run: 'greet; ls "$ASSAY_BUILD"' }, build: { artifacts } })
      const told = await run(job)
      assert.deepEqual(told.ending, { phase: 'check', how: 'exited', exitCode: 0 }, told.log)
      assert.match(told.log, /== installing packages\n[^]*== running smoke\ngreetings\ngreet.*\ngreet/)
      assert.ok(told.packages?.includes('greet 1:2.0-1'), 'what was installed is not listed')
    })

    it('installs this very build, even where the system has a package of its version', async () => {
      const { packages } = (await (await tinyImage()).get('tiny')).facts
      const version = packages.find((one) => one.startsWith('debconf='))!.split(/[= ]/)[1]!
      const rebuilt = { name: 'debconf', version, files: { 'usr/bin/rebuilt': '#!/bin/sh\necho rebuilt\n' } }
      const told = await run(
        sampleJob({ check: { run: 'rebuilt' }, build: { artifacts: [await host.serveDeb(rebuilt)] } }),
      )
      assert.equal(told.ending.exitCode, 0, told.log)
    })

    it('tells the exit code, also of a check that a signal ended', async () => {
      assert.equal((await check('exit 77')).ending.exitCode, 77)
      assert.equal((await check('kill -SEGV $$')).ending.exitCode, 139)
    })
  })

  describe('that cannot begin', () => {
    const nothingOpened: Partial<Ports> = { open: () => Promise.reject(new Error('a machine was opened')) }

    it('is ours when an artifact is not there or is not what was announced', async () => {
      const gone = { name: 'a.deb', url: `${host.url}/none.deb`, sha256: '0'.repeat(64) }
      const missing = await run(sampleJob({ build: { artifacts: [gone] } }), nothingOpened)
      assert.deepEqual(judged(missing), ['errored', 'artifact_unavailable', 'service'])
      assert.match(missing.log, /a\.deb cannot be fetched from .*: the answer is 404/)
      const wrong = { ...host.serve('b.deb', Buffer.from('b')), sha256: '0'.repeat(64) }
      const mismatch = await run(sampleJob({ build: { artifacts: [wrong] } }), nothingOpened)
      assert.deepEqual(judged(mismatch), ['errored', 'artifact_mismatch', 'service'])
      const large = { ...host.serve('c.deb', Buffer.alloc(100)), size: 10 }
      assert.equal(
        (await run(sampleJob({ build: { artifacts: [large] } }), nothingOpened)).ending.how,
        'artifact_mismatch',
      )
    })

    it('never reads a file of the host as an artifact', async () => {
      for (const url of ['file:///etc/passwd', '/etc/passwd']) {
        const artifacts = [{ name: 'passwd', url, sha256: '0'.repeat(64) }]
        const told = await run(sampleJob({ build: { artifacts } }), nothingOpened)
        assert.deepEqual(judged(told), ['errored', 'artifact_unavailable', 'service'])
      }
    })

    it('is ours when the image is not there', async () => {
      const told = await check('true', { image: 'no-such-image' })
      assert.deepEqual(judged(told), ['errored', 'image_unavailable', 'service'])
    })

    it('is ours, whatever it is, when something breaks that nobody expected', async () => {
      const told = await run(sampleJob(), { tree: () => Promise.reject(new TypeError('a bug')) })
      assert.deepEqual(judged(told), ['errored', 'machine_error', 'service'])
      assert.match(told.ending.detail ?? '', /a bug/)
    })

    it('is handed back unharmed when its runner ends', async () => {
      const stop = new AbortController()
      const told = await run(
        sampleJob(),
        {
          step: (step) => {
            if (step === 'booting') stop.abort(handedBack())
          },
        },
        stop.signal,
      )
      assert.deepEqual([told.ending.phase, told.ending.how], ['boot', 'handed_back'])
    })

    it('concerns the package when what it was built from does not install', async () => {
      const broken = { name: 'broken', version: '1', files: {}, depends: 'there-is-no-such-package' }
      const told = await run(sampleJob({ build: { artifacts: [await host.serveDeb(broken)] } }))
      // Whether what it needs is anywhere, only the mirror knows, and this runner lets nobody through to one.
      assert.deepEqual(judged(told), ['errored', 'mirror_unreachable', 'service'], told.log)
      assert.equal(told.ending.phase, 'prepare')
      const files = { 'DEBIAN/postinst': '#!/bin/sh\necho cannot; exit 1\n' }
      const failing = await host.serveDeb({ name: 'failing', version: '1', files })
      const unconfigured = await run(sampleJob({ build: { artifacts: [failing] } }))
      assert.deepEqual(judged(unconfigured), ['failed', 'not_installable', 'package'], unconfigured.log)
    })
  })

  it('runs the check again after a reboot that it asked for, with log and artifacts of before', async () => {
    const told = await check(`
      echo "mark: $ASSAY_REBOOT_MARK" | tee -a "$ASSAY_ARTIFACTS/marks"
      [ -n "$ASSAY_REBOOT_MARK" ] || assay-reboot second`)
    assert.equal(told.ending.exitCode, 0)
    assert.match(told.log, /mark: \nmark: second\n/)
    assert.deepEqual(told.kept, { marks: 'mark: \nmark: second\n' })
  })

  it('leaves nothing behind when it is cancelled in the middle of its check', async () => {
    const stop = new AbortController()
    const changes: Partial<Ports> = {
      log: (chunk) => {
        if (chunk.includes('begun')) stop.abort(handedBack())
      },
    }
    const told = await run(sampleJob({ check: { run: 'echo begun; sleep 100' } }), changes, stop.signal)
    assert.deepEqual([told.ending.phase, told.ending.how], ['check', 'handed_back'])
  })
})
