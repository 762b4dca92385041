export { accountNames } from './account-names.ts';
export { createAccount } from './create-account.ts';
export { createWorkerAccount } from './create-worker-account.ts';
export { endAllSessions, endSession } from './end-session.ts';
export * from './events.ts';
export { openSession, sessionDays } from './open-session.ts';
export { readSession, type Session } from './read-session.ts';
export { welcomeTester } from './welcome-tester.ts';
