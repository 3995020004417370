/** Ansible's `{{ name }}` where it stands for something plain; more of Jinja is not worked out here. Pure. */

export type Variables = Readonly<Record<string, unknown>>

const mostRounds = 5

/** `said` with what it names put in; null where that takes more than looking it up. */
export function resolved(said: string, variables: Variables): string | null {
  let text = said
  for (let round = 0; round < mostRounds && text.includes('{{'); round++) {
    const before = text
    text = text
      .replaceAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g, (whole, name: string) => {
        const value = Object.hasOwn(variables, name) ? variables[name] : undefined
        return ['string', 'number'].includes(typeof value) ? String(value) : whole
      })
      .slice(0, 65_536)
    if (text === before) break
  }
  return /\{\{|\{%/.test(text) ? null : text
}
