export { acceptInvitation, readInvitation } from './accept-invitation.ts';
export { accountNames } from './account-names.ts';
export { changeLocale } from './change-locale.ts';
export { changePassword } from './change-password.ts';
export { changeRoles } from './change-roles.ts';
export { type ColleagueRole, colleagueRoles } from './colleague.rules.ts';
export { type Colleague, colleagueDetails, colleagueList } from './colleagues.ts';
export { createAccount } from './create-account.ts';
export { createWorkerAccount } from './create-worker-account.ts';
export { deactivateColleague } from './deactivate-colleague.ts';
export { endAllSessions, endSession } from './end-session.ts';
export * from './events.ts';
export { inviteColleague } from './invite-colleague.ts';
export type { Language } from './learn-language.ts';
export { makeInvitation } from './make-invitation.ts';
export { openSession, sessionDays } from './open-session.ts';
export { reactivateColleague } from './reactivate-colleague.ts';
export { readSession, type Session } from './read-session.ts';
export {
  type DirectorySync,
  findPerson,
  listSessions,
  type Person,
  peopleWithRole,
  readDirectorySync,
} from './reads.ts';
export { requestDirectorySync } from './request-directory-sync.ts';
export { requestPasswordLink } from './request-password-link.ts';
export { sendPasswordLink } from './send-password-link.ts';
export { signInWithPassword } from './sign-in-with-password.ts';
export { syncDirectoryPage } from './sync-directory-page.ts';
export { tidyIdentity } from './tidy-identity.ts';
export { welcomeTester } from './welcome-tester.ts';
