/** A certified provider of OpenID Connect on a free port, where everybody is who they say they are; `ann-the-other` is also called ann. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

export interface TestProvider extends AsyncDisposable {
  issuer: string
}

/** `redirectUris`: where its one client, `assay` with the secret `s3cret`, may have people sent back to. */
export async function startProvider(redirectUris: string[]): Promise<TestProvider> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'assay',
        client_secret: 's3cret',
        redirect_uris: redirectUris,
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email', 'email_verified'] },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({
        ...{ sub, email: `${sub}@example.org`, email_verified: sub !== 'unverified' },
        ...(sub !== 'nameless' && { preferred_username: sub.replace(/-the-other$/, '') }),
      }),
    }),
  })
  server.on('request', (request, response) => void provider.callback()(request, response))
  return {
    issuer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
