import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { verdict } from '../../core/verdict.ts'
import { handedBack } from '../../runner/ending.ts'
import { execute, type Ports } from '../../runner/execute.ts'
import { besideOf, fetchArtifacts } from '../../runner/fetch-artifacts.ts'
import { openMachines, type Machines } from '../../runner/machine/machines.ts'
import type { BuildArtifact, Job, Report } from '../../schemas/types.gen.ts'
import { validateReport } from '../../schemas/validate.ts'
import { buildDeb, type Deb } from '../support/deb.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { testMachineData, tinyImage } from '../support/image.ts'
import { sampleJob, type JobChanges } from '../support/job.ts'
import { listenOn } from '../support/listen.ts'

interface Told extends Report {
  log: string
  steps: string[]
  /** Content of the artifacts that were kept, by path. */
  kept: Record<string, string>
}

describe('one execution', function () {
  this.timeout(240_000)
  let folder: TemporaryFolder
  let machines: Machines
  let files: Awaited<ReturnType<typeof listenOn>>
  const served = new Map<string, Buffer>()

  before(async () => {
    folder = await temporaryFolder()
    // As the data folder of a site: machines run as users of their own.
    await chmod(folder.path, 0o711)
    const images = await tinyImage()
    const log = { info: () => undefined, warn: () => undefined }
    await rememberAccelerator(join(folder.path, 'runner'))
    machines = await openMachines({ data: folder.path, images, mirrors: [], internetAllowed: false, log })
    files = await listenOn(
      createServer(({ url }, response) => {
        const body = served.get(url ?? '')
        if (body) response.end(body)
        else response.writeHead(404).end()
      }),
    )
  })
  after(async () => {
    await files.close()
    await machines.close()
    await folder[Symbol.asyncDispose]()
  })
  afterEach('nothing is left of machines and attempts', async () => {
    assert.deepEqual(await readdir(join(folder.path, 'runner', 'attempts')).catch(() => []), [])
    const left = await readdir(join(folder.path, 'runner', 'machines')).catch(() => [])
    assert.deepEqual(
      left.filter((name) => !name.includes('proxy-')),
      [],
    )
  })

  const run = async (
    job: Job,
    changes: Partial<Ports> = {},
    signal = new AbortController().signal,
  ): Promise<Told> => {
    const told = { log: '', steps: [] as string[], kept: {} as Record<string, string> }
    const report = await execute(
      job,
      {
        folder: join(folder.path, 'runner', 'attempts'),
        open: machines.open,
        image: () => Promise.resolve(),
        tree: (into) => writeFile(join(into, 'smoke.sh'), '#!/bin/sh\necho smoke\n', { mode: 0o755 }),
        artifacts: (into, until) => fetchArtifacts(job.build.artifacts, into, until),
        beside: besideOf(job.build.artifacts),
        step: (step) => void told.steps.push(step),
        log: (chunk) => void (told.log += chunk.toString()),
        async keep(from, left) {
          for (const { path } of left) told.kept[path] = await readFile(join(from, path), 'utf8')
          return []
        },
        ...changes,
      },
      signal,
    )
    assert.deepEqual(validateReport(report).problems, [])
    return { ...report, ...told }
  }
  const check = (command: string, changes: JobChanges['check'] = {}): Promise<Told> =>
    run(sampleJob({ check: { run: command, ...changes } }))
  const serve = (name: string, bytes: Buffer): BuildArtifact => {
    served.set(`/${name}`, bytes)
    return { name, url: `${files.url}/${name}`, sha256: createHash('sha256').update(bytes).digest('hex') }
  }
  const serveDeb = async (deb: Deb): Promise<BuildArtifact> => {
    await using place = await temporaryFolder()
    const path = await buildDeb(place.path, deb)
    return serve(basename(path), await readFile(path))
  }
  const judged = ({ ending, results }: Report): (string | null)[] => {
    const { outcome, reason, concerns } = verdict(ending, results)
    return [outcome, reason, concerns]
  }

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
      const artifacts = [await serveDeb(greet), serve('greet.dsc', Buffer.from('source'))]
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
        sampleJob({ check: { run: 'rebuilt' }, build: { artifacts: [await serveDeb(rebuilt)] } }),
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
      const gone = { name: 'a.deb', url: `${files.url}/none.deb`, sha256: '0'.repeat(64) }
      const missing = await run(sampleJob({ build: { artifacts: [gone] } }), nothingOpened)
      assert.deepEqual(judged(missing), ['errored', 'artifact_unavailable', 'service'])
      assert.match(missing.log, /a\.deb cannot be fetched from .*: the answer is 404/)
      const wrong = { ...serve('b.deb', Buffer.from('b')), sha256: '0'.repeat(64) }
      const mismatch = await run(sampleJob({ build: { artifacts: [wrong] } }), nothingOpened)
      assert.deepEqual(judged(mismatch), ['errored', 'artifact_mismatch', 'service'])
      const large = { ...serve('c.deb', Buffer.alloc(100)), size: 10 }
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
      const told = await run(sampleJob({ build: { artifacts: [await serveDeb(broken)] } }))
      // Whether what it needs is anywhere, only the mirror knows, and this runner lets nobody through to one.
      assert.deepEqual(judged(told), ['errored', 'mirror_unreachable', 'service'], told.log)
      assert.equal(told.ending.phase, 'prepare')
      const files = { 'DEBIAN/postinst': '#!/bin/sh\necho cannot; exit 1\n' }
      const failing = await serveDeb({ name: 'failing', version: '1', files })
      const unconfigured = await run(sampleJob({ build: { artifacts: [failing] } }))
      assert.deepEqual(judged(unconfigured), ['failed', 'not_installable', 'package'], unconfigured.log)
    })
  })

  describe('whose check does harm', () => {
    it('ends at its time limit, with what it left until then', async () => {
      const told = await check('echo begun >"$ASSAY_ARTIFACTS/a"; trap "" TERM; while :; do sleep 1; done', {
        timeoutSeconds: 3,
      })
      assert.deepEqual(judged(told), ['failed', 'timeout', 'check'])
      assert.deepEqual(told.kept, { a: 'begun\n' })
    })

    it('ends when it writes log without end', async () => {
      const told = await check('yes "all work and no play"')
      assert.deepEqual(judged(told), ['failed', 'log_limit', 'check'])
      assert.ok(told.log.length <= 20 * 1024 ** 2)
    })

    it('forks without end', async () => {
      const told = await check('bomb() { bomb | bomb & }; bomb; sleep 60', { timeoutSeconds: 8 })
      assert.equal(judged(told)[0], 'failed')
    })

    it('panics, powers off, or reboots unasked', async () => {
      const panicked = await check('echo c >/proc/sysrq-trigger; sleep 60')
      assert.equal(panicked.ending.how, 'guest_panic')
      assert.match(panicked.log, /the console’s last lines:\n[^]*Kernel panic - not syncing: sysrq/)
      assert.equal((await check('echo o >/proc/sysrq-trigger; sleep 60')).ending.how, 'guest_poweroff')
      assert.equal((await check('echo b >/proc/sysrq-trigger; sleep 60')).ending.how, 'guest_reset')
    })

    it('wipes its disk and deletes every file, and is heard to its end all the same', async () => {
      const told = await check(
        'echo kept >"$ASSAY_ARTIFACTS/a"; sync; rm -rf /usr /etc /bin /lib /dev/vd* /run/assay/agent 2>/dev/null; exit 5',
      )
      assert.deepEqual(told.ending, { phase: 'check', how: 'exited', exitCode: 5 })
      assert.deepEqual(told.kept, { a: 'kept\n' })
      assert.ok(
        told.packages?.some((one) => one.startsWith('perl-base ')),
        'what was installed was forgotten',
      )
      const wiped = await check('dd if=/dev/zero of=/dev/vda bs=1M count=64 2>/dev/null; exit 6')
      assert.equal(judged(wiped)[0], 'failed')
    })

    it('leaves nothing but regular files, and those within its own folder', async () => {
      const told = await check(`
        cd "$ASSAY_ARTIFACTS"
        ln -s /etc/passwd link; mkfifo pipe; mknod device c 1 5; ln -s / root; echo x >one; ln one two
        printf x >"new
line"; echo good >good; rm -f "$ASSAY_RESULTS"; mkfifo "$ASSAY_RESULTS"`)
      assert.deepEqual(told.kept, { good: 'good\n' })
      assert.equal(told.results.length, 0)
      assert.match(told.notes.join('\n'), /6 of the files|left out/)
    })

    it('cannot write elsewhere by the names that it puts on the output disk itself', async () => {
      // Behind the agent's back, in the format that the runner reads.
      const told = await check(`
        perl -e '
          my $b = pack "a100a8a8a8a12a12A8a1a100a6a2a32a32a8a8a155x12", "artifacts/../../../../escaped", "0000644\\0",
            "0000000\\0", "0000000\\0", sprintf("%011o", 5), "00000000000\\0", "", "0", "", "ustar\\0", "00", "", "", "", "", "";
          substr($b, 148, 8) = sprintf "%06o\\0 ", unpack "%32C*", $b;
          open my $d, "+<", "/dev/vdd" or die; print $d $b, "evil\\n", "\\0" x 1531; close $d' && sync
        echo o >/proc/sysrq-trigger; sleep 60`)
      assert.equal(told.ending.how, 'guest_poweroff')
      assert.deepEqual(told.kept, {})
      assert.match(told.notes.join('\n'), /escaped.*left out: its name is not a plain relative path/)
      assert.equal(existsSync(join(folder.path, 'escaped')), false)
    })

    it('leaves processes behind that go on writing to log and artifacts', async () => {
      const told = await check(`
        (setsid sh -c 'while :; do echo more; echo more >>"$ASSAY_ARTIFACTS/a"; done' &)
        sleep 0.5; echo over`)
      assert.equal(told.ending.exitCode, 0)
    })

    it('sets the clock and goes on', async () => {
      assert.equal((await check('date -s 1999-01-01 >/dev/null; sleep 5; echo fine')).ending.exitCode, 0)
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

/** What other tests found out about this host need not be found out again. */
async function rememberAccelerator(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const name = 'accelerator.json'
  await copyFile(join(testMachineData, 'runner', name), join(folder, name)).catch(() => undefined)
}
