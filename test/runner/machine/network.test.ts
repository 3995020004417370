/** What a machine reaches: the mirror through the proxy where it may, and nothing else whatever it tries. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { whyNoInternet } from '../../../runner/machine/internet.ts'
import type { Machines } from '../../../runner/machine/machines.ts'
import { openOtherNetwork } from '../../support/other-network.ts'
import { buildTimeout, openMachine, runOnce, testMachines } from '../../support/machines.ts'

/** Prints what became of a TCP connection, or of an HTTP request through the proxy. */
const tools = `
reach() { timeout 2 bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null && echo "$1:$2 open" || echo "$1:$2 closed"; }
ask() {
  exec 3<>/dev/tcp/10.0.2.2/3128 || { echo "$1 closed"; return; }
  printf '%s\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$1" "$2" >&3
  read -r _ status _ <&3; exec 3<&-; echo "$1 $status"
}`
const bash = (script: string): string => `cat >/tmp/try <<'END'\n${tools}\n${script}\nEND\nbash /tmp/try`

describe('the network of a machine', function () {
  this.timeout(buildTimeout)
  let machines: Machines & { refusals: string[] }
  let mirror: Server
  let host: string
  const hits: string[] = []

  before(async () => {
    mirror = createServer((request, response) => {
      hits.push(request.url ?? '')
      response.end('from the mirror')
    }).listen(0, '127.0.0.1')
    await once(mirror, 'listening')
    host = `127.0.0.1:${(mirror.address() as AddressInfo).port}`
    machines = await testMachines({ mirrors: [host] })
  })
  after(async () => {
    await machines.close()
    mirror.close()
  })

  it('is not there at all where nobody asks for it', async () => {
    const { output } = await runOnce(machines, 'ls /sys/class/net')
    equal(output, 'lo\n')
  })

  it('leads to the mirrors only', async () => {
    const port = host.split(':')[1] ?? ''
    const script = `
      ask "GET http://${host}/pool/a.deb HTTP/1.1" ${host}
      ask "GET http://example.org/ HTTP/1.1" ${host}
      ask "GET http://127.0.0.1:1/ HTTP/1.1" ${host}
      ask "POST http://${host}/x HTTP/1.1" ${host}
      ask "CONNECT ${host} HTTP/1.1" ${host}
      ask "CONNECT 127.0.0.1:22 HTTP/1.1" ${host}
      ask "GET /x HTTP/1.1" ${host}
      reach 10.0.2.2 ${port}; reach 10.0.2.2 22; reach 10.0.2.3 53; reach 127.0.0.1 ${port}
      reach 192.0.2.1 80; reach 169.254.169.254 80; reach 10.0.2.4 80
      reach fec0::2 3128
      getent hosts deb.debian.org || echo no name`
    const { output } = await runOnce(machines, bash(script), { spec: { network: 'mirror' } })
    deepEqual(output.trim().split('\n'), [
      `GET http://${host}/pool/a.deb HTTP/1.1 200`,
      'GET http://example.org/ HTTP/1.1 403',
      'GET http://127.0.0.1:1/ HTTP/1.1 403',
      `POST http://${host}/x HTTP/1.1 405`,
      `CONNECT ${host} HTTP/1.1 403`,
      'CONNECT 127.0.0.1:22 HTTP/1.1 403',
      'GET /x HTTP/1.1 400',
      ...[`10.0.2.2:${port}`, '10.0.2.2:22', '10.0.2.3:53', `127.0.0.1:${port}`].map(
        (place) => `${place} closed`,
      ),
      ...['192.0.2.1:80', '169.254.169.254:80', '10.0.2.4:80', 'fec0::2:3128'].map(
        (place) => `${place} closed`,
      ),
      'no name',
    ])
    deepEqual(hits, ['/pool/a.deb'])
    ok(
      machines.refusals.some((line) => line.includes('example.org')),
      'refusals are logged',
    )
  })

  it('leads to no network that the host is in', async () => {
    await using far = await openOtherNetwork()
    const place = `${far.address}:${far.port}`
    equal(await (await fetch(`http://${place}/`)).text(), 'from afar')
    const script = `
      reach ${far.address} ${far.port}
      ask "GET http://${place}/ HTTP/1.1" ${place}
      ask "GET http://${place}/ HTTP/1.1" ${host}
      ask "GET http://${host}/ HTTP/1.1" ${place}
      ask "CONNECT ${place} HTTP/1.1" ${host}
      ask "GET http://${host}@${place}/ HTTP/1.1" ${host}`
    const { output } = await runOnce(machines, bash(script), { spec: { network: 'mirror' } })
    deepEqual(output.trim().split('\n'), [
      `${place} closed`,
      `GET http://${place}/ HTTP/1.1 403`,
      `GET http://${place}/ HTTP/1.1 403`,
      // Whatever the header says, the mirror is asked.
      `GET http://${host}/ HTTP/1.1 200`,
      `CONNECT ${place} HTTP/1.1 403`,
      `GET http://${host}@${place}/ HTTP/1.1 400`,
    ])
    deepEqual(hits.splice(0), ['/pool/a.deb', '/'])
  })

  it('is cut before a check that wants none, and stays cut', async () => {
    const url = `GET http://${host}/prepare HTTP/1.1`
    const check = bash(`
      ip link set eth0 down; ip link set eth0 up; /usr/lib/assay/set-up-network
      cat /sys/class/net/eth0/carrier
      reach 10.0.2.2 3128
      [ "$ASSAY_REBOOT_MARK" ] || echo again >/var/lib/assay/reboot-request`)
    await using machine = await openMachine(
      machines,
      { prepare: bash(`ask "${url}" ${host}`), check },
      { prepareNetwork: true },
    )
    await machine.run('prepare')
    equal(machine.output(), `${url} 200\n`)
    equal((await machine.run('check')).exitCode, 0)
    match(machine.output(), /^GET .* 200\n0\n10\.0\.2\.2:3128 closed\n0\n10\.0\.2\.2:3128 closed\n$/)
  })

  it('is the internet where the site allows it and has the tools, and even then never the host', async () => {
    const internet = { network: 'internet' } as const
    await rejects(openMachine(machines, { check: 'true' }, internet), /does not let checks see the internet/)
    const generous = await testMachines({ mirrors: [host], internetAllowed: true })
    try {
      const problem = await whyNoInternet(true)
      if (problem) await rejects(openMachine(generous, { check: 'true' }, internet), { message: problem })
      else {
        const script = `reach 10.0.2.2 ${new URL(`http://${host}`).port}; reach 169.254.169.254 80; reach 10.0.2.2 3128; ls /sys/class/net`
        const { output } = await runOnce(generous, bash(script), { spec: internet })
        equal(
          output,
          `10.0.2.2:${host.split(':')[1]} closed\n169.254.169.254:80 closed\n10.0.2.2:3128 open\neth0\nlo\n`,
        )
      }
    } finally {
      await generous.close()
    }
  })
})
