/** Every way in which a check can end its machine, each with a real guest: told apart, at once, and for good. */
import { equal, match, ok } from 'node:assert/strict'
import type { Machines } from '../../../runner/machine/machines.ts'
import { enoughTime } from '../../support/enough-time.ts'
import { buildTimeout, openMachine, runOnce, testMachines } from '../../support/machines.ts'

describe('a machine under a hostile check', function () {
  this.timeout(buildTimeout)
  let machines: Machines
  /** Takes its time to be noticed: begun before the others, looked at when they are done. */
  let silent: ReturnType<typeof runOnce>
  /** Are taken to hang sooner than others. */
  let impatient: Machines

  before(async () => {
    machines = await testMachines()
    impatient = await testMachines({ silenceMs: 10_000 })
    silent = runOnce(impatient, 'kill -STOP $(pidof perl); sleep 600', { options: { timeoutMs: 300_000 } })
    silent.catch(() => undefined)
  })
  after(async () => {
    await machines.close()
    await impatient.close()
  })

  it('notices a kernel panic', async () => {
    const end = await runOnce(machines, 'echo about to crash; sleep 1; echo c >/proc/sysrq-trigger; sleep 60')
    equal(end.how, 'guest_panic')
    match(end.detail ?? '', /^The machine’s kernel panicked: sysrq triggered crash\.$/)
    match(end.output, /about to crash/)
    match(end.console, /Kernel panic - not syncing/)
  })

  it('notices a power-off', async () => {
    equal((await runOnce(machines, 'echo o >/proc/sysrq-trigger; sleep 60')).how, 'guest_poweroff')
  })

  it('notices a reset that nobody asked for', async () => {
    equal((await runOnce(machines, 'echo b >/proc/sysrq-trigger; sleep 60')).how, 'guest_reset')
  })

  it('runs the check again after a reboot that it asked for, with its mark, its log and its artifacts', async () => {
    const check = `echo "mark: $ASSAY_REBOOT_MARK" | tee -a /var/lib/assay/artifacts/marks
      [ "$ASSAY_REBOOT_MARK" = second ] || { echo second >/var/lib/assay/reboot-request; exit 0; }`
    await using machine = await openMachine(machines, { check })
    equal((await machine.run('check')).exitCode, 0)
    equal(machine.output(), 'mark: \nmark: second\n')
    equal((await machine.collect()).files[0]?.size, machine.output().length)
  })

  it('survives a check that wipes the disk, and says how the machine ended', async () => {
    const wipe =
      'dd if=/dev/urandom of=/dev/vda bs=1M count=200 2>/dev/null; echo wiped; echo c >/proc/sysrq-trigger; sleep 60'
    const end = await runOnce(machines, wipe)
    equal(end.how, 'guest_panic')
    match(end.output, /wiped/)
    equal(
      (await runOnce(machines, 'test -e /etc/passwd')).exitCode,
      0,
      'the next machine knows nothing of it',
    )
  })

  it('ends a fork bomb at the time limit', async () => {
    const end = await enoughTime(5000, async (timeoutMs) => {
      const bomb = 'echo lit; bomb() { bomb | bomb & }; bomb; sleep 600'
      const done = await runOnce(machines, bomb, { options: { timeoutMs } })
      return done.output === '' ? null : done
    })
    ok(['timeout', 'guest_hang', 'guest_panic'].includes(end.how), end.how)
  })

  it('stops a machine that writes more than it may', async () => {
    const options = { timeoutMs: 600_000 }
    const end = await runOnce(machines, 'cat /dev/urandom >/big', { spec: { diskMiB: 64 }, options })
    equal(end.how, 'disk_limit')
  })

  it('lets a check that eats all memory fail by itself', async () => {
    const end = await runOnce(machines, `perl -e '$x .= "x" x 1e7 while 1'`, {
      options: { timeoutMs: 600_000 },
    })
    equal(end.how, 'exited')
    equal(end.exitCode, 137)
    equal(end.detail, 'Memory ran out, and the kernel killed perl.')
  })

  it('notices at once that the agent was killed', async () => {
    const end = await runOnce(machines, 'kill -KILL $(pidof perl); sleep 600')
    equal(end.how, 'guest_hang')
    equal(end.detail, 'The machine’s agent has ended.')
  })

  it('notices at once that no agent comes up after a reboot', async () => {
    const spoil = `printf '#!/bin/sh\\necho "assay: out of order" >&2\\n' >/perl; mv /perl /usr/bin/perl
      chmod 755 /usr/bin/perl; echo again >/var/lib/assay/reboot-request`
    const end = await runOnce(machines, spoil, { options: { timeoutMs: 600_000 } })
    equal(end.how, 'guest_hang')
    match(end.detail ?? '', /could not be started: assay: out of order/)
  })

  it('notices long before the time limit that nothing but one process gets to run', async () => {
    const seize = `echo -1 >/proc/sys/kernel/sched_rt_runtime_us
      perl -e 'syscall 144, 0, 1, my $priority = pack "i", 99; 1 while 1'`
    const end = await runOnce(impatient, seize, { options: { timeoutMs: 600_000 } })
    equal(end.how, 'guest_hang')
    match(end.detail ?? '', /said nothing for 10 seconds/)
  })

  it('notices a machine that says nothing any more', async () => {
    equal((await silent).how, 'guest_hang')
  })
})
