/** Text from outside as one line of a bounded length, without what databases refuse to keep. */
export const oneLine = (text: string, most: number): string =>
  text.slice(0, most).replaceAll(/\p{Cc}/gu, '\u{FFFD}')
