/** Checks that do harm, in real machines: each ends, says how, and leaves nothing elsewhere. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { judged, openExecutionHost, type ExecutionHost } from '../support/execution-host.ts'

describe('a check that does harm', function () {
  this.timeout(240_000)
  let host: ExecutionHost

  before(async () => {
    host = await openExecutionHost()
  })
  after(() => host.close())
  afterEach('nothing is left of machines and attempts', () => host.assertNothingLeft())

  const check: ExecutionHost['check'] = (...words) => host.check(...words)

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
    assert.equal(existsSync(join(host.folder, 'escaped')), false)
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
