/** Text as the shell reads it. Pure. */

/** One word for the shell, whatever is in it. NUL cannot be in a word. */
export const quote = (text: string): string => `'${text.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`

/** Lines that export variables, whose names must be names of variables. */
export const exportsOf = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('')
