/** What the page of listeners calls whoever asks for the files of a bus's builds: no bus may be called like that. */
export const seekerName = (bus: string): string => `${bus}/files`
