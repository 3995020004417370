/** Rooms of chats as readers of news: beside people, who subscribe themselves, the settings say what a room hears. */
import { wants, type Told } from '../core/notify.ts'
import { matchesText } from '../core/globs.ts'
import type { Settings } from '../schemas/types.gen.ts'
import { chatName } from './publishers/chat.ts'

export interface Room {
  /** As a reader of news. No user's name begins with #. */
  reader: string
  publisher: string
  hears: (packageName: string, told: Told) => boolean
}

const mark = '#'
const readerOf = (name: string): string => `${mark}${name}`

export const isRoom = (reader: string): boolean => reader.startsWith(mark)

export const roomsOf = ({ publishers = {} }: Settings): Room[] =>
  Object.entries(publishers.chat ?? {}).map(([name, { packages = ['*/*'], interest = 'changes' }]) => ({
    reader: readerOf(name),
    publisher: chatName(name),
    hears: (packageName, told) =>
      wants(interest, told) && packages.some((glob) => matchesText(packageName, glob)),
  }))
