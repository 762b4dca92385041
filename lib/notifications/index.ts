export * from './kinds.rules.ts';
export { listMessages, type Message, unreadCount } from './reads.ts';
