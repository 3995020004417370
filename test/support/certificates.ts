/** An authority of a test's own, with a certificate for a server on this host and one for a client. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Certificates {
  authority: string
  server: { certificate: string; key: string }
  client: { certificate: string; key: string }
}

const run = promisify(execFile)

/** Writes them into `folder`; `clientName` is the name that the client proves. */
export async function makeCertificates(folder: string, clientName: string): Promise<Certificates> {
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const authority = ['-x509', '-days', '2', '-subj', '/CN=authority']
  await openssl('req', ...newKey, ...authority, '-keyout', 'authority.key', '-out', 'authority.crt')
  const issue = async (name: string, subject: string): Promise<{ certificate: string; key: string }> => {
    await openssl('req', ...newKey, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    await writeFile(join(folder, `${name}.ext`), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    const by = ['-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial', '-days', '2']
    await openssl(
      ...['x509', '-req', '-in', `${name}.csr`, ...by],
      ...['-extfile', `${name}.ext`, '-out', `${name}.crt`],
    )
    return { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  }
  return {
    authority: join(folder, 'authority.crt'),
    server: await issue('server', '/CN=localhost'),
    client: await issue('client', `/CN=${clientName}`),
  }
}
