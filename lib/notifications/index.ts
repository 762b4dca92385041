export { chooseChannels } from './choose-channels.ts';
export * from './events.ts';
export * from './kinds.rules.ts';
export { attachToMails } from './mail-attachments.ts';
export { markRead, openMessage } from './mark-read.ts';
export { listMessages, type Message, readChannels, unreadCount } from './reads.ts';
export { renderMessage } from './render-message.ts';
export { type Attachment, overdueMails, sendMail } from './send-mail.ts';
export { tell, tellRole } from './tell.ts';
