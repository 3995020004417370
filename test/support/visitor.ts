/** Somebody with a browser, without the browser: keeps cookies, sends forms, follows nothing. */
export interface Visitor {
  get: (path: string) => Promise<Response>
  /** Sends `fields` as a form; `key` of the form is added where the visitor has signed in. */
  send: (path: string, fields?: Record<string, string>, headers?: Record<string, string>) => Promise<Response>
  cookies: Map<string, string>
}

interface Asked {
  method?: string
  body?: URLSearchParams
  headers?: Record<string, string>
}

export function visitor(url: string): Visitor {
  const cookies = new Map<string, string>()
  const ask = async (path: string, { headers: more, ...init }: Asked = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { accept: 'text/html', cookie, ...more }
    const response = await fetch(new URL(path, url), { ...init, headers, redirect: 'manual' })
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  return {
    cookies,
    get: (path) => ask(path),
    async send(path, fields = {}, headers = {}) {
      const shown = cookies.size > 0 ? await (await ask('/account')).text() : ''
      const key = /name="key" value="([0-9a-f]+)"/.exec(shown)?.[1]
      const body = new URLSearchParams({ ...(key !== undefined && { key }), ...fields })
      return ask(path, { method: 'POST', body, headers })
    },
  }
}
