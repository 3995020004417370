/** The packages of a machine, as its agent lists them: `name version`, a line each. Pure. */

/** As the schema of reports bounds them; Debian's Policy 5.6.1 and 5.6.12 say what names and versions look like. */
const line = /^[a-z0-9][a-z0-9+.-]{0,127} [A-Za-z0-9.+:~-]{1,127}$/
const most = 10_000

/** What is no such line is left out: a guest wrote it. */
export const readPackages = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .filter((one) => line.test(one))
      .slice(0, most),
  ),
]
