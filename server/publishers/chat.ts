/** Tells rooms what changed: a chat's incoming webhook (Slack's form, which Mattermost and others take), or Matrix. */
import { readFile } from 'node:fs/promises'
import { chatText, type Notice } from '../../core/messages/notice.ts'
import type { ChatRoom } from '../../schemas/types.gen.ts'
import { visible } from '../../core/visible.ts'
import { send } from './http-post.ts'
import type { Publisher, PublisherKind, PublisherNeeds } from './publisher.ts'

const json = { 'content-type': 'application/json; charset=utf-8' }

/** How a kind of chat is told `text`; `id` stays the same when it is told once more. */
type Tell = (text: string, id: string) => Promise<void>

export const chatName = (room: string): string => `chat ${room}`

export const chats: PublisherKind = ({ chat = {} }) =>
  Object.entries(chat).map(([room, settings]) => ({
    name: chatName(room),
    part: `chat.${room}`,
    about: ['changes for rooms'],
    open: (needs) => openChat(needs, room, settings),
  }))

async function openChat(
  { baseUrl }: Pick<PublisherNeeds, 'baseUrl'>,
  name: string,
  room: ChatRoom,
): Promise<Publisher> {
  const { matrix: on, webhookFile } = room
  if ((on === undefined) === (webhookFile === undefined)) throw new Error('name either webhookFile or matrix')
  const tell = on ? await matrix(on) : await webhook(webhookFile ?? '')
  return {
    name: chatName(name),
    // One after the other: a room is read from above to below.
    width: 1,
    send: ({ messageId, body }) => tell(visible(chatText(body as Notice, baseUrl())), messageId),
    close: () => Promise.resolve(),
  }
}

/** The address is the secret, so it comes from a file. */
async function webhook(file: string): Promise<Tell> {
  const url = (await readFile(file, 'utf8')).trim()
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Error(`${file} holds no address`)
  return (text) => send(url, { method: 'POST', headers: json, body: bodyOf({ text: harmless(text) }) })
}

/** Client-Server API, v3: the same transaction twice is one message. */
async function matrix({ url, room, tokenFile }: NonNullable<ChatRoom['matrix']>): Promise<Tell> {
  const token = (await readFile(tokenFile, 'utf8')).trim()
  const path = `_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message`
  const headers = { ...json, authorization: `Bearer ${token}` }
  return (text, id) =>
    send(`${url.replace(/\/$/, '')}/${path}/${encodeURIComponent(id)}`, {
      ...{ method: 'PUT', headers },
      body: bodyOf({ msgtype: 'm.notice', body: text }),
    })
}

const bodyOf = (value: object): Buffer => Buffer.from(JSON.stringify(value))

/** Slack reads <…> as commands, such as to call everybody; what pushers write must not give any. */
const harmless = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
