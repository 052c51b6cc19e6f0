/** Messages that people write to an Official Account: what is pushed of them, and what the chat shows (docs/wechat.md 9.11). */
import type { EventValue } from './events.ts'
import type { MessageContent } from './message-content.ts'

/** All types of messages that a person can write. */
export const userMessageTypes = ['text', 'image', 'voice', 'video', 'shortvideo', 'location', 'link'] as const

type UserMessageType = (typeof userMessageTypes)[number]

/** A message before it has a number; `bizmsgmenuid` says which line of a menu message was tapped. */
export type UserMessage = MessageContent & { type: UserMessageType; bizmsgmenuid?: string }

type FieldsOf = (message: UserMessage) => Record<string, EventValue>

const writers: Record<UserMessageType, FieldsOf> = {
  text: textFields,
  image: ({ picUrl = '', mediaId = '' }) => ({ PicUrl: picUrl, MediaId: mediaId }),
  voice: voiceFields,
  video: videoFields,
  shortvideo: videoFields,
  location: locationFields,
  link: ({ title = '', description = '', url = '' }) => ({ Title: title, Description: description, Url: url }),
}

/** The fields of a message between its MsgType and its MsgId, as WeChat names them. */
export function fieldsOfMessage(message: UserMessage): Record<string, EventValue> {
  return writers[message.type](message)
}

function textFields({ content = '', bizmsgmenuid }: UserMessage) {
  return { Content: content, ...(bizmsgmenuid !== undefined && { bizmsgmenuid }) }
}

function videoFields({ mediaId = '', thumbMediaId = '' }: UserMessage) {
  return { MediaId: mediaId, ThumbMediaId: thumbMediaId }
}

function voiceFields({ mediaId = '', format = 'amr', recognition }: UserMessage) {
  return { MediaId: mediaId, Format: format, ...(recognition !== undefined && { Recognition: recognition }) }
}

function locationFields({ latitude = 0, longitude = 0, scale = 15, label = '' }: UserMessage) {
  return { Location_X: latitude, Location_Y: longitude, Scale: scale, Label: label }
}
