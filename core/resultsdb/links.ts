/** Addresses in ResultsDB's replies: absolute, readable, slashes in names kept. */

/** One path segment or more: what a path may hold stays as it is. */
const inPath = (text: string): string =>
  encodeURIComponent(text).replaceAll(/%(2F|3A|3B|40|26|3D|2B|24|2C)/g, (escape) =>
    decodeURIComponent(escape),
  )

export type Links = ReturnType<typeof links>

/** `base`: public base address of the site, without a slash at its end. */
export function links(base: string) {
  const api = `${base}/api/v2.0`
  return {
    groups: `${api}/groups`,
    results: `${api}/results`,
    testcases: `${api}/testcases`,
    group: (uuid: string) => `${api}/groups/${inPath(uuid)}`,
    resultsOfGroup: (uuid: string) => `${api}/results?groups=${encodeURIComponent(uuid)}`,
    result: (id: number) => `${api}/results/${id}`,
    testcase: (name: string) => `${api}/testcases/${inPath(name)}`,
    execution: (id: string) => `${base}/executions/${id}`,
  }
}

/** Reserved in a query or unreadable: stays escaped where the rest of an address is shown decoded. */
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const staysEscaped = /[\u0000-\u0020%&=+#\u007f]/g

/** `url` with what was percent-encoded in it readable, where that is safe and valid UTF-8. */
export function readable(url: string): string {
  return url.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run).replaceAll(staysEscaped, encodeURIComponent)
    } catch {
      return run
    }
  })
}

/** The pages around the one at `url`: the same address with another `page`. `more`: something comes after it. */
export function around(url: string, more: boolean): { next: string | null; prev: string | null } {
  const found = /[?&]page=([0-9]+)/.exec(url)
  const page = found ? Number(found[1]) : 0
  const to = (target: number): string => {
    const there = found
      ? url.replaceAll(/([?&])page=[0-9]+/g, (_, flag: string) => `${flag}page=${target}`)
      : `${url}${url.includes('?') ? '&' : '?'}page=${target}`
    return there.replaceAll(/([?&])callback=[^&]*&?/g, '$1').replaceAll(/&+/g, '&')
  }
  return { next: more ? to(page + 1) : null, prev: page > 0 ? to(page - 1) : null }
}
