export { accountNames } from './account-names.ts';
export { changeLocale } from './change-locale.ts';
export { createAccount } from './create-account.ts';
export { createWorkerAccount, invitationDays } from './create-worker-account.ts';
export { endAllSessions, endSession } from './end-session.ts';
export * from './events.ts';
export { openSession, sessionDays } from './open-session.ts';
export { readSession, type Session } from './read-session.ts';
export {
  type DirectorySync,
  findPeople,
  findPerson,
  listSessions,
  type Person,
  peopleWithRole,
  readDirectorySync,
} from './reads.ts';
export { acceptInvitation, changePassword, readInvitation } from './set-password.ts';
export { signInWithPassword } from './sign-in-with-password.ts';
export { requestDirectorySync, syncDirectoryPage } from './sync-directory.ts';
export { tidyIdentity } from './tidy-identity.ts';
export { welcomeTester } from './welcome-tester.ts';
