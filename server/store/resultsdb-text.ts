/** Text that every database keeps as it is: no half characters, and no NUL, which PostgreSQL refuses. */
export const storable = (text: string): string => text.replaceAll(/[\0\p{Cs}]/gu, '\ufffd')
