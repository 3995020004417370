/** Times and sizes as people write them in checks.yaml. */
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }
const mebibytes: Readonly<Record<string, number>> = { M: 1, G: 1024 }

const read = (text: string, units: Readonly<Record<string, number>>): number =>
  Number.parseInt(text, 10) * (units[text.slice(-1)] ?? Number.NaN)

/** `90s`, `10m`, `2h` in seconds. */
export const secondsOf = (text: string): number => read(text, seconds)

/** `512M`, `2G` in MiB. */
export const mebibytesOf = (text: string): number => read(text, mebibytes)
